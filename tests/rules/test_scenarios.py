"""Every scenario of every rule, by back-test and by the live path with a crash."""

from pathlib import Path

import pytest

from processors.core.replay import replay
from processors.core.rule import rule_set
from processors.rules.catalogue import load, rule_folders
from schemas.base import MS_PER_S
from schemas.events import Event, event_id, make_event
from tests.core.live import Live
from tests.rules.scenario import ESTATE, KINDS, START_MS, check, load_scenario

FILES = [file for folder in rule_folders() for file in sorted(folder.glob("scenarios/*.yaml"))]
NAMES = [f"{file.parent.parent.name}/{file.stem}" for file in FILES]


@pytest.mark.parametrize("folder", rule_folders(), ids=lambda folder: folder.name)
def test_a_rule_has_all_seven_kinds_and_tells_what_it_misses(folder: Path) -> None:
    there = {file.stem for file in folder.glob("scenarios/*.yaml")}
    assert set(KINDS) <= there, f"missing: {sorted(set(KINDS) - there)}"
    assert (folder / "README.md").read_text(encoding="utf-8").startswith(f"# {folder.name}")
    about = (folder / "rule.py").read_text(encoding="utf-8").split('"""')[1]
    for word in ("Why:", "Fires", "Misses", "Known false alarms:"):
        assert word in about, f"the docstring lacks {word!r}"


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_backtest(file: Path) -> None:
    scenario = load_scenario(file)
    if scenario.exempt:
        assert len(scenario.exempt) > 20, "an exemption needs a reason"
        return
    rules = _rules(file)
    out = replay(scenario.events, rules, {ESTATE: scenario.config}, scenario.until)
    check(file.parent.parent.name, scenario, list(out.alerts.values()))


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_live_equals_backtest(file: Path) -> None:
    scenario = load_scenario(file)
    rules = _rules(file)
    out = replay(scenario.events, rules, {ESTATE: scenario.config}, scenario.until)
    events = [_config(scenario.config), *sorted(scenario.events, key=lambda e: e.time)]
    for crash_at in (None, 2, 3, 5, 8):
        live = Live(rules, crash_at=crash_at)
        live.run([[event] for event in (*events, _tick(scenario.until))])
        assert live.alerts == out.alerts


def _rules(file: Path):  # type: ignore[no-untyped-def]
    folder = file.parent.parent
    rule = load(folder)
    return rule_set([rule, *(load(folder.parent / name) for name in sorted(rule.after))])


def _config(config) -> Event:  # type: ignore[no-untyped-def]
    data = {"device": "console", "place": ESTATE, "received_at": START_MS - 10 * MS_PER_S,
            "hash": config.digest, "config": config.model_dump(mode="json")}  # fmt: skip
    return make_event("config.activated", id=event_id("config", config.digest),
                      source=f"/{ESTATE}/console", time=START_MS - 10 * MS_PER_S, data=data)  # fmt: skip


def _tick(until: int) -> Event:
    at = until + 2 * MS_PER_S
    return make_event("clock.ticked", id=event_id("tick", at), source=f"/{ESTATE}/gateway",
                      time=at, data={"device": "g", "place": ESTATE, "received_at": at})  # fmt: skip
