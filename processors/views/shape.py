"""What a read model is: a rule that only shows, and shows each key at most once a minute.

A view is written when what it shows has changed and a minute has passed since it was last written,
both in the data's time; what changes within the minute is shown at its end.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from processors.core.effects import CancelDeadline, Deadline, Effect, SetDeadline, Show, Told
from processors.core.rule import NO_EFFECTS, Params, Rule, Scopes, Situation, Step
from schemas.base import MS_PER_S, Words
from schemas.views import View

SHOW = "show"
"""The name of the deadline at which a view that has changed is shown."""
EVERY_MS = 60 * MS_PER_S


@dataclass(frozen=True, slots=True)
class Pace:
    """When a view was last shown, and whether it has changed since and waits for its minute."""

    shown_at: int = 0
    waiting: bool = False


def changed(
    now: Situation, pace: Pace, view: Callable[[], View]
) -> tuple[Pace, tuple[Effect, ...]]:
    """The view is another one: show it now, or at the end of its minute."""
    if now.at >= pace.shown_at + EVERY_MS:
        done = (CancelDeadline(SHOW),) if pace.waiting else ()
        return Pace(now.at), (*done, Show(view()))
    if pace.waiting:
        return pace, NO_EFFECTS
    return replace(pace, waiting=True), (SetDeadline(SHOW, pace.shown_at + EVERY_MS),)


def is_due(told: Told) -> bool:
    """Whether an input is the end of a view's minute."""
    return isinstance(told, Deadline) and told.name == SHOW


def read_model(  # noqa: PLR0913
    name: str, title: Words, inputs: Iterable[str], scopes: Scopes, params: type[Params],
    state: type, step: Step, **more: Any,
) -> Rule:  # fmt: skip
    """A rule that shows. Its level, handler and delivery are never told, since it has no alerts."""
    return Rule(
        id=name, version="1", title=title, inputs=frozenset(inputs), scopes=scopes, params=params,
        state=state, step=step, severity="blue", handler="police", delivery="statistic",
        read_model=True, **more,
    )  # fmt: skip
