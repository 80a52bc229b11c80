"""A vehicle that left under a plate one letter apart from its own: readers misread one in thirty.

Each vehicle is followed for itself, so an exit that no entry belongs to says nothing to the one
that it may have been. The estate therefore keeps who is inside, and tells the one without a lasting
permit whose plate is near. Nothing is concluded from it but that it may have left.
"""

from collections.abc import Callable
from dataclasses import dataclass

from processors.core.effects import Effect, Found, SetDeadline, TellScope, evidence
from processors.core.rule import NO_EFFECTS, Scope, Scopes, Situation
from processors.rules.lanes import way_of
from processors.rules.plates import likeness, plate_of
from schemas.event_data import PlateRef, RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig

CARS_MAX = 5000
"""Vehicles inside one estate; the oldest beyond it are let go (own judgement)."""
FORGET = "near"
"""The name of the deadline at which the estate forgets who came in too long ago."""
PASSING = frozenset({"visitor", "courier"})
"""Classes whose permits are for a visit; a vehicle of another class may stay."""


@dataclass(frozen=True, slots=True)
class Car:
    """One vehicle inside: its scope, when it came in (ms), and its plate's near forms.

    One that may stay for long has no forms: it is only known to be inside, so that its exit is
    taken for nobody else's.
    """

    name: str
    at: int
    skeleton: str = ""
    masked: tuple[str, ...] = ()


Cars = tuple[Car, ...]


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


def passed(
    now: Situation, cars: Cars, event: Event, name_of: Callable[[PlateRef], str], keep_ms: int
) -> tuple[Cars, tuple[Effect, ...]]:
    """The vehicles inside after a reading at a lane, and the one that may have left by it."""
    plate = plate_of(event)
    if plate is None:
        return cars, NO_EFFECTS
    name = name_of(plate)
    others = tuple(car for car in cars if car.name != name)
    if way_of(event) == "in":
        held = now.register.holding(plate.ref, now.at)
        stays = held is not None and held.holds(now.at) and held.kind not in PASSING
        car = Car(name, event.at)
        if not stays:
            car = Car(name, event.at, plate.skeleton, plate.masked)
        return forgotten(now, (*others[-CARS_MAX + 1 :], car), keep_ms)
    if len(others) < len(cars):
        return others, NO_EFFECTS
    near = next((car for car in reversed(cars) if likeness(_plate(car), plate)), None)
    if near is None:
        return cars, NO_EFFECTS
    left = LeftUnder(now.at, event.data.place, (evidence("exited", event),))
    kept = tuple(car for car in cars if car is not near)
    return kept, (TellScope(Scope("vehicle", near.name), left),)


def forgotten(now: Situation, cars: Cars, keep_ms: int) -> tuple[Cars, tuple[Effect, ...]]:
    """Without those who came in too long ago to matter."""
    kept = tuple(car for car in cars if car.at > now.at - keep_ms)
    return kept, ((SetDeadline(FORGET, kept[0].at + keep_ms),) if kept else NO_EFFECTS)


def _plate(car: Car) -> PlateRef:
    return PlateRef(ref=car.name, skeleton=car.skeleton, masked=car.masked)
