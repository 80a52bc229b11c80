"""Why an alert came, and why none did: each input of one key, and what the rule made of it. Pure.

The log is judged once more with one rule watched. Nothing is kept for this while live, so it costs
nothing there, and any rule can be asked about any moment that the log still holds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from processors.core.effects import (
    AlertOpened,
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    UpdateAlert,
)
from processors.core.replay import replay
from processors.core.rule import Rule, RuleSet, Situation
from schemas.alerts import Alert
from schemas.base import format_instant
from schemas.events import Event
from schemas.place import EstateConfig


@dataclass(frozen=True, slots=True)
class Moment:
    """One input of a scope and what came of it; `told` and `did` are lines for a person."""

    at: int
    scope: str
    told: str
    did: tuple[str, ...]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The course of a key, and the alerts it has."""

    moments: tuple[Moment, ...]
    alerts: tuple[Alert, ...]


def why(
    events: Iterable[Event], rules: RuleSet, rule: str, key: str,
    configs: Mapping[str, EstateConfig] | None = None,
) -> Answer:  # fmt: skip
    """What a rule made of everything that concerns a key.

    `key` is an alert's key or what a scope is of: a door, a plate's reference, a device.
    """
    seen: list[Moment] = []
    watched = rules.each(lambda one: _watched(one, seen) if one.id == rule else one)
    out = replay(events, watched, configs)
    alerts = [a for a in out.alerts.values() if a.rule == rule and _concerns(a.key, key)]
    keys = {alert.key for alert in alerts} | {key}
    moments = [m for m in seen if _concerns(m.scope.partition("|")[2], key) or m.keys & keys]
    return Answer(tuple(moments), tuple(sorted(alerts, key=lambda a: (a.opened_at, a.id))))


def _concerns(name: str, key: str) -> bool:
    return name == key or name.split("|", maxsplit=1)[0] == key


def _watched(rule: Rule, seen: list[Moment]) -> Rule:
    def step(now: Situation, state: Any, told: Input) -> tuple[Any, Sequence[Effect]]:
        after, effects = rule.step(now, state, told)
        did = tuple(_did(effects))
        if after != state and not did:
            did = ("noted",)
        keys = frozenset(e.key for e in effects if isinstance(e, OpenAlert | UpdateAlert))
        seen.append(Moment(now.at, now.scope.key, _told(told), did or ("no matter to it",), keys))
        return after, effects

    return replace(rule, step=step)


def _told(told: Input) -> str:
    match told:
        case Deadline(name, _, judged):
            return f"time is up: {name}" + ("" if judged else " (input was missing: not judged)")
        case AlertOpened(alert):
            return f"alert {alert.rule} of {alert.key}"
    if not isinstance(told, Event):
        return type(told).__name__
    where = f" at {told.data.place} by {told.data.device}"
    return f"{told.type}{where}" + (f" of {told.subject}" if told.subject else "")


def _did(effects: Iterable[Effect]) -> Iterator[str]:
    for effect in effects:
        match effect:
            case OpenAlert():
                steps = ", ".join(item.step for item in effect.evidence)
                yield f"ALERT {effect.key} ({steps})"
            case UpdateAlert():
                yield f"alert {effect.key}: more of it"
            case ClearAlert(key):
                yield f"alert {key}: over"
            case SetDeadline(name, at, _):
                yield f"waits for {name} until {format_instant(at)}"
            case CancelDeadline(name):
                yield f"waits no more for {name}"
            case NearMiss(step, reason):
                yield f"NO ALERT: stopped after {step}: {reason}"
