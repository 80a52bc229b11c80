"""More people came through a door than were let in.

Why: most strangers come in behind a resident who holds the door. Fires when, within one opening of
the door (or `window_s` after a grant where no contact reports), the people counted through it are
more than the grants and exit requests; each source is counted for itself and the highest counts,
so that a turnstile and a camera that saw the same person do not add up. Misses people in a row that
no counter, turnstile or tracking camera tells apart, openings by a guard's release, which lets in
whoever the guard means to, and openings to a duress code: `duress` tells of those, and nobody else
is to learn of them. Known false alarms: a family on one swipe, which is normal life (so a
gate only counts it), and passers-by that a camera sees at the door.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.duress import DURESS
from processors.core.effects import (
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.patterns import EMPTY, Window, recent
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import WEEK_MS, week_words
from processors.rules.causes import by_fire
from processors.rules.letting_in import LETS_ONE, is_admitted, is_told_again
from processors.rules.people import Passage, Total, joined, passage_of, people_count, risen
from processors.rules.places import at_door
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.events import Event


class TailgatingParams(Params):
    """Seconds. `grant_s` is Genetec's 5 s grant and 3 s entry, `window_s` Alcatraz's 5 s.

    Our own judgement: `settle_s`, since many makes stamp whole seconds; `bounce_s`, within which a
    credential let in again is one swipe told twice; `cycle_max_s`, after which an open door is the
    matter of `door_held`; and `clear_s`.
    """

    grant_s: float = Field(default=8, gt=0)
    window_s: float = Field(default=5, gt=0)
    settle_s: float = Field(default=1, ge=0)
    bounce_s: float = Field(default=2, ge=0)
    cycle_max_s: float = Field(default=30, gt=0)
    clear_s: float = Field(default=600, gt=0)


@dataclass(frozen=True, slots=True)
class Cycle:
    """One opening: who was let in, who went through. `judged_at` is the end of the last one."""

    grants: Window = EMPTY
    passages: tuple[Passage, ...] = ()
    opened_at: int | None = None
    closed_at: int | None = None
    judged_at: int = 0
    totals: tuple[Total, ...] = ()
    times: tuple[int, ...] = ()


GRANTS_MAX = 50
LEAF = frozenset({"door.opened", "door.closed"})
PEOPLE = frozenset({"person.passed", "person.counted", "line.crossed", "object.seen"})


def step(now: Situation, state: Cycle, told: Input) -> tuple[Cycle, tuple[Effect, ...]]:
    """One input at one door."""
    if isinstance(told, Deadline):
        return _judge(now, state, told.judged)
    assert isinstance(told, Event)
    if told.type in LETS_ONE:
        return _granted(now, state, told)
    match told.type:
        case "door.opened" if state.opened_at is None or state.closed_at is not None:
            return _opened(now, state, told)
        case "door.closed" if state.opened_at is not None and state.closed_at is None:
            due = told.at + ms(now.params.settle_s)
            return replace(state, closed_at=told.at), (_end(state, due),)
        case "person.counted":
            totals, passage = risen(state.totals, told, since=state.judged_at)
            return _passed(now, replace(state, totals=totals), passage), NO_EFFECTS
        case "person.passed" | "line.crossed" | "object.seen":
            return _passed(now, state, passage_of(told)), NO_EFFECTS
    return state, NO_EFFECTS


def _granted(now: Situation, state: Cycle, event: Event) -> tuple[Cycle, tuple[Effect, ...]]:
    step = "granted" if is_admitted(event) else "exit_requested"
    item = evidence(step, event)
    if is_told_again(state.grants, item, ms(now.params.bounce_s)):
        return state, NO_EFFECTS
    state = replace(state, grants=(*state.grants[-GRANTS_MAX + 1 :], item))
    if state.opened_at is not None:
        return state, NO_EFFECTS
    return state, (_end(state, event.at + ms(now.params.grant_s)),)


def _opened(now: Situation, state: Cycle, event: Event) -> tuple[Cycle, tuple[Effect, ...]]:
    effects: tuple[Effect, ...] = ()
    if state.closed_at is not None:
        state, effects = _judge(now, state, judged=True)
    since = event.at - ms(now.params.grant_s)
    grants = tuple(item for item in state.grants if item.time >= since)
    state = replace(state, grants=grants, opened_at=event.at)
    return state, (*effects, _end(state, event.at + ms(now.params.cycle_max_s)))


def _end(state: Cycle, at: int) -> SetDeadline:
    begins = [item.time for item in state.grants[:1]]
    if state.opened_at is not None:
        begins.append(state.opened_at)
    return SetDeadline("end", at, since=min(begins, default=None))


def _passed(now: Situation, state: Cycle, passage: Passage | None) -> Cycle:
    if passage is None or not _under_way(now, state):
        return state
    return replace(state, passages=joined(state.passages, passage))


def _under_way(now: Situation, state: Cycle) -> bool:
    """Whether people going through now belong to an opening, or to a grant just given."""
    if state.opened_at is not None or not state.grants:
        return state.opened_at is not None
    return bool(now.at <= state.grants[-1].time + ms(now.params.window_s))


def _judge(now: Situation, state: Cycle, judged: bool) -> tuple[Cycle, tuple[Effect, ...]]:
    """The end of an opening; a grant given after the door closed is for the next one."""
    end = now.at if state.closed_at is None else state.closed_at
    let_in = tuple(item for item in state.grants if item.time <= end)
    later = tuple(item for item in state.grants if item.time > end)
    after = Cycle(grants=later, judged_at=now.at, totals=state.totals, times=state.times)
    swiped = [item for item in let_in if item.step == "granted"]
    people = people_count(state.passages)
    if not swiped or people <= len(let_in):
        return after, NO_EFFECTS
    if any(item.type == DURESS for item in let_in):
        return after, (NearMiss("passed", "a duress code was given: that is told, and silently"),)
    if not judged:
        missing = NearMiss("passed", "not judged: readings of that time may be missing")
        return after, (missing,)
    after = replace(after, times=recent(state.times, now.at, WEEK_MS))
    items = (*let_in, *(passage.item for passage in state.passages))
    counted = people_count(p for p in state.passages if p.track is None)
    sure = COUNTED if counted > len(let_in) else SEEN
    return after, (_alert(now, items, _detail(len(let_in), people, sure, len(after.times))),)


def _alert(now: Situation, items: tuple[Evidence, ...], detail: Words) -> OpenAlert:
    is_key = now.config.is_key(now.scope.id)
    is_gate = any(node.kind == "gate" for node in now.config.lineage(now.scope.id))
    return OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=detail,
        evidence=items,
        severity="yellow" if is_key else None,
        delivery="statistic" if is_gate and not is_key else None,
        clear_after_ms=ms(now.params.clear_s),
    )


COUNTED = Words(zh="由通行计数得出", en="by the passage count")
SEEN = Words(zh="由画面得出，可能有人只是路过", en="by the camera, perhaps with a passer-by")


def _detail(let_in: int, people: int, sure: Words, this_week: int) -> Words:
    week = week_words(this_week)
    return Words(
        zh=f"一次开门授权{let_in}次、通过{people}人，{sure.zh}{week.zh}。家人同行属常见；"
        "请先看录像，再视情提醒随手关门。首办：物业。",
        en=f"One opening, {let_in} let in, {people} through, {sure.en}{week.en}. A family together "
        "is common; check the recording, then remind people to close the door. First: property.",
    )


RULE = Rule(
    id="tailgating",
    version="1",
    title=Words(zh="尾随进门", en="tailgating"),
    steps={
        "counted": Words(zh="计数", en="counted"),
        "exit_requested": Words(zh="按钮出门", en="let out by the button"),
        "granted": Words(zh="授权", en="let in"),
        "passed": Words(zh="有人通过", en="somebody passed"),
        "seen": Words(zh="画面见人", en="seen on camera"),
    },
    inputs=LETS_ONE | LEAF | PEOPLE,
    scopes=at_door,
    params=TailgatingParams,
    state=Cycle,
    step=step,
    severity="blue",
    handler="property",
    delivery="list",
    inhibitors=by_fire,
)
