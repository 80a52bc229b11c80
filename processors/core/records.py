"""What is kept of one scope, and its JSON form: what must survive a restart, and an upgrade.

A record carries a mark of what the rules' states were like when it was written (`RuleSet.forms`).
Under another mark each state is held against what was read of it: where something would be lost,
or nothing can be read at all, its rule begins anew there and that is told. A new field with a
default loses nothing.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel

from processors.core.rule import Rule, RuleSet
from schemas.alerts import Alert

DeadlineName = tuple[str, str]
"""(rule, name)."""
NOTHING: tuple[Any, ...] = (None, [], {})
"""Of a field that held this nothing is lost."""


@dataclass(slots=True)
class ScopeRecord:
    """All rules' states of one scope, their deadlines (at, since), and the scope's alerts.

    From one checkpoint to the next an alert that nobody touches stays as JSON: with fifty readings
    it weighs 17 KB so, four times as much alive, and need not be written anew with each state.
    """

    states: dict[str, Any] = field(default_factory=dict)
    deadlines: dict[DeadlineName, tuple[int, int]] = field(default_factory=dict)
    alerts: dict[DeadlineName, Alert | bytes] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing has to be remembered of the scope."""
        return not (self.states or self.deadlines or self.alerts)

    def due(self) -> tuple[int, str, str] | None:
        """The deadline that comes next, as (at, rule, name)."""
        return min(((at, *name) for name, (at, _) in self.deadlines.items()), default=None)

    def alert(self, name: DeadlineName) -> Alert | None:
        """The alert of a (rule, key), if there is one."""
        found = self.alerts.get(name)
        if isinstance(found, bytes):
            found = self.alerts[name] = Alert.model_validate(orjson.loads(found))
        return found

    def alerts_of(self, rule: str) -> list[Alert]:
        """The alerts of one rule."""
        found = (self.alert(name) for name in [*self.alerts] if name[0] == rule)
        return [alert for alert in found if alert is not None]

    def dump(self, forms: str = "") -> bytes:
        """The record as JSON; `forms` is the mark of how the rules' states are written."""
        for name, alert in self.alerts.items():
            if not isinstance(alert, bytes):
                self.alerts[name] = orjson.dumps(alert, default=_plain)
        plain = {
            "f": forms,
            "s": self.states,
            "d": [(rule, name, at, since) for (rule, name), (at, since) in self.deadlines.items()],
            "a": [orjson.Fragment(raw) for raw in self.alerts.values()],
        }
        return orjson.dumps(plain, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    raise TypeError(f"{type(value)} has no JSON form")


def load_record(raw: bytes, rules: RuleSet) -> tuple[ScopeRecord, list[str]]:
    """A record from its JSON form, and the rules whose states in it are not understood.

    States of rules that are gone are let go.
    """
    plain = orjson.loads(raw)
    same = plain.get("f") == rules.forms
    states = {
        name: _load_state(rules.by_id[name], state, same)
        for name, state in plain["s"].items()
        if name in rules.by_id
    }
    afresh = [name for name, state in states.items() if state is None]
    deadlines = {(rule, name): (at, since) for rule, name, at, since in plain["d"]}
    alerts: dict[DeadlineName, Alert | bytes] = {
        (alert["rule"], alert["key"]): orjson.dumps(alert) for alert in plain["a"]
    }
    return ScopeRecord(states, deadlines, alerts), afresh


def _load_state(rule: Rule, plain: Any, same: bool) -> Any:
    """A state, or None for one of another form: it does not read, or something of it is lost."""
    try:
        state = rule.load_state(plain)
    except ValueError:
        return None
    if same or _holds(orjson.loads(orjson.dumps(state, default=_plain)), plain):
        return state
    return None


def _holds(now: Any, former: Any) -> bool:
    """Whether everything of the former is there still; what is new beside it has its default."""
    if isinstance(former, dict):
        return isinstance(now, dict) and all(
            value in NOTHING or (name in now and _holds(now[name], value))
            for name, value in former.items()
        )
    if isinstance(former, list):
        return isinstance(now, list) and len(now) == len(former) and all(map(_holds, now, former))
    return bool(now == former)


class Afresh(NamedTuple):
    """A rule that begins anew in a scope, with the alerts it had open there."""

    rule: Rule
    scope: str
    alerts: tuple[Alert, ...]
