"""`event_count` and `value_count`: so many readings, or so many different values, of one group.

"At least" is judged with each reading, over the timespan that ends with it. A condition that more
readings may end (`lt`, `lte`, `eq`, `neq`) is judged once: when the timespan that began with a
first reading is over. If input was missing meanwhile, or a device was away that would have told
more, it is not judged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from processors.core.effects import (
    CancelDeadline,
    Deadline,
    Effect,
    Input,
    NearMiss,
    SetDeadline,
)
from processors.core.rule import NO_EFFECTS, Situation
from processors.sigma.grouping import PartOf, part_of
from processors.sigma.situation import FORGET, ITEMS_MAX, JUDGE, Compiled, Telling
from processors.sigma.watching import missed
from schemas.alerts import Evidence
from schemas.correlation import COUNT_MAX, Condition
from schemas.events import Event

Answer = tuple[Any, Sequence[Effect]]
CountStep = Callable[[Situation, Any, Input], Answer]


@dataclass(frozen=True, slots=True)
class Mark:
    """One reading of the window: when, and the value that is counted ("" where readings are)."""

    at: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """The last readings of a group, oldest first; `items` are the last of them, whole.

    `told_at`: when its alert was told last (ms), 0 for never.
    """

    marks: tuple[Mark, ...] = ()
    items: tuple[Evidence, ...] = ()
    told_at: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A timespan that began with a first reading: how many since, of which values."""

    count: int = 0
    values: tuple[str, ...] = ()
    items: tuple[Evidence, ...] = ()


def count_step(told: Compiled) -> tuple[type, CountStep]:
    """The state and the step of a counting rule."""
    condition = told.rule.correlation.condition
    assert condition is not None
    value = part_of(condition.field) if condition.field is not None else None
    if condition.at_least is not None:
        return Window, partial(_at_least, told, value, condition.at_least)
    return Span, partial(_at_the_end, told, value, condition)


def _at_least(  # noqa: PLR0913
    rule: Compiled, value: PartOf | None, wanted: int, now: Situation, state: Window, told: Input
) -> Answer:
    if isinstance(told, Deadline):
        return _pruned(rule, now, state)
    assert isinstance(told, Event)
    if not now.params.enabled:
        return state, NO_EFFECTS
    met = rule.met(told, now.config)
    state, effects = _emptied(rule, met, state, FORGET)
    item, what = rule.item(met, told), value(told, now.config) if value else ""
    if item is None or what is None:
        return state, effects
    state, waiting = _with(rule, state, item, what, wanted), not state.marks
    if waiting:
        effects = (*effects, _forget_at(rule, state))
    if len(state.marks) < wanted:
        return state, effects
    telling = Telling(state.items, len(state.marks), item.id, state.told_at)
    return replace(state, told_at=now.at), (*effects, rule.alert(now, telling))


def _with(rule: Compiled, state: Window, item: Evidence, value: str, wanted: int) -> Window:
    """The window with another reading. Of a value that is counted only its last reading stands."""
    since = item.time - rule.span_ms
    kept = [m for m in state.marks if m.at >= since and not (value and m.value == value)]
    marks = (*kept, Mark(item.time, value))[-max(wanted, ITEMS_MAX) :]
    items = (*(old for old in state.items if old.time >= since), item)
    return Window(marks, items[-ITEMS_MAX:], state.told_at)


def _pruned(rule: Compiled, now: Situation, state: Window) -> Answer:
    since = now.at - rule.span_ms
    marks = tuple(mark for mark in state.marks if mark.at >= since)
    if not marks:
        return Window(), NO_EFFECTS
    items = tuple(item for item in state.items if item.time >= since)
    state = replace(state, marks=marks, items=items)
    return state, (_forget_at(rule, state),)


def _forget_at(rule: Compiled, state: Window) -> SetDeadline:
    """Once in a timespan, not with each reading: what is left then is looked at again."""
    return SetDeadline(FORGET, state.marks[0].at + rule.span_ms + 1)


def _emptied(rule: Compiled, met: frozenset[str], state: Any, deadline: str) -> Answer:
    fresh = type(state)()
    if state == fresh or not rule.empties(met):
        return state, NO_EFFECTS
    return fresh, (CancelDeadline(deadline),)


def _at_the_end(  # noqa: PLR0913
    rule: Compiled, value: PartOf | None, condition: Condition, now: Situation, state: Span,
    told: Input,
) -> Answer:  # fmt: skip
    if isinstance(told, Deadline):
        return Span(), _judged(rule, condition, now, state, told)
    assert isinstance(told, Event)
    if not now.params.enabled:
        return state, NO_EFFECTS
    met = rule.met(told, now.config)
    state, effects = _emptied(rule, met, state, JUDGE)
    item, what = rule.item(met, told), value(told, now.config) if value else ""
    if item is None or what is None:
        return state, effects
    if not state.count:
        effects = (*effects, SetDeadline(JUDGE, item.time + rule.span_ms))
    if what and what in state.values:
        return state, effects
    values = (*state.values, what)[-COUNT_MAX:] if what else ()
    items = (*state.items, item)[:ITEMS_MAX]
    return replace(state, count=state.count + 1, values=values, items=items), effects


def _judged(
    rule: Compiled, condition: Condition, now: Situation, state: Span, due: Deadline
) -> Sequence[Effect]:
    step = state.items[0].step
    asked = rule.rule.correlation.rules
    if not due.judged or missed(rule.rule, now, asked, state.items[0].time):
        return (NearMiss(step, "not judged: input was missing"),)
    if not condition.holds(state.count):
        return (NearMiss(step, f"{state.count} in {rule.rule.correlation.timespan}"),)
    name = f"{state.items[0].id}@{due.at}"
    return (rule.alert(now, Telling(state.items, state.count, name)),)
