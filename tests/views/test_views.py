"""Every scenario of every read model, by back-test and live, in any order of arrival."""

import ast
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from processors.core.estate import new_estate
from processors.core.machine import Machine, Output
from processors.core.records import record_of
from processors.core.replay import in_order, replay, step
from processors.rules.catalogue import VIEWS, rules_and_views, shipped_rules, view_folders
from processors.views.shape import EVERY_MS
from schemas.views import decode_view, encode_view, view_key
from tests.core.live import Live
from tests.rules.scenario import ESTATE
from tests.rules.test_order import Journey, journeys
from tests.views.scenario import FILES, NAMES, ViewScenario, check, load_scenario

STATE_MAX = 1536
"""Bytes of JSON that a key of a read model may weigh."""


def shows(scenario: ViewScenario) -> list[tuple[int, str]]:
    """The data's time and the key of every view that is written."""
    machine, estate = Machine(scenario.rules), new_estate(ESTATE)
    outputs = []
    for event in in_order([*scenario.log, scenario.last_tick()]):
        while (at := machine.next_deadline(estate)) is not None and at < event.at:
            outputs.append(Output())
            machine.fire_next(estate, outputs[-1])
        outputs.append(Output())
        step(machine, estate, event, outputs[-1])
    return [(getattr(v, "at", 0), key) for out in outputs for key, v in out.views.items()]


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_backtest(file: Path) -> None:
    scenario = load_scenario(file)
    out = replay(scenario.log, scenario.rules, until=scenario.until)
    check(scenario, out)
    for key, view in out.views.items():
        assert key == view_key(view)
        assert decode_view(encode_view(view)) == view


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_view_is_written_at_most_once_a_minute(file: Path) -> None:
    scenario = load_scenario(file)
    last: dict[str, int] = {}
    counted: Counter[str] = Counter()
    for at, key in shows(scenario):
        assert at - last.get(key, 0) >= EVERY_MS, f"{scenario.about}: {key}"
        last[key] = at
        counted[key] += 1
    for key, count in (scenario.shown or {}).items():
        assert counted[key] == count, f"{scenario.about}: {key}"


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_live_equals_backtest(file: Path) -> None:
    scenario = load_scenario(file)
    expected = replay(scenario.log, scenario.rules, until=scenario.until).views

    @settings(max_examples=12, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(journey=journeys(scenario))
    def arrives(journey: Journey) -> None:
        live = Live(scenario.rules, crash_at=journey.crash_at)
        live.run(journey.records, journey.batch)
        assert live.views == expected

    arrives()


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_key_weighs_little(file: Path) -> None:
    scenario = load_scenario(file)
    machine, estate = Machine(scenario.rules), new_estate(ESTATE)
    for event in in_order(scenario.log):
        step(machine, estate, event, Output())
        for key, record in estate.records.items():
            if (state := record.states.get(scenario.rule)) is not None:
                assert weight(state) <= STATE_MAX, f"{key}: {state}"


def weight(state: object) -> int:
    """Bytes of JSON that a state takes in its scope's record."""
    return len(record_of("", {"": state}).dump()) - len(record_of("", {"": None}).dump())


@pytest.mark.parametrize("folder", view_folders(), ids=lambda folder: folder.name)
def test_a_read_model_never_opens_an_alert(folder: Path) -> None:
    for file in folder.glob("*.py"):
        names = {getattr(node, "name", "") for node in ast.walk(ast.parse(file.read_text()))}
        assert not names & {"OpenAlert", "UpdateAlert", "ClearAlert"}, file
    assert (folder / "scenarios").is_dir()


def test_read_models_stand_beside_the_rules() -> None:
    together = rules_and_views()
    views = {rule.id for rule in together.rules if rule.read_model}
    assert views == {folder.name for folder in view_folders()}
    assert views == {file.parent.name for file in VIEWS.glob("*/view.py")}
    assert {rule.id for rule in together.rules} - views == set(shipped_rules().by_id)
