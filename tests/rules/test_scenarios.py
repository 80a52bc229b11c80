"""Every scenario of every rule, by back-test and by the live path with a crash."""

from pathlib import Path

import pytest

from processors.core.replay import replay
from processors.rules.catalogue import rule_folders
from tests.core.live import Live
from tests.rules.scenario import FILES, KINDS, NAMES, check, load_scenario


@pytest.mark.parametrize("folder", rule_folders(), ids=lambda folder: folder.name)
def test_a_rule_has_all_seven_kinds_and_tells_what_it_misses(folder: Path) -> None:
    there = {file.stem for file in folder.glob("scenarios/*.yaml")}
    assert set(KINDS) <= there, f"missing: {sorted(set(KINDS) - there)}"
    assert (folder / "README.md").read_text(encoding="utf-8").startswith(f"# {folder.name}")
    about = (folder / "rule.py").read_text(encoding="utf-8").split('"""')[1]
    for word in ("Why:", "Fires", "Misses", "Known false alarms:"):
        assert word in " ".join(about.split()), f"the docstring lacks {word!r}"


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_backtest(file: Path) -> None:
    scenario = load_scenario(file)
    if scenario.exempt:
        assert len(scenario.exempt) > 20, "an exemption needs a reason"
        return
    check(scenario, replay(scenario.log, scenario.rules, until=scenario.until))


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_live_equals_backtest(file: Path) -> None:
    scenario = load_scenario(file)
    expected = replay(scenario.log, scenario.rules, until=scenario.until).alerts
    for crash_at in ((), (2,), (3,), (5,), (8,), (3, 5, 7, 9)):
        live = Live(scenario.rules, crash_at=crash_at)
        live.run([[event] for event in (*scenario.log, scenario.last_tick())])
        assert live.alerts == expected


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_every_step_of_the_evidence_is_said_in_words(file: Path) -> None:
    scenario = load_scenario(file)
    if scenario.exempt:
        return
    out = replay(scenario.log, scenario.rules, until=scenario.until)
    for alert in out.alerts.values():
        assert {item.step for item in alert.evidence} == set(alert.steps)


UNDER_DURESS = [file for file in FILES if "access.duress" in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("file", UNDER_DURESS, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_only_what_is_silent_on_site_says_that_it_was_duress(file: Path) -> None:
    scenario = load_scenario(file)
    for alert in replay(scenario.log, scenario.rules, until=scenario.until).alerts.values():
        said = "access.duress" in {item.type for item in alert.evidence}
        assert not said or alert.silent_on_site


def test_rules_are_tried_with_duress() -> None:
    assert len({file.parts[-3] for file in UNDER_DURESS}) > 10
