"""Two judgements are one until the first late event; parted, each goes on as if it were alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processors.core.afterwards import Log, found_afterwards
from processors.core.effects import Input
from processors.core.estate import new_estate
from processors.core.gaps import gap_of
from processors.core.machine import Machine
from processors.core.replay import Run, in_order
from processors.core.rule import Rule, Situation
from processors.rules.catalogue import shipped_rules
from schemas.alerts import Alert
from schemas.events import Event
from tests.core.make import event
from tests.core.test_afterwards import HOUR_S, replayed
from tests.rules.scenario import ESTATE, FILES, NAMES, load_scenario


def goes_on(run: Run, events: list[Event], until: int) -> dict[str, Alert]:
    """What it tells of the rest of a log, the last word of each alert."""
    told: dict[str, Alert] = {}
    for one in events:
        run.take(one)
        told |= {alert.id: alert for alert in run.told()}
    run.tick(until)
    return told | {alert.id: alert for alert in run.told()}


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_run_that_parts_goes_on_as_it_would_have(file: Path) -> None:
    scenario = load_scenario(file)
    log, machine = in_order(scenario.log), Machine(scenario.rules)
    for spot in {1, len(log) // 2, len(log) - 1}:
        run = Run(machine, new_estate(ESTATE))
        for one in log:
            run.estate.note_gap(gap_of(one))
        goes_on(run, log[:spot], log[spot - 1].at)

        parted = run.parted()

        alone = goes_on(parted, log[spot:], scenario.until)
        assert goes_on(run, log[spot:], scenario.until) == alone


def test_what_comes_before_the_first_late_event_is_judged_once() -> None:
    seen: list[str] = []

    def watched(rule: Rule) -> Rule:
        def step(now: Situation, state: Any, told: Input) -> Any:
            seen.append(rule.id)
            return rule.step(now, state, told)

        return replace(rule, step=step) if rule.id == "door_held" else rule

    opened = [event("door.opened", at, f"d{at}", id=f"n{at}") for at in range(0, 100, 10)]
    closed = [event("door.closed", at + 1, f"d{at}", id=f"c{at}") for at in range(0, 100, 10)]
    late = replayed("access.duress", 55, HOUR_S)
    log = Log((*opened, *closed, late), (late,))

    found = found_afterwards(log, shipped_rules().each(watched))

    assert [alert.rule for alert in found] == ["duress"]
    assert len(seen) == 2 * len(opened) + 2 * 4 + 1, "the last four doors twice, the code once"
