"""Vehicles inside an estate or car park, with and without a permit, and the bays free.

A lane finds out what passed and tells the area it leads into; that one keeps the vehicles inside,
44 letters each: too many for a key of their own, and one exit in thirty is read one letter wrong,
so each may have to be looked for under a near plate. So an area's key weighs 24 KB with 500
vehicles in it, and 235 KB with the 5,000 it holds at the most. What is not read on the way in and
read on the way out had never been counted, so it changes nothing; what comes in again had gone; an
unread exit takes an unread entry with it, or leaves one too many (`loose_exits`) until its plate
comes in again. After `forget_d` a vehicle that was never seen again counts as gone.
"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from pydantic import Field

from processors.core.effects import AlertOpened, Effect, Found, TellScope, Told
from processors.core.rule import NO_EFFECTS, Params, Scope, Situation, by_place
from processors.rules.areas import area_name, area_of
from processors.rules.lanes import PASSAGES, lanes_of
from processors.rules.places import at_lane
from processors.views.passing import Lane, Passing, passed
from processors.views.shape import Pace, changed, is_due, read_model
from schemas.alerts import Alert
from schemas.base import Words
from schemas.event_data import PlateRef, RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig
from schemas.views import VehiclesView

VEHICLES_MAX = 5000
HOUR_MS = 3_600_000
FORMS = 8
"""A plate of eight characters has as many near forms; one of seven has one less."""
WIDTH = 4
NO_FORM = "-" * WIDTH


class VehiclesParams(Params):
    """Our own judgement: longer than any stay that is worth a question."""

    forget_d: float = Field(default=60, gt=0)


@dataclass(frozen=True, slots=True)
class Came(Found):
    """A vehicle passed a lane of the area."""

    passing: Passing
    permitted: bool


@dataclass(frozen=True, slots=True)
class Car:
    """One vehicle inside: short hashes of its plate and near forms, the hour it came in.

    `kind`: r with a permit, u without; in upper case: longer than it may.
    """

    ref: str
    bones: str
    forms: str
    kind: str
    hour: int

    @property
    def text(self) -> str:
        """As it is kept."""
        return f"{self.kind}{self.ref}{self.bones}{self.forms}{self.hour:x}"

    @classmethod
    def of(cls, text: str) -> "Car":
        """What `text` says."""
        forms = 1 + 2 * WIDTH
        end = forms + FORMS * WIDTH
        return cls(text[1:5], text[5:forms], text[forms:end], text[0], int(text[end:], 16))

    def is_near(self, other: "Car") -> bool:
        """Whether the plates are look-alikes, or differ in one letter."""
        if self.bones == other.bones:
            return True
        pairs = (slice(at, at + WIDTH) for at in range(0, FORMS * WIDTH, WIDTH))
        return any(self.forms[p] == other.forms[p] != NO_FORM for p in pairs)


@dataclass(frozen=True, slots=True)
class Inside:
    """A lane has its `lane`, an area the vehicles inside, by their texts, and the unread ones."""

    lane: Lane = field(default_factory=Lane)
    cars: tuple[str, ...] = ()
    unread: int = 0
    loose: int = 0
    pace: Pace = field(default_factory=Pace)


def scope_of(config: EstateConfig, area: str) -> Scope:
    """The scope of an area."""
    return Scope("estate" if area == config.estate else "zone", area)


@by_place
def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The lane of a reading; the areas in which a permit counts."""
    if not isinstance(event.data, RegisterChanged):
        return at_lane(event, config)
    if event.data.record not in ("permit", "pass"):
        return ()
    parks = (place.id for place in config.places if place.kind == "car_park")
    areas = (config.estate, *(park for park in parks if lanes_of(config, park)))
    return tuple(scope_of(config, area) for area in areas)


def told_in(alert: Alert, config: EstateConfig) -> tuple[Scope, ...]:
    """An overstay is told where the vehicle came in."""
    return (scope_of(config, area_of(config, alert.place)),)


def step(now: Situation, state: Inside, told: Told) -> tuple[Inside, tuple[Effect, ...]]:
    """A reading at a lane; or what an area is told of vehicles."""
    if is_due(told):
        return _shown(now, replace(state, pace=Pace()))
    match told:
        case Came():
            return _shown(now, _came(now, state, told))
        case AlertOpened(alert):
            return _marked(now, state, alert.subject, str.upper)
        case Event(data=RegisterChanged()):
            return _permitted(now, state, told)
        case Event():
            return _at_lane(now, state, told)
    return state, NO_EFFECTS


def _at_lane(now: Situation, state: Inside, event: Event) -> tuple[Inside, tuple[Effect, ...]]:
    lane, passing = passed(state.lane, event)
    state = replace(state, lane=lane)
    if passing is None:
        return state, NO_EFFECTS
    held = now.register.holding(passing.plate.ref, now.at) if passing.plate is not None else None
    found = Came(now.at, now.scope.id, (), passing, held is not None and held.holds(now.at))
    return state, (TellScope(scope_of(now.config, area_of(now.config, now.scope.id)), found),)


def _came(now: Situation, state: Inside, came: Came) -> Inside:
    plate, way = came.passing.plate, came.passing.way
    if plate is None:
        if way == "in":
            return replace(state, unread=state.unread + 1)
        if state.unread:
            return replace(state, unread=state.unread - 1)
        return replace(state, loose=min(state.loose + 1, len(state.cars)))
    car = car_of(plate, "r" if came.permitted else "u", now.at)
    same = _find(state.cars, car, near=way == "out")
    left = tuple(text for text in state.cars if text != same)
    if way == "out":
        return replace(state, cars=left, loose=min(state.loose, len(left)))
    loose = max(0, state.loose - 1) if same is not None else state.loose
    oldest = round(now.at / HOUR_MS - now.params.forget_d * 24)
    if left and Car.of(left[0]).hour < oldest:
        left = tuple(text for text in left if Car.of(text).hour >= oldest)
    return replace(state, cars=(*left[-VEHICLES_MAX + 1 :], car.text), loose=loose)


def _find(cars: tuple[str, ...], car: Car, *, near: bool) -> str | None:
    """The vehicle inside with this plate, or with one read one letter wrong: the latest such."""
    ref = car.ref
    exact = next((text for text in cars if text[1:5] == ref), None)
    if exact is not None or not near:
        return exact
    return next((text for text in reversed(cars) if Car.of(text).is_near(car)), None)


def car_of(plate: PlateRef, kind: str, at: int) -> Car:
    """A vehicle by its plate."""
    forms = [_short(form) for form in plate.masked[:FORMS]]
    forms += [NO_FORM] * (FORMS - len(forms))
    return Car(_short(plate.ref), _short(plate.skeleton), "".join(forms), kind, at // HOUR_MS)


def _short(ref: str) -> str:
    """24 bits of a reference, in four letters: two of 5,000 agree by chance once in 3,000 looks."""
    return b64encode(blake2b(ref.encode(), digest_size=3).digest()).decode()


def _marked(
    now: Situation, state: Inside, ref: str | None, mark: Callable[[str], str]
) -> tuple[Inside, tuple[Effect, ...]]:
    """The vehicle has another mark from now on, if it is inside."""
    short = _short(ref or "")
    cars = tuple(
        f"{mark(text[0])}{text[1:]}" if text[1:5] == short else text for text in state.cars
    )
    return (state, NO_EFFECTS) if cars == state.cars else _shown(now, replace(state, cars=cars))


def _permitted(now: Situation, state: Inside, event: Event) -> tuple[Inside, tuple[Effect, ...]]:
    """A permit is set or ended; how long the vehicle may stay is judged anew."""
    assert isinstance(event.data, RegisterChanged)
    holder = event.data.holder
    ref = holder.ref if holder is not None else event.subject
    held = now.register.holding(ref, now.at)
    kind = "r" if held is not None and held.holds(now.at) else "u"
    return _marked(now, state, ref, lambda known: kind)


def _shown(now: Situation, state: Inside) -> tuple[Inside, tuple[Effect, ...]]:
    pace, shown = changed(now, state.pace, lambda: _view(now, state))
    return replace(state, pace=pace), shown


def _view(now: Situation, state: Inside) -> VehiclesView:
    kinds = "".join(text[0] for text in state.cars)
    registered = kinds.count("r") + kinds.count("R")
    inside = len(kinds) + state.unread - state.loose
    capacity = capacity_of(now.config, now.scope.id)
    return VehiclesView(
        estate=now.config.estate,
        place=now.scope.id,
        place_name=area_name(now.config, now.scope.id),
        inside=inside,
        registered=registered,
        unregistered=len(kinds) - registered,
        unread=state.unread,
        loose_exits=state.loose,
        overtime=kinds.count("R") + kinds.count("U"),
        capacity=capacity,
        free=None if capacity is None else max(0, capacity - inside),
        at=now.at,
    )


def capacity_of(config: EstateConfig, area: str) -> int | None:
    """Room for how many: what the site says of its car parks, or how many bays stand in them."""
    parks = [p for p in config.places if p.kind == "car_park" and area in (p.id, config.estate)]
    found = [
        park.capacity
        if park.capacity is not None
        else sum(bay.kind == "bay" for bay in config.standing_in.get(park.id, ()))
        for park in parks
    ]
    return sum(found) or None


VIEW = read_model(
    "vehicles",
    Words(zh="院内车辆", en="vehicles inside"),
    PASSAGES | {"register.changed"},
    scopes,
    VehiclesParams,
    Inside,
    step,
    after=frozenset({"overstay"}),
    told_in=told_in,
)
