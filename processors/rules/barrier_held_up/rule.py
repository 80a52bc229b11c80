"""A barrier stays up with nobody under it.

Why: while the arm is up the gate is open to everybody, and a forgotten arm stays up all night.
Fires when the arm is up and for `held_s` no vehicle was under it, on a loop or read. Clears when
the arm comes down. Misses arms whose opening is not reported. Known false alarms: an arm that
property holds open on purpose, at rush hour or for a removal; set `held_s` higher there. Kept and
told to nobody while a fire signal has raised the arms.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.causes import by_fire
from processors.rules.lanes import PASSAGES
from processors.rules.places import at_lane
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.events import Event


class HeldUpParams(Params):
    """Seconds, our own judgement."""

    held_s: float = Field(default=60, gt=0)


@dataclass(frozen=True, slots=True)
class Arm:
    """The arm since it went up, the loops a vehicle stands on, and whether the alert stands."""

    opened: Evidence | None = None
    loops_on: tuple[str, ...] = ()
    alerted: bool = False


LOOPS = frozenset({"loop.occupied", "loop.cleared"})
LOOPS_MAX = 10
Result = tuple[Arm, tuple[Effect, ...]]


def step(now: Situation, state: Arm, told: Input) -> Result:
    """One input at one lane."""
    if isinstance(told, Deadline):
        return _judged(now, state, told)
    assert isinstance(told, Event)
    if told.type == "barrier.closed":
        return _closed(now, state, told)
    if told.type == "barrier.opened":
        state = replace(state, opened=state.opened or evidence("opened", told))
    if told.type in LOOPS:
        state = _loop(state, told)
    return state, _wait(now, state)


def _loop(state: Arm, event: Event) -> Arm:
    name = f"{event.data.device}/{event.data.channel or ''}"
    others = tuple(loop for loop in state.loops_on if loop != name)
    if event.type == "loop.occupied":
        others = (*others[-LOOPS_MAX + 1 :], name)
    return replace(state, loops_on=others)


def _wait(now: Situation, state: Arm) -> tuple[Effect, ...]:
    """Every vehicle begins the time anew; on a loop it stands still."""
    if state.opened is None or state.alerted:
        return NO_EFFECTS
    if state.loops_on:
        return (CancelDeadline("held"),)
    return (SetDeadline("held", now.at + ms(now.params.held_s)),)


def _closed(now: Situation, state: Arm, event: Event) -> Result:
    after = Arm(loops_on=state.loops_on)
    if state.alerted:
        return after, (ClearAlert(now.scope.id, (evidence("closed", event),)),)
    return after, (CancelDeadline("held"),)


def _judged(now: Situation, state: Arm, due: Deadline) -> Result:
    assert state.opened is not None
    if not due.judged:
        return state, (NearMiss("closed", "not judged: readings of that time may be missing"),)
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail(now, state.opened),
        evidence=(state.opened,),
    )
    return replace(state, alerted=True), (alert,)


def _detail(now: Situation, opened: Evidence) -> Words:
    span = span_words(now.at - opened.time)
    free = span_words(ms(now.params.held_s))
    return Words(
        zh=f"抬杆已{span.zh}未落，近{free.zh}杆下无车。可能为常开模式、杆臂故障或人为放行。"
        "请先看实时画面，确认后落杆。首办：物业。",
        en=f"The arm has been up for {span.en}, the last {free.en} with no vehicle under it. "
        "Perhaps held open on purpose, perhaps stuck. Look at the live view first, then close it. "
        "First: property.",
    )


RULE = Rule(
    id="barrier_held_up",
    version="1",
    title=Words(zh="道闸未落", en="barrier held up"),
    steps={
        "opened": Words(zh="抬杆", en="arm up"),
        "closed": Words(zh="落杆", en="arm down"),
    },
    inputs=PASSAGES | LOOPS | {"vehicle.seen", "barrier.opened", "barrier.closed"},
    scopes=at_lane,
    params=HeldUpParams,
    state=Arm,
    step=step,
    severity="blue",
    handler="property",
    delivery="list",
    inhibitors=by_fire,
)
