"""What a rule still remembers long after a scenario, with nothing more arriving."""

from collections.abc import Iterator

from processors.core.estate import Estate, new_estate
from processors.core.machine import Machine, Output
from processors.core.replay import in_order, step
from processors.core.rule import RuleSet
from tests.rules.scenario import ESTATE, Scenario

LONG_MS = 400 * 86_400_000
"""Longer than what is remembered longest: a credential that has lapsed (365 d)."""
WITHOUT_NUMBER = ("credential|", "vehicle|", "estate|")


def remembered_for_ever(scenario: Scenario, rules: RuleSet) -> Iterator[str]:
    """Scopes of things without number of which something is left, or still waited for."""
    estate = long_after(scenario, rules)
    for scope, record in estate.records.items():
        if scope.startswith(WITHOUT_NUMBER) and not all(map(_has_reason, record.states.values())):
            yield f"{scope}: {record.states}"
    for due in estate.deadlines:
        if due.scope.startswith(WITHOUT_NUMBER):
            yield f"{due.scope}: {due.rule} waits for {due.name} at {due.at}"


def long_after(scenario: Scenario, rules: RuleSet) -> Estate:
    """The estate a long time after the scenario."""
    machine, estate, out = Machine(rules), new_estate(ESTATE), Output()
    for event in in_order(scenario.log):
        step(machine, estate, event, out)
    machine.fire(estate, scenario.until + LONG_MS, out)
    estate.take_dirty()
    return estate


def _has_reason(state: object) -> bool:
    """An entry without an end is part of the register: a permit of a car outside, a consent."""
    permit = getattr(state, "permit", None)
    if permit is not None:
        return permit.until is None and getattr(state, "entered", None) is None
    entries = getattr(state, "registered", None) or ()
    return any(e.until is None for e in (entries if isinstance(entries, tuple) else (entries,)))
