"""What is over takes no room: in the end nothing is remembered of cards, cars and hits.

Doors, lanes, zones and devices are as many as the site has; people's cards and cars are without
number, so whatever a rule keeps of them must end by itself.
"""

from pathlib import Path

import pytest

from processors.core.estate import Estate, new_estate
from processors.core.machine import Machine, Output
from processors.core.replay import in_order, step
from tests.rules.scenario import ESTATE, FILES, NAMES, Scenario, load_scenario

LONG_MS = 400 * 86_400_000
"""Longer than what is remembered longest: a credential that has lapsed (365 d)."""
WITHOUT_NUMBER = ("credential|", "vehicle|", "estate|")


def long_after(scenario: Scenario) -> Estate:
    """The estate a long time after the scenario, with nothing more arriving."""
    machine, estate, out = Machine(scenario.rules), new_estate(ESTATE), Output()
    for event in in_order(scenario.log):
        step(machine, estate, event, out)
    machine.fire(estate, scenario.until + LONG_MS, out)
    estate.take_dirty()
    return estate


def is_kept_for_a_reason(state: object) -> bool:
    """An entry without an end is part of the register: a permit of a car outside, a consent."""
    permit = getattr(state, "permit", None)
    if permit is not None:
        return permit.until is None and getattr(state, "entered", None) is None
    entries = getattr(state, "registered", None) or ()
    return any(e.until is None for e in (entries if isinstance(entries, tuple) else (entries,)))


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_nothing_is_remembered_for_ever(file: Path) -> None:
    estate = long_after(load_scenario(file))
    left = {
        scope: record.states
        for scope, record in estate.records.items()
        if scope.startswith(WITHOUT_NUMBER)
        and not all(is_kept_for_a_reason(state) for state in record.states.values())
    }
    assert left == {}
    waiting = [item for item in estate.deadlines if item[1].startswith(WITHOUT_NUMBER)]
    assert waiting == []
