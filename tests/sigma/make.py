"""Small makers for tests of operators' own rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from processors.core.replay import replay
from processors.core.rule import Rule, rule_set
from processors.sigma.compile import compile_document
from schemas.alerts import Alert
from schemas.events import Event
from schemas.operator_rule import OperatorRule
from tests.core.make import T0, config, event

WORDS = {"zh": "读数", "en": "reading"}
END = T0 + 10**10


def document(
    detection: Mapping[str, Any], correlation: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """A document with the parts that a test is about; the rest is the same for all."""
    names = dict.fromkeys(correlation["rules"])
    whole = {
        "id": "own",
        "title": {"zh": "自定", "en": "own"},
        "detection": dict(detection),
        "correlation": {"timespan": "60s", **correlation},
        "steps": dict.fromkeys(names, WORDS),
        "text": {"zh": "共$count次，$span，由$first到$last", "en": "$count in $span"},
        "check": {"zh": "请看录像", "en": "look at the recording"},
        "do": {"zh": "再去现场", "en": "then go there"},
    }
    return OperatorRule.model_validate(whole | more).document()


def counted(selection: Any, **more: Any) -> dict[str, Any]:
    """A document that tells of each reading of one selection."""
    told = {"type": "event_count", "rules": ["seen"], "condition": {"gte": 1}}
    return document({"seen": selection}, told | more)


def rule(plain: Mapping[str, Any]) -> Rule:
    """The rule of a document."""
    return compile_document(plain)


def alerts(plain: Mapping[str, Any], events: Iterable[Event], **parts: Any) -> list[Alert]:
    """What a rule raises on a log, in an estate with these parts, by time of opening."""
    rules = rule_set([rule(plain)])
    out = replay(events, rules, {"e": config(**parts)}, until=END)
    return sorted(out.alerts.values(), key=lambda alert: (alert.opened_at, alert.id))


def opened(plain: Mapping[str, Any], events: Iterable[Event], **parts: Any) -> list[float]:
    """When alerts opened, in seconds after T0."""
    return [(alert.opened_at - T0) / 1000 for alert in alerts(plain, events, **parts)]


def at(word: str, at_s: float, place: str = "d1", **more: Any) -> Event:
    """An event whose id tells its second, so that two of one kind are two."""
    return event(word, at_s, place, id=f"{word}@{at_s}/{place}/{more.get('subject')}", **more)
