"""More vehicles went through a barrier than it was opened for.

Why: driving close behind another car is how unregistered vehicles come in, and how arms get broken.
Fires when, while the arm was up and `after_s` longer, more vehicles passed than the arm had been
told to let through: vehicles are counted by each loop (occupied, then free again) and by different
plates, and the higher count holds; a second command while the arm is up, a grant, or a plate on a
list that opens the barrier is one more vehicle let through. Misses barriers that do not report
their closing, lanes with neither loop nor plate camera, and an arm left up. Known false alarms: a
trailer that frees the loop in between, and a waiting car whose plate is read under the arm of the
one before; where cars wait long at the arm, set `after_s` higher there.
"""

from collections import Counter
from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.patterns import EMPTY, Window, recent, slide
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import WEEK_MS, week_words
from processors.rules.letting_in import ADMITTED, is_told_again
from processors.rules.places import at_lane
from processors.rules.plates import PASSED, Vehicle, plate_of, with_reading
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import VehicleData
from schemas.events import Event


class BarrierTailingParams(Params):
    """Seconds. All are our own judgement; `before_s` is how long a plate is read before the arm,
    `bounce_s` within which a credential let in again is one read told twice.

    `opening_lists` are the lists of the devices whose plates open the barrier by themselves.
    """

    before_s: float = Field(default=10, ge=0)
    after_s: float = Field(default=4, ge=0)
    same_vehicle_s: float = Field(default=3, ge=0)
    bounce_s: float = Field(default=2, ge=0)
    cycle_max_s: float = Field(default=120, gt=0)
    clear_s: float = Field(default=600, gt=0)
    opening_lists: tuple[str, ...] = ("allow", "resident")


@dataclass(frozen=True, slots=True)
class Freed:
    """A loop that a vehicle has left."""

    loop: str
    item: Evidence


@dataclass(frozen=True, slots=True)
class Lane:
    """The time the arm is up: what it was raised for, and what went through."""

    openings: Window = EMPTY
    grants: Window = EMPTY
    vehicles: tuple[Vehicle, ...] = ()
    freed: tuple[Freed, ...] = ()
    closed_at: int | None = None
    loops_on: tuple[str, ...] = ()
    times: tuple[int, ...] = ()


QUEUE_MAX = 20
"""Openings in a row, each within `after_s` of the last, that are told apart."""
READ = frozenset({"plate.read", "vehicle.seen"})
OTHERS = frozenset({"barrier.opened", "barrier.closed", "loop.occupied", "loop.cleared"})


def step(now: Situation, state: Lane, told: Input) -> tuple[Lane, tuple[Effect, ...]]:
    """One input at one lane."""
    if isinstance(told, Deadline):
        return _judge(now, state, told)
    assert isinstance(told, Event)
    if told.type in ADMITTED:
        return _granted(now, state, evidence("granted", told)), NO_EFFECTS
    match told.type:
        case "barrier.opened":
            return _opened(now, state, told)
        case "barrier.closed":
            return _closed(now, state, told)
        case "loop.occupied" | "loop.cleared":
            return _loop(state, told), NO_EFFECTS
    return _vehicle(now, state, told), NO_EFFECTS


def _granted(now: Situation, state: Lane, item: Evidence) -> Lane:
    if is_told_again(state.grants, item, ms(now.params.bounce_s)):
        return state
    return replace(state, grants=slide(state.grants, item, ms(now.params.cycle_max_s)))


def _opened(now: Situation, state: Lane, event: Event) -> tuple[Lane, tuple[Effect, ...]]:
    """The arm goes up, is told so again while up, or goes up again before the last is judged."""
    effects: tuple[Effect, ...] = ()
    if len(state.openings) >= QUEUE_MAX:
        state = replace(state, openings=EMPTY)
        effects = (NearMiss("passages", f"not judged: {QUEUE_MAX} openings without a pause"),)
    if not state.openings:
        since = event.at - ms(now.params.before_s)
        vehicles = _of_late(now, state.vehicles, event.at)
        grants = tuple(item for item in state.grants if item.time >= since)
        state = replace(state, vehicles=vehicles, grants=grants, freed=())
    openings = (*state.openings, evidence("opened", event))
    due = event.at + ms(now.params.cycle_max_s)
    state = replace(state, openings=openings, closed_at=None)
    return state, (*effects, SetDeadline("end", due, since=openings[0].time))


def _closed(now: Situation, state: Lane, event: Event) -> tuple[Lane, tuple[Effect, ...]]:
    if not state.openings or state.closed_at is not None:
        return state, NO_EFFECTS
    due = event.at + ms(now.params.after_s)
    end = SetDeadline("end", due, since=state.openings[0].time)
    return replace(state, closed_at=event.at), (end,)


def _loop(state: Lane, event: Event) -> Lane:
    name = f"{event.data.device}/{event.data.channel or ''}"
    if event.type == "loop.occupied":
        return replace(state, loops_on=tuple(sorted({*state.loops_on, name})))
    if name not in state.loops_on:
        return state
    state = replace(state, loops_on=tuple(loop for loop in state.loops_on if loop != name))
    if not state.openings:
        return state
    return replace(state, freed=(*state.freed, Freed(name, evidence("loop_freed", event))))


def _vehicle(now: Situation, state: Lane, event: Event) -> Lane:
    data = event.data
    assert isinstance(data, VehicleData)
    listed = data.list_name in now.params.opening_lists
    new = Vehicle(evidence("vehicle", event), plate_of(event), listed)
    known = state.vehicles[-2 * QUEUE_MAX :]
    if not state.openings:
        known = _of_late(now, known, event.at)
    vehicles = with_reading(known, new, ms(now.params.same_vehicle_s))
    return replace(state, vehicles=vehicles)


def _of_late(now: Situation, vehicles: tuple[Vehicle, ...], at: int) -> tuple[Vehicle, ...]:
    """Those that an arm that goes up at `at` may be for; the others are gone."""
    since = at - ms(now.params.before_s)
    return tuple(vehicle for vehicle in vehicles if vehicle.item.time >= since)


def _judge(now: Situation, state: Lane, due: Deadline) -> tuple[Lane, tuple[Effect, ...]]:
    after = Lane(loops_on=state.loops_on, times=state.times)
    if state.closed_at is None:
        return after, (NearMiss("closed", "not judged: the arm stayed up"),)
    waiting = tuple(
        v for v in state.vehicles if v.item.time > state.closed_at and v.item.type in READ
    )
    vehicles = [vehicle for vehicle in state.vehicles if vehicle not in waiting]
    after = replace(after, vehicles=waiting)
    loops = Counter(freed.loop for freed in state.freed)
    passed = max(len(vehicles), *loops.values(), 0)
    listed = sum(vehicle.listed for vehicle in vehicles)
    let_through = max(len(state.openings), len(state.grants), listed)
    if passed <= let_through:
        return after, NO_EFFECTS
    if not due.judged:
        return after, (NearMiss("passages", "not judged: readings of that time may be missing"),)
    after = replace(after, times=recent(state.times, now.at, WEEK_MS))
    unread = passed - sum(vehicle.plate is not None for vehicle in vehicles)
    items = (*state.openings, *state.grants, *(vehicle.item for vehicle in vehicles))
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail(let_through, passed, unread, len(after.times)),
        evidence=(*items, *(freed.item for freed in state.freed)),
        clear_after_ms=ms(now.params.clear_s),
    )
    return after, (alert,)


def _detail(let_through: int, passed: int, unread: int, this_week: int) -> Words:
    week = week_words(this_week)
    plates, lifts = Words(zh="", en=""), "lift" if let_through == 1 else "lifts"
    if unread == 1 and passed == 2:
        plates = Words(zh="，后车无牌识别", en=", second unread")
    elif unread > 0:
        plates = Words(zh=f"，其中{unread}辆无牌识别", en=f", {unread} unread")
    return Words(
        zh=f"抬杆{let_through}次过车{passed}辆{plates.zh}{week.zh}。拖挂车、排队车可能误计；"
        "请先看录像，再核对来访登记。首办：物业。",
        en=f"{let_through} {lifts}, {passed} vehicles{plates.en}{week.en}. A trailer or a waiting "
        "car may be miscounted; check the recording, then the visitors' list. First: property.",
    )


RULE = Rule(
    id="barrier_tailing",
    version="1",
    title=Words(zh="道闸跟车", en="barrier tailing"),
    steps={
        "granted": Words(zh="授权", en="let in"),
        "opened": Words(zh="抬杆", en="arm up"),
        "loop_freed": Words(zh="车过地感", en="a vehicle left the loop"),
        "vehicle": Words(zh="过车", en="a vehicle passed"),
    },
    inputs=PASSED | READ | OTHERS | ADMITTED,
    scopes=at_lane,
    params=BarrierTailingParams,
    state=Lane,
    step=step,
    severity="yellow",
    handler="property",
    delivery="list",
)
