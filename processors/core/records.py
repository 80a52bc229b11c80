"""What is kept of one scope, and its JSON form.

There are very many scopes, and of most of them one or two rules remember a little. So a record is
made of tuples: a dict with one entry would weigh as much as that entry does itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError

from processors.core.rule import RuleSet
from schemas.alerts import Alert, Evidence
from schemas.events import explain

SHARED_MAX = 4096
"""Sets of rules whose names are shared by records (own)."""


class Due(NamedTuple):
    """A deadline of a rule: when (ms), where, and since when the span it watches is watched.

    The heap holds the same tuples, so their order is the order in which deadlines fire.
    """

    at: int
    scope: str
    rule: str
    name: str
    since: int


GIVEN = set(Alert.model_fields)
"""Nobody asks which fields of an alert were given: one set for all, as each would take 2 KB."""
_shared: dict[tuple[str, ...], tuple[str, ...]] = {}


def _same(names: tuple[str, ...]) -> tuple[str, ...]:
    """One tuple for all records of which the same rules remember something."""
    if len(_shared) >= SHARED_MAX:
        _shared.clear()
    return _shared.setdefault(names, names)


def _slim(alert: Alert) -> Alert:
    object.__setattr__(alert, "__pydantic_fields_set__", GIVEN)
    return alert


@dataclass(slots=True)
class ScopeRecord:
    """All rules' states of one scope, their deadlines, and the scope's alerts.

    `kept` are the states of `rules`, in the same order.
    """

    scope: str = field(default="", compare=False)
    rules: tuple[str, ...] = ()
    kept: tuple[Any, ...] = ()
    deadlines: tuple[Due, ...] = ()
    alerts: tuple[Alert, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing has to be remembered of the scope."""
        return not (self.rules or self.deadlines or self.alerts)

    @property
    def states(self) -> dict[str, Any]:
        """The states by rule, to be read."""
        return dict(zip(self.rules, self.kept, strict=True))

    def state(self, rule: str, fresh: Any) -> Any:
        """A rule's state, `fresh` where it remembers nothing."""
        return self.kept[self.rules.index(rule)] if rule in self.rules else fresh

    def keep_state(self, rule: str, state: Any) -> None:
        """A rule remembers this from now on."""
        if rule in self.rules:
            at = self.rules.index(rule)
            self.kept = (*self.kept[:at], state, *self.kept[at + 1 :])
        else:
            self.rules, self.kept = _same((*self.rules, rule)), (*self.kept, state)

    def drop_state(self, rule: str) -> None:
        """A rule remembers nothing any more."""
        if rule in self.rules:
            at = self.rules.index(rule)
            self.rules = _same((*self.rules[:at], *self.rules[at + 1 :]))
            self.kept = (*self.kept[:at], *self.kept[at + 1 :])

    def due(self, rule: str, name: str) -> Due | None:
        """A rule's deadline of that name."""
        for due in self.deadlines:
            if due.name == name and due.rule == rule:
                return due
        return None

    def keep_due(self, due: Due) -> None:
        """A deadline, in the place of the one of its name."""
        self.drop_due(due.rule, due.name)
        self.deadlines = (*self.deadlines, due)

    def drop_due(self, rule: str, name: str) -> Due | None:
        """Let go of a deadline; the one there was."""
        found = self.due(rule, name)
        if found is not None:
            self.deadlines = tuple([due for due in self.deadlines if due is not found])
        return found

    def alert(self, rule: str, key: str) -> Alert | None:
        """The last revision of a rule's alert of that key."""
        for alert in self.alerts:
            if alert.key == key and alert.rule == rule:
                return alert
        return None

    def keep_alert(self, alert: Alert) -> None:
        """An alert's new revision."""
        self.drop_alert(alert.rule, alert.key)
        self.alerts = (*self.alerts, _slim(alert))

    def drop_alert(self, rule: str, key: str) -> None:
        """Let go of an alert."""
        found = self.alert(rule, key)
        if found is not None:
            self.alerts = tuple([alert for alert in self.alerts if alert is not found])

    def dump(self) -> bytes:
        """The record as JSON."""
        plain = {
            "s": self.states,
            "d": [(due.rule, due.name, due.at, due.since) for due in self.deadlines],
            "a": self.alerts,
        }
        return orjson.dumps(plain, default=_plain, option=orjson.OPT_PASSTHROUGH_DATACLASS)


_EVIDENCE = TypeAdapter(Evidence).serializer


def _plain(value: Any) -> Any:
    if isinstance(value, Evidence):
        return orjson.Fragment(_EVIDENCE.to_json(value, exclude_defaults=True))
    if isinstance(value, BaseModel):
        return orjson.Fragment(value.__pydantic_serializer__.to_json(value, exclude_defaults=True))
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def record_of(
    scope: str, states: Mapping[str, Any], dues: Iterable[Due] = (), alerts: Iterable[Alert] = ()
) -> ScopeRecord:
    """A record of these."""
    return ScopeRecord(
        scope, _same(tuple(states)), tuple(states.values()), tuple(dues), tuple(alerts)
    )


UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError)
"""What reading bytes raises that are not what was written."""


class Unreadable(NamedTuple):
    """What stood in a record of the state and could not be read: its key, why, and the bytes."""

    key: str
    reason: str
    raw: bytes


def load_record(scope: str, raw: bytes, rules: RuleSet) -> tuple[ScopeRecord, tuple[str, ...]]:
    """A record from its JSON form, and which rules' states cannot be read.

    States of rules that are gone are let go. A rule whose state cannot be read starts afresh there:
    what it had to judge goes, what it has told stays. Raises one of `UNREADABLE` for bytes that are
    no record.
    """
    plain = orjson.loads(raw)
    states: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, state in plain["s"].items():
        rule = rules.by_id.get(name)
        if rule is None:
            continue
        try:
            states[rule.id] = rule.load_state(state)
        except UNREADABLE as error:
            faults[name] = f"{name}: {fault_of(error)}"
    alerts = (_slim(Alert.model_validate(item)) for item in plain["a"])
    dues = (due for due in dues_of(scope, plain) if due.rule not in faults or due.name[0] == "~")
    return record_of(scope, states, dues, alerts), tuple(faults.values())


def fault_of(error: Exception) -> str:
    """What is wrong with bytes, in one line."""
    if isinstance(error, ValidationError):
        return explain(error)
    text = f"has no {error}" if isinstance(error, KeyError) else str(error)
    return text.splitlines()[0] if text else type(error).__name__


def dues_of(scope: str, plain: Mapping[str, Any]) -> list[Due]:
    """The deadlines of a record whose JSON was read."""
    return [
        Due(at, scope, intern(rule), intern(name), since) for rule, name, at, since in plain["d"]
    ]
