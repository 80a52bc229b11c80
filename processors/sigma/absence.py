"""`absent`: a reading of the first selection, and none of the others within the timespan.

What Sigma lacks. The first reading that begins the wait counts; `renew` makes each further one
begin it anew. A reading that both begins and ends (one reader for both ways) ends a wait that
stands, and begins one where none does. Over a gap in the input, or while a device was away that
would have told the end, absence proves nothing and is not judged.
"""

from dataclasses import dataclass, replace
from functools import partial

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    Input,
    NearMiss,
    SetDeadline,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Situation
from processors.sigma.counts import Answer, CountStep
from processors.sigma.situation import FORGET, JUDGE, Compiled, Telling
from processors.sigma.watching import missed
from schemas.alerts import Evidence
from schemas.correlation import DAY_MS, SPAN_MAX_D
from schemas.events import Event

REMEMBERED_MS = 2 * SPAN_MAX_D * DAY_MS
"""How long after its alert a wait is remembered, so that a late end is known for one."""


@dataclass(frozen=True, slots=True)
class Wait:
    """What began the wait, if one stands; `told`: its time is up and an alert was raised."""

    first: Evidence | None = None
    told: bool = False


def absent_step(told: Compiled) -> tuple[type, CountStep]:
    """The state and the step of a rule on absence."""
    return Wait, partial(_step, told)


def _step(rule: Compiled, now: Situation, state: Wait, told: Input) -> Answer:
    if isinstance(told, Deadline):
        return _due(rule, now, state, told)
    assert isinstance(told, Event)
    if not now.params.enabled:
        return state, NO_EFFECTS
    begins, *ends = rule.rule.correlation.rules
    met = rule.met(told, now.config)
    if state.first is not None and (step := next((n for n in ends if n in met), None)):
        effects = _over(now, state, evidence(step, told))
        if rule.rule.correlation.renew and begins in met:
            after, more = _begun(rule, begins, told)
            return after, (*effects, *more)
        return Wait(), effects
    if begins not in met:
        return state, NO_EFFECTS
    if state.first is None or state.told or rule.rule.correlation.renew:
        return _begun(rule, begins, told)
    return state, NO_EFFECTS


def _begun(rule: Compiled, name: str, event: Event) -> Answer:
    """A wait from this reading on. The alert of an earlier one stands until it is cleared."""
    item = evidence(name, event)
    forget, judge = CancelDeadline(FORGET), SetDeadline(JUDGE, item.time + rule.span_ms)
    return Wait(item), (forget, judge)


def _over(now: Situation, state: Wait, item: Evidence) -> tuple[Effect, ...]:
    done = CancelDeadline(FORGET if state.told else JUDGE)
    return (done, ClearAlert(now.scope.id, (item,)))


def _due(rule: Compiled, now: Situation, state: Wait, due: Deadline) -> Answer:
    if due.name == FORGET or state.first is None:
        return Wait(), NO_EFFECTS
    ends = rule.rule.correlation.rules[1:]
    if not due.judged or missed(rule.rule, now, ends, state.first.time):
        missing = NearMiss(state.first.step, "not judged: input was missing")
        return Wait(), (missing,)
    forget = SetDeadline(FORGET, due.at + REMEMBERED_MS)
    alert = rule.alert(now, Telling((state.first,), 1, f"{state.first.id}@{due.at}"))
    return replace(state, told=True), (alert, forget)
