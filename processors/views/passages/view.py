"""Passages in and out by gate: today by hour, and the mean of the same weekday before it.

Doors and lanes of a gate find out what passed and tell the gate, which counts. People are counted
by the door's counter from the moment it has one; else by the credentials granted, which miss who
walks in with another. A reading that says no direction counts nowhere. A day ends at midnight of
the estate's clock; the last four days of each weekday are kept.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from processors.core.effects import Effect, Found, TellScope, Told
from processors.core.rule import NO_EFFECTS, Params, Scope, Situation, by_place
from processors.rules.lanes import PASSAGES
from processors.rules.letting_in import ADMITTED, is_admitted
from processors.rules.places import at_lane
from processors.views.passing import Lane, passed
from processors.views.shape import Pace, changed, is_due, read_model
from schemas.base import MS_PER_S, Words
from schemas.event_data import PersonCounted
from schemas.events import Event
from schemas.place import EstateConfig
from schemas.views import DayCount, PassagesView

PEOPLE = ADMITTED | {"person.passed", "person.counted"}
WAYS = ("people_in", "people_out", "vehicles_in", "vehicles_out")
WEEKS = 4
NO_HOURS = (0,) * 24


@dataclass(frozen=True, slots=True)
class Total:
    """The running totals of one counter."""

    device: str
    entered: int
    exited: int


@dataclass(frozen=True, slots=True)
class Passed(Found):
    """So many went one of `WAYS`; `counted`: a people counter says so."""

    way: str
    count: int
    counted: bool


@dataclass(frozen=True, slots=True)
class Day:
    """The sums of a day before, in the order of `WAYS`."""

    day: int
    sums: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Passages:
    """A door has `totals` and `counted`, a lane its `lane`, a gate the rest. `day` is an ordinal.

    `hours` are the counts of the day by hour, one tuple for each of `WAYS`.
    """

    counted: bool = False
    totals: tuple[Total, ...] = ()
    lane: Lane = field(default_factory=Lane)
    day: int = 0
    hours: tuple[tuple[int, ...], ...] = ()
    days: tuple[Day, ...] = ()
    pace: Pace = field(default_factory=Pace)


def gate_of(config: EstateConfig, place: str) -> str | None:
    """The gate that a place is, or stands in."""
    return next((node.id for node in config.lineage(place) if node.kind == "gate"), None)


@by_place
def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The door or lane of a gate that something was read at."""
    if gate_of(config, event.data.place) is None:
        return ()
    return at_lane(event, config) if event.type in PASSAGES else (Scope("door", event.data.place),)


def step(now: Situation, state: Passages, told: Told) -> tuple[Passages, tuple[Effect, ...]]:
    """A reading at a door or lane, or what a gate is told by them."""
    if is_due(told):
        state = replace(state, pace=Pace())
        pace, shown = changed(now, state.pace, lambda: _view(now, state))
        return replace(state, pace=pace), shown
    if isinstance(told, Passed):
        return _counted(now, state, told)
    assert isinstance(told, Event)
    if now.scope.kind == "lane":
        lane, passing = passed(state.lane, told)
        found = () if passing is None else ((f"vehicles_{passing.way}", 1),)
        return replace(state, lane=lane), _tell(now, told, found)
    if isinstance(told.data, PersonCounted):
        return _totalled(now, state, told, told.data)
    if told.data.direction is None or (is_admitted(told) and state.counted):
        return state, NO_EFFECTS
    if told.type == "person.passed":
        state = replace(state, counted=True)
    return state, _tell(now, told, ((f"people_{told.data.direction}", 1),), counted=state.counted)


def _totalled(
    now: Situation, state: Passages, event: Event, data: PersonCounted
) -> tuple[Passages, tuple[Effect, ...]]:
    """By how much the totals rose; one that falls has begun anew, and nobody knows from where."""
    old = next((total for total in state.totals if total.device == data.device), None)
    entered = data.entered if data.entered is not None else (old.entered if old else 0)
    exited = data.exited if data.exited is not None else (old.exited if old else 0)
    others = tuple(total for total in state.totals if total.device != data.device)
    state = replace(state, counted=True, totals=(*others, Total(data.device, entered, exited)))
    if old is None:
        return state, NO_EFFECTS
    rises = (("people_in", entered - old.entered), ("people_out", exited - old.exited))
    found = tuple((way, count) for way, count in rises if count > 0)
    return state, _tell(now, event, found, counted=True)


def _tell(
    now: Situation, event: Event, found: tuple[tuple[str, int], ...], *, counted: bool = False
) -> tuple[Effect, ...]:
    gate = gate_of(now.config, now.scope.id)
    if gate is None:
        return NO_EFFECTS
    return tuple(
        TellScope(Scope("gate", gate), Passed(event.at, gate, (), way, count, counted))
        for way, count in found
    )


def _counted(now: Situation, state: Passages, found: Passed) -> tuple[Passages, tuple[Effect, ...]]:
    local = datetime.fromtimestamp(now.at // MS_PER_S, ZoneInfo(now.config.timezone))
    state = _on_day(state, local.toordinal())
    at = WAYS.index(found.way)
    hours = list(state.hours[at])
    hours[local.hour] += found.count
    state = replace(
        state,
        counted=state.counted or found.counted,
        hours=(*state.hours[:at], tuple(hours), *state.hours[at + 1 :]),
    )
    pace, shown = changed(now, state.pace, lambda: _view(now, state))
    return replace(state, pace=pace), shown


def _on_day(state: Passages, day: int) -> Passages:
    """The state on a day: what was counted before it is one of the days before."""
    if state.day == day:
        return state
    days = state.days
    if state.day:
        days = (*days, Day(state.day, tuple(sum(hours) for hours in state.hours)))
    kept = tuple(old for old in days if old.day >= day - WEEKS * 7)
    return replace(state, day=day, hours=(NO_HOURS,) * len(WAYS), days=kept)


def _view(now: Situation, state: Passages) -> PassagesView:
    same = [old.sums for old in state.days if (state.day - old.day) % 7 == 0]
    means = [sum(sums) / len(same) for sums in zip(*same, strict=True)] if same else None
    return PassagesView(
        estate=now.config.estate,
        gate=now.scope.id,
        gate_name=now.config.place_name(now.scope.id),
        day=date.fromordinal(state.day).isoformat(),
        people_by="counter" if state.counted else "credential",
        **dict(zip(WAYS, state.hours, strict=True)),
        weekday_mean=None if means is None else DayCount(**dict(zip(WAYS, means, strict=True))),
        weeks=len(same),
        at=now.at,
    )


VIEW = read_model(
    "passages",
    Words(zh="出入口通行", en="passages by gate"),
    PASSAGES | PEOPLE,
    scopes,
    Params,
    Passages,
    step,
)
