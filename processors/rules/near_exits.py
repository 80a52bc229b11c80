"""A vehicle that left under a plate one letter apart from its own: readers misread one in thirty.

Each vehicle is followed for itself, so an exit that no entry belongs to says nothing to the one
that it may have been. The estate therefore keeps the guests inside whose entry was read for sure,
and tells the one whose plate is near. A vehicle with a lasting permit is no guest: its exit is its
own, entry or none. Nothing is concluded from it but that the guest may have left.
"""

from dataclasses import dataclass
from operator import attrgetter

from processors.core.effects import Effect, Found, SetDeadline, TellScope, Told, evidence
from processors.core.rule import NO_EFFECTS, Scope, Scopes, Situation
from processors.rules.lanes import is_sure, way_of
from processors.rules.plates import plate_of
from schemas.event_data import PlateRef, RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig

CARS_MAX = 5000
"""Guests inside one estate; the oldest beyond it are let go (own judgement)."""
FORM = 6
"""Letters kept of each near form, which is a hash: 36 bits of it."""
FORGET = "near"
"""The name of the deadline at which the estate forgets who came in too long ago."""
PASSING = frozenset({"visitor", "courier"})
"""Classes whose permits are for a visit; a vehicle of another class may stay."""


@dataclass(frozen=True, slots=True)
class Car:
    """One guest inside: its scope, when it came in (ms), and the ends of its plate's near forms."""

    name: str
    at: int
    forms: str = ""


Cars = tuple[Car, ...]
CarsAfter = tuple[Cars, tuple[Effect, ...]]
_name_of = attrgetter("name")


@dataclass(frozen=True, slots=True)
class LeftUnder(Found):
    """A vehicle is told that it may have left, under another plate."""


def with_gates(scopes: Scopes) -> Scopes:
    """The scopes of a vehicle, and the estate for what passes its lanes."""

    def both(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
        own = scopes(event, config)
        if isinstance(event.data, RegisterChanged) or not own or way_of(event) is None:
            return own
        return (*own, Scope("estate", config.estate))

    return both


def at_gates(now: Situation, cars: Cars, told: Told, keep_ms: int) -> CarsAfter:
    """The guests inside after a reading at a lane, or once the first of them is to be forgotten."""
    if isinstance(told, Event):
        return _passed(now, cars, told, keep_ms)
    return _forgotten(now, cars, keep_ms)


def _passed(now: Situation, cars: Cars, event: Event, keep_ms: int) -> CarsAfter:
    """After a reading at a lane; tells the one that may have left by it."""
    plate = plate_of(event)
    if plate is None:
        return cars, NO_EFFECTS
    name, is_out = plate.skeleton, way_of(event) == "out"
    was_in = name in map(_name_of, cars)
    others = tuple(car for car in cars if car.name != name) if was_in else cars
    if (is_out and was_in) or _may_stay(now, plate):
        return others, NO_EFFECTS
    if is_out:
        return _left_under(now, cars, event, plate)
    if not is_sure(event, now.params.sure_min):
        return others, NO_EFFECTS
    forms = " ".join(masked[-FORM:] for masked in plate.masked)
    inside = (*others[-CARS_MAX + 1 :], Car(name, event.at, forms))
    return inside, NO_EFFECTS if others else (_forget(inside, keep_ms),)


def _may_stay(now: Situation, plate: PlateRef) -> bool:
    held = now.register.holding(plate.ref, now.at)
    return held is not None and held.holds(now.at) and held.kind not in PASSING


def _left_under(now: Situation, cars: Cars, event: Event, plate: PlateRef) -> CarsAfter:
    near = _near(cars, plate)
    if near is None:
        return cars, NO_EFFECTS
    left = LeftUnder(now.at, event.data.place, (evidence("exited", event),))
    kept = tuple(car for car in cars if car is not near)
    return kept, (TellScope(Scope("vehicle", near.name), left),)


def _near(cars: Cars, plate: PlateRef) -> Car | None:
    """The latest of the guests whose plate differs from this one in one letter."""
    forms = [masked[-FORM:] for masked in plate.masked]
    for car in reversed(cars):
        known = car.forms
        for form in forms:
            if form in known:
                return car
    return None


def _forgotten(now: Situation, cars: Cars, keep_ms: int) -> CarsAfter:
    """Without those who came in too long ago to matter."""
    kept = tuple(car for car in cars if car.at > now.at - keep_ms)
    return kept, ((_forget(kept, keep_ms),) if kept else NO_EFFECTS)


def _forget(cars: Cars, keep_ms: int) -> SetDeadline:
    return SetDeadline(FORGET, cars[0].at + keep_ms)
