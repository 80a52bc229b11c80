"""A visitor with a pass has not left by its end.

Why: a visit that never ends is a guest nobody registered, or somebody who lost the way or fell ill.
Fires when a pass's credential was read on the way in and not on a way out of the estate by the end
of the pass and `grace_min` more. Clears at the exit, when the pass is prolonged, or after
`forget_d`. Ways out are the doors of the gates, or those of the visited home where the site has no
gates. Cannot be judged where one of them reads no exits, or was away, or input was missing. Misses
visitors let in by hand, passes without an end, and cars, which are overstay's. Known false alarms:
leaving behind a neighbour who holds the door.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    NearMiss,
    OpenAlert,
    SetDeadline,
    Told,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import clock_text
from processors.rules.homes import reads_exits, watchers, ways_out
from processors.rules.letting_in import ADMITTED
from processors.rules.places import nowhere, of_credential
from processors.rules.terms import Term, forgetting
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import RegisterChanged
from schemas.events import Event


class VisitorParams(Params):
    """All are our own judgement."""

    grace_min: float = Field(default=30, ge=0)
    forget_d: float = Field(default=7, gt=0)


@dataclass(frozen=True, slots=True)
class Visit:
    """The passes of a credential, when it was read on the way in, and whether that is told."""

    passes: tuple[Term, ...] = ()
    entered: Evidence | None = None
    alerted: bool = False


FRESH = Visit()
PASSES_MAX = 5


def step(now: Situation, state: Visit, told: Told) -> tuple[Visit, tuple[Effect, ...]]:
    """One input of one credential."""
    if isinstance(told, Deadline):
        return _deadline(now, state, told)
    assert isinstance(told, Event)
    if isinstance(told.data, RegisterChanged):
        return _registered(now, state, told.data)
    if not state.passes:
        return state, NO_EFFECTS
    if told.data.direction == "in" and state.entered is None:
        state = replace(state, entered=evidence("entered", told))
        return state, _wait(now, state)
    is_out = told.data.direction == "out" and state.entered is not None
    if is_out and told.data.place in (door.id for door in ways_out(now, now.scope.id)):
        return _left(now, state, evidence("left", told))
    return state, NO_EFFECTS


def _registered(
    now: Situation, state: Visit, data: RegisterChanged
) -> tuple[Visit, tuple[Effect, ...]]:
    if data.record != "pass":
        return state, NO_EFFECTS
    if data.change == "set" and data.valid_to is None:
        over = (ClearAlert(now.scope.id),) if state.alerted else NO_EFFECTS
        return FRESH, (CancelDeadline("overdue"), CancelDeadline("forget"), *over)
    state = replace(state, passes=_passes(state.passes, now.at, data))
    if state.entered is None:
        return state, (_forget(now, state),)
    until = _until(state)
    if state.alerted and until is not None and until + ms(now.params.grace_min * 60) <= now.at:
        return state, NO_EFFECTS
    over = (ClearAlert(now.scope.id),) if state.alerted else NO_EFFECTS
    return replace(state, alerted=False), (*over, *_wait(now, state))


def _passes(passes: tuple[Term, ...], at: int, data: RegisterChanged) -> tuple[Term, ...]:
    """The passes after a change; they are told apart by when they begin."""
    begins = data.valid_from
    if data.change == "ended":
        return tuple(
            Term(one.since, at if one.until is None else min(at, one.until))
            if begins in (None, one.since)
            else one
            for one in passes
        )
    new = Term(at if begins is None else begins, data.valid_to)
    going_on = (one for one in passes if one.since != new.since and one.holds(at))
    return (*tuple(going_on)[-PASSES_MAX + 1 :], new)


def _until(state: Visit) -> int | None:
    """When the last pass ends; None without a pass."""
    return max((one.until for one in state.passes if one.until is not None), default=None)


def _forget(now: Situation, state: Visit) -> Effect:
    """Wake, to forget, when all passes are over."""
    until = _until(state)
    return forgetting("forget", None if until is None else Term(0, max(until, now.at)))


def _wait(now: Situation, state: Visit) -> tuple[Effect, ...]:
    assert state.entered is not None
    until = _until(state) or now.at
    due = max(until + ms(now.params.grace_min * 60), now.at)
    forgotten = due + ms(now.params.forget_d * 86_400)
    overdue = SetDeadline("overdue", due, since=state.entered.time)
    return (overdue, SetDeadline("forget", forgotten))


def _left(now: Situation, state: Visit, *items: Evidence) -> tuple[Visit, tuple[Effect, ...]]:
    over = (ClearAlert(now.scope.id, items),) if state.alerted else NO_EFFECTS
    state = replace(state, entered=None, alerted=False)
    return state, (CancelDeadline("overdue"), _forget(now, state), *over)


def _deadline(now: Situation, state: Visit, due: Deadline) -> tuple[Visit, tuple[Effect, ...]]:
    if due.name == "forget":
        return _left(now, state) if state.entered is not None else (FRESH, NO_EFFECTS)
    entered = state.entered
    assert entered is not None
    if why := _doubt(now, entered.time, judged=due.judged):
        state, done = _left(now, state)
        return state, (NearMiss("left", why), *done)
    alert = OpenAlert(
        key=now.scope.id,
        place=entered.place,
        detail=_detail(now, entered, _until(state) or now.at),
        evidence=(entered,),
        subject=entered.subject,
        identity=f"{entered.id}@{now.at}",
    )
    return replace(state, alerted=True), (alert,)


def _doubt(now: Situation, since: int, *, judged: bool) -> str | None:
    """Why the exit may not have been read, or None."""
    ways = ways_out(now, now.scope.id)
    if not reads_exits(ways):
        return "cannot be judged: not every way out is read"
    away = now.outages.any_in(watchers(now.config, (door.id for door in ways)), since, now.at)
    return None if judged and not away else "not judged: a reader was away, or input missing"


def _detail(now: Situation, entered: Evidence, until: int) -> Words:
    came = clock_text(entered.time, now.config.timezone)
    ended = clock_text(until, now.config.timezone)
    return Words(
        zh=f"访客{came}由此进入，通行证{ended}到期，未读到离开。可能已随他人离开，或仍在受访户。"
        "请先致电受访住户核对。首办：物业。",
        en=f"A visitor came in here at {came}; the pass ended at {ended}, no exit read. Perhaps "
        "left behind another, perhaps still visiting. Call the home visited. First: property.",
    )


RULE = Rule(
    id="visitor_not_out",
    version="1",
    title=Words(zh="访客未离开", en="visitor not out"),
    steps={
        "entered": Words(zh="进入", en="came in"),
        "left": Words(zh="离开", en="left"),
    },
    inputs=ADMITTED | {"register.changed"},
    scopes=of_credential,
    params=VisitorParams,
    state=Visit,
    step=step,
    severity="blue",
    handler="property",
    delivery="list",
    after=frozenset({"device_lost"}),
    told_in=nowhere,
    idle=lambda event: event.type != "register.changed",
)
