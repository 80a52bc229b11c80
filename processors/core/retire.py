"""From one set of an estate's rules to another, between two of its events.

What a rule that is gone was about to judge is let go, and its open alerts end with that as the
reason. A rule that was rewritten keeps its states if they still read (`Rule.form`), and is gone and
new otherwise. Nothing of any other rule is touched.
"""

from typing import NamedTuple

from processors.core.effects import ClearAlert
from processors.core.estate import Estate
from processors.core.output import Output, forget
from processors.core.records import ScopeRecord
from processors.core.rule import Rule, RuleSet, Situation
from processors.core.scope import Scope
from processors.core.suppress import cleared
from schemas.alerts import Alert
from schemas.base import Words
from schemas.event_data import ConfigActivated
from schemas.events import Event
from schemas.views import RuleView, view_key

TAKEN_AWAY = Words(
    zh="该规则已撤下或停用，不再判断；现场情况请另行核实。",
    en="Its rule was taken away or switched off, so it is judged no more; check what is there.",
)
REWRITTEN = Words(
    zh="该规则已改写，从头判断；现场情况请另行核实。",
    en="Its rule was rewritten and judges afresh; check what is there.",
)


def activate(estate: Estate, event: Event, old: RuleSet, shipped: RuleSet, out: Output) -> None:
    """Go by the configuration of an event from it on, and by the rules which that names."""
    assert isinstance(event.data, ConfigActivated)
    estate.activate(event, event.data)
    new = shipped.of(estate.config)
    if new is not old:
        change_rules(estate, old, new, event.at, out)
    estate.rules = new


def change_rules(estate: Estate, old: RuleSet, new: RuleSet, at: int, out: Output) -> None:
    """Go over from one set to the other at `at` (ms since the epoch).

    The estate must still read its records by the old one.
    """
    gone = [rule for rule in old.rules if not _goes_on(rule, new)]
    for scope in _scopes_of(estate, gone):
        record = estate.record(scope)
        for rule in gone:
            why = REWRITTEN if rule.id in new.by_id else TAKEN_AWAY
            _retire(estate, record, Leaving(rule, scope, at, why), out)
        if record.empty and scope not in estate.dirty:
            del estate.records[scope]
    for rule in new.rules:
        if old.by_id.get(rule.id) is not rule:
            view = RuleView(rule=rule.id, title=rule.title)
            out.views[view_key(view)] = view


class Leaving(NamedTuple):
    """A rule that leaves a scope: when (ms) and why."""

    rule: Rule
    scope: str
    at: int
    why: Words


def _goes_on(rule: Rule, new: RuleSet) -> bool:
    same = new.by_id.get(rule.id)
    return same is not None and same.form == rule.form


def _scopes_of(estate: Estate, rules: list[Rule]) -> list[str]:
    """The scopes that may hold something of these rules; those still in bytes are not all read."""
    if not rules:
        return []
    names = [f'"{rule.id}"'.encode() for rule in rules]
    unread = (scope for scope, raw in estate.unread.items() if any(name in raw for name in names))
    return sorted({*estate.records, *unread})


def _retire(estate: Estate, record: ScopeRecord, leaving: Leaving, out: Output) -> None:
    rule = leaving.rule.id
    deadlines = [due for due in record.deadlines if due.rule == rule]
    alerts = [alert for alert in record.alerts if alert.rule == rule]
    if not (rule in record.rules or deadlines or alerts):
        return
    estate.dirty.add(leaving.scope)
    record.drop_state(rule)
    for due in deadlines:
        record.drop_due(rule, due.name)
    for alert in alerts:
        if alert.cleared_at is None:
            out.tell(_ended(estate, leaving, alert))
        forget(estate, record, (rule, alert.key))


def _ended(estate: Estate, leaving: Leaving, alert: Alert) -> Alert:
    scope = Scope.of(leaving.scope)
    now = Situation(None, estate.config, scope, alert.place, leaving.at, estate.order.lateness_ms)
    over = cleared(leaving.rule, now, ClearAlert(alert.key), alert)
    return over.model_copy(update={"cleared_reason": leaving.why})
