"""A door forced, somebody moving, and a person seen or an alarm zone tripped, all at one spot.

Why: each of them alone is mostly nothing; together they are the one thing an officer must get up
for. Fires when a door opened without a grant (`door_forced`), movement (motion, a line crossed, or
a second forced door) and a presence (a person on camera, an alarm zone such as broken glass) fall
within `window_s` in one building, gate or zone, told by `devices_min` devices. For `joins_min` more
doors, people and zones of the spot join it, and unregistered vehicles that leave the estate. Misses
spots without a door contact or without a camera. Known false alarms: a mechanical key used before a
camera, removals. A door released by a fire signal is no forced door.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    AlertOpened,
    CancelDeadline,
    Deadline,
    Effect,
    Found,
    OpenAlert,
    SetDeadline,
    TellScope,
    Told,
    evidence,
)
from processors.core.patterns import EMPTY, Window
from processors.core.rule import NO_EFFECTS, Params, Rule, Scope, Situation, ms
from processors.rules.break_in.sights import (
    COARSE_MS,
    LEAVING,
    SIGHTS,
    complete,
    forced_in,
    is_leaving,
    last_of,
    sight_of,
    story_words,
    with_sight,
)
from processors.rules.places import of_vehicle
from processors.rules.spots import spot_of, spots_of
from processors.rules.terms import Term, forgetting, term_of
from schemas.alerts import Alert, Evidence
from schemas.base import MS_PER_S, Words
from schemas.event_data import RegisterChanged, VehicleData
from schemas.events import Event
from schemas.place import EstateConfig


class BreakInParams(Params):
    """30 s, 15 min, 60 min and two devices are our own judgement (Genetec's example is under 6 s).

    `known_lists` are the lists of the gates' cameras whose plates count as registered.
    """

    window_s: float = Field(default=30, gt=0)
    joins_min: float = Field(default=15, gt=0)
    clear_min: float = Field(default=60, gt=0)
    devices_min: int = Field(default=2, ge=1)
    known_lists: tuple[str, ...] = ("allow", "resident")


@dataclass(frozen=True, slots=True)
class Spot:
    """What was seen lately. `story` is what an alert that may still grow tells.

    Of an estate only the forced doors are kept, to know where a vehicle that leaves may belong; of
    a vehicle only its permit.
    """

    forced: Window = EMPTY
    seen: Window = EMPTY
    story: Window = EMPTY
    permit: Term | None = None


KEEP_MS = 10 * MS_PER_S
"""A forced door is told some seconds after it opened, so what was seen is kept a little longer."""
STORY_MAX = 12
CARS_MAX = 3


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The spots a reading tells of; for a vehicle that leaves itself, unread ones the estate's."""
    data = event.data
    if isinstance(data, RegisterChanged):
        return of_vehicle(event, config) if data.record == "permit" else ()
    if isinstance(data, VehicleData):
        if not is_leaving(event):
            return ()
        return of_vehicle(event, config) or (Scope("estate", config.estate),)
    return spots_of(event, config) if sight_of(event) is not None else ()


def told_in(alert: Alert, config: EstateConfig) -> tuple[Scope, ...]:
    """A forced door belongs to its spot; the estate remembers it for the vehicles that leave."""
    return (Scope("zone", spot_of(config, alert.place)), Scope("estate", config.estate))


def step(now: Situation, state: Spot, told: Told) -> tuple[Spot, tuple[Effect, ...]]:
    """One input of a spot, of the estate or of a vehicle."""
    match now.scope.kind:
        case "vehicle":
            return _vehicle(now, state, told)
        case "estate":
            return _estate(now, state, told)
    match told:
        case AlertOpened(alert):
            item = forced_in(alert)
            return (state, NO_EFFECTS) if item is None else _forced(now, state, item)
        case Found(items=items):
            return _left(now, state, items)
        case Deadline(name="tidy"):
            return _tidied(now, state)
        case Deadline():
            return Spot(), NO_EFFECTS
    return _seen(now, state, told)


def _forced(now: Situation, state: Spot, item: Evidence) -> tuple[Spot, tuple[Effect, ...]]:
    if state.story:
        return _joined(now, state, item)
    tidy = _tidy(now, state)
    forced = _recent(now, (*state.forced, item))
    return _judged(now, replace(state, forced=forced), tidy)


def _seen(now: Situation, state: Spot, event: Event) -> tuple[Spot, tuple[Effect, ...]]:
    """Movement tells nothing new of an alert that stands; people and zones do, once each device."""
    step, tidy = sight_of(event) or "motion", _tidy(now, state)
    last = last_of(state.story or state.seen, step, event.data.device)
    if state.story:
        if step == "motion" or last is not None:
            return state, NO_EFFECTS
        return _joined(now, state, evidence(step, event))
    if last is not None and event.at - last.time < COARSE_MS:
        return state, NO_EFFECTS
    seen = with_sight(state.seen, last, evidence(step, event))
    return _judged(now, replace(state, seen=_recent(now, seen)), tidy)


def _recent(now: Situation, items: Window) -> Window:
    since = now.at - ms(now.params.window_s) - KEEP_MS
    return tuple(item for item in items if item.time >= since)


def _tidy(now: Situation, state: Spot) -> tuple[Effect, ...]:
    """Wake once what is remembered now is too old; not anew for each reading."""
    if state.forced or state.seen:
        return NO_EFFECTS
    return (SetDeadline("tidy", now.at + ms(now.params.window_s) + KEEP_MS),)


def _tidied(now: Situation, state: Spot) -> tuple[Spot, tuple[Effect, ...]]:
    after = Spot(_recent(now, state.forced), _recent(now, state.seen))
    return after, _tidy(now, Spot()) if after != Spot() else NO_EFFECTS


def _judged(
    now: Situation, state: Spot, tidy: tuple[Effect, ...]
) -> tuple[Spot, tuple[Effect, ...]]:
    """Whether all of it falls within the window, wherever that begins."""
    if not state.forced:
        return state, tidy
    items = sorted((*state.forced, *state.seen), key=lambda item: (item.time, item.id))
    for first in items:
        until = first.time + ms(now.params.window_s)
        group = tuple(item for item in items if first.time <= item.time <= until)
        if complete(group, now.params.devices_min):
            return _told(now, group)
    return state, tidy


def _told(now: Situation, story: Window) -> tuple[Spot, tuple[Effect, ...]]:
    over = SetDeadline("over", now.at + ms(now.params.joins_min * 60))
    return Spot(story=story), (CancelDeadline("tidy"), over, _alert(now, story))


def _joined(now: Situation, state: Spot, item: Evidence) -> tuple[Spot, tuple[Effect, ...]]:
    if len(state.story) >= STORY_MAX:
        return state, NO_EFFECTS
    story = (*state.story, item)
    return replace(state, story=story), (_alert(now, story),)


def _left(now: Situation, state: Spot, items: Window) -> tuple[Spot, tuple[Effect, ...]]:
    """A vehicle left. One that was read twice on its way out is one."""
    cars = [item for item in state.story if item.step == "car_left"]
    known = any(item.subject is not None and item.subject == items[0].subject for item in cars)
    if not state.story or known or len(cars) >= CARS_MAX:
        return state, NO_EFFECTS
    return _joined(now, state, items[0])


def _alert(now: Situation, story: Window) -> OpenAlert:
    door = next(item for item in story if item.step == "forced")
    return OpenAlert(
        key=now.scope.id,
        place=door.place,
        detail=story_words(now.config, story),
        evidence=story,
        clear_after_ms=ms(now.params.clear_min * 60),
    )


def _estate(now: Situation, state: Spot, told: Told) -> tuple[Spot, tuple[Effect, ...]]:
    """The forced doors of the last minutes, and whom to tell of a vehicle that leaves."""
    joins = ms(now.params.joins_min * 60)
    match told:
        case AlertOpened(alert):
            item = forced_in(alert)
            if item is None:
                return state, NO_EFFECTS
            forced = (*state.forced[-STORY_MAX + 1 :], item)
            return replace(state, forced=forced), (SetDeadline("over", now.at + joins),)
        case Deadline():
            return Spot(), NO_EFFECTS
        case Found():
            found = told
        case _:
            found = Found(told.at, told.data.place, (evidence("car_left", told),))
    since = now.at - joins
    doors = [item.place for item in state.forced if item.time >= since]
    spots = dict.fromkeys(spot_of(now.config, door) for door in doors)
    return state, tuple(TellScope(Scope("zone", spot), found) for spot in spots)


def _vehicle(now: Situation, state: Spot, told: Told) -> tuple[Spot, tuple[Effect, ...]]:
    """Its permit; and that it leaves without one."""
    if isinstance(told, Deadline):
        return Spot(), NO_EFFECTS
    assert isinstance(told, Event)
    data = told.data
    if isinstance(data, RegisterChanged):
        permit = term_of(data, told.at)
        return Spot(permit=permit), (forgetting("permit", permit),)
    assert isinstance(data, VehicleData)
    allowed = state.permit is not None and state.permit.holds(now.at)
    if allowed or data.list_name in now.params.known_lists:
        return state, NO_EFFECTS
    found = Found(told.at, data.place, (evidence("car_left", told),))
    return state, (TellScope(Scope("estate", now.config.estate), found),)


RULE = Rule(
    id="break_in",
    version="1",
    title=Words(zh="疑似入室", en="possible break-in"),
    steps={
        "forced": Words(zh="无授权开门", en="opened without grant"),
        "motion": Words(zh="有人或物移动", en="movement"),
        "person": Words(zh="画面见人", en="person on camera"),
        "alarm_zone": Words(zh="报警防区触发", en="alarm zone tripped"),
        "car_left": Words(zh="未登记车驶出", en="unregistered vehicle left"),
    },
    inputs=SIGHTS | LEAVING | {"register.changed"},
    scopes=scopes,
    params=BreakInParams,
    state=Spot,
    step=step,
    severity="red",
    handler="police",
    delivery="push",
    visit=True,
    after=frozenset({"door_forced"}),
    told_in=told_in,
)
