"""`smart-community rules`: list, check, test; and back-test with a folder of own rules."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from processors.cli import register
from schemas.events import to_line
from tests.ingest.test_rule_watch import RULE
from tests.sigma.make import at

SITE = """\
rules_folder: my-rules
estates:
  - id: e
    name: {zh: 小区, en: Estate}
    places: [{id: d1, kind: door, name: {zh: 门, en: Door}}]
"""
SCENARIO = """\
about: three refusals in a row
events:
  - {at: 0, type: access.denied}
  - {at: 5, type: access.denied}
  - {at: 9, type: access.denied}
until: 60
alerts:
  - {key: riverside, opened: 9, steps: [denied, denied, denied], says: 多次被拒}
"""


APP = typer.Typer()
register(APP)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(APP, ["rules", *arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    place = tmp_path / "my-rules" / "shut_out" / "scenarios"
    place.mkdir(parents=True)
    (place / "three.yaml").write_text(SCENARIO, encoding="utf-8")
    put(tmp_path, RULE % 3)
    return tmp_path


def put(folder: Path, text: str, name: str = "shut_out") -> Path:
    file = folder / "my-rules" / name / "rule.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_list_marks_what_is_off_and_whose_it_is(folder: Path) -> None:
    put(folder, (RULE % 3).replace("shut_out", "off_for_now") + "enabled: false\n", "off_for_now")
    lines = run("list", "--site", str(folder / "site.yaml")).stdout.splitlines()
    told = {line.split()[0]: line.split()[4:6] for line in lines}
    assert told["door_forced"] == ["on", "shipped"]
    assert told["antipassback"] == ["off", "shipped"]
    assert told["shut_out"] == ["on", "own"]
    assert told["off_for_now"] == ["off", "own"]
    assert run("list", str(folder / "my-rules")).stdout.splitlines() == lines


def test_check_counts_what_holds(folder: Path) -> None:
    done = run("check", str(folder / "my-rules"))
    assert (done.exit_code, done.stdout.strip().split(", ")[1]) == (0, "1 of them your own")
    assert run("check", "--site", str(folder / "site.yaml")).stdout == done.stdout
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("gte: 3", "gte: many", ":4: correlation.condition.gte: "),
        ("{type: access.denied}", "{type: access.denied, place: d9}", ":3: detection.denied: 'd9'"),
        ("id: shut_out", "id: shut_out\nestates: [f]", ":2: estates.0: 'f' is not an estate"),
    ],
)
def test_check_tells_file_line_and_path(folder: Path, old: str, new: str, told: str) -> None:
    file = put(folder, (RULE % 3).replace(old, new))
    done = run("check", "--site", str(folder / "site.yaml"))
    assert done.exit_code == 2
    assert f"{file}{told}" in done.stderr


def test_a_shipped_rules_name_is_taken(folder: Path) -> None:
    file = put(folder, (RULE % 3).replace("shut_out", "door_forced"), "door_forced")
    done = run("check", str(folder / "my-rules"))
    assert done.exit_code == 2
    assert f"{file}:1: id: 'door_forced' is the name of a shipped rule" in done.stderr


def test_settings_of_own_rules_are_checked(folder: Path) -> None:
    site = folder / "site.yaml"
    site.write_text(SITE + "    rules: {shut_out: {enabled: false}}\n", encoding="utf-8")
    assert run("check", "--site", str(site)).exit_code == 0
    site.write_text(SITE + "    rules: {shut_out: {at_least: 3}}\n", encoding="utf-8")
    assert "shut_out.at_least" in run("check", "--site", str(site)).stderr
    site.write_text(SITE + "    rules: {shut_up: {}}\n", encoding="utf-8")
    assert "there is no rule 'shut_up'" in run("check", "--site", str(site)).stderr


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    for command in ("check", "test"):
        done = run(command, str(tmp_path))
        assert (done.exit_code, "holds no rule" in done.stderr) == (2, True)


def test_scenarios_beside_a_rule_are_run(folder: Path) -> None:
    done = run("test", str(folder / "my-rules"))
    assert (done.exit_code, done.stdout) == (0, "good  shut_out/three\n")
    assert run("test", str(folder / "my-rules" / "shut_out")).stdout == done.stdout


def test_a_scenario_that_fails_says_how(folder: Path) -> None:
    put(folder, RULE % 4)
    done = run("test", str(folder / "my-rules"))
    assert done.exit_code == 1
    assert done.stdout.startswith("FAIL  shut_out/three\n      0 alerts instead of 1")
    put(folder, (RULE % 3) + "severity: red\n")
    file = folder / "my-rules/shut_out/scenarios/three.yaml"
    file.write_text(SCENARIO.replace("opened: 9", "severity: blue, opened: 9"), encoding="utf-8")
    assert "alerts.0.severity: 'red', not 'blue'" in run("test", str(folder / "my-rules")).stdout


def test_a_rule_without_scenarios_is_to_do(folder: Path) -> None:
    (folder / "my-rules/shut_out/scenarios/three.yaml").unlink()
    done = run("test", str(folder / "my-rules"))
    assert (done.exit_code, done.stdout.startswith("to do  shut_out")) == (0, True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("until: 60", "untill: 60", ":6: untill: is not a name known here"),
        ("type: access.denied}", "type: access.refused}", ":3: events.0: needs `at` in seconds"),
        ("type: access.denied}", "type: access.denied, raeder: r}", ":3: events.0: 'raeder' is no"),
        ("says:", "sais:", ":8: alerts.0.sais: is nothing that is told"),
    ],
)
def test_faults_of_a_scenario_have_line_and_path(
    folder: Path, old: str, new: str, told: str
) -> None:
    file = folder / "my-rules/shut_out/scenarios/three.yaml"
    file.write_text(SCENARIO.replace(old, new, 1), encoding="utf-8")
    done = run("test", str(folder / "my-rules"))
    assert done.exit_code == 2
    assert f"{file}{told}" in done.stderr


def backtest(folder: Path, *arguments: str) -> list[str]:
    events = folder / "day.ndjson"
    told = [at("access.denied", time) for time in (1, 2, 3)]
    events.write_text("".join(to_line(event) + "\n" for event in told), encoding="utf-8")
    done = CliRunner().invoke(APP, ["backtest", *arguments, str(events)])
    assert done.exit_code == 0, done.stderr
    return [json.loads(line)["rule"] for line in done.stdout.splitlines()]


def test_the_back_test_takes_a_folder_and_the_sites_own(folder: Path) -> None:
    assert backtest(folder) == []
    assert backtest(folder, "--rules", str(folder / "my-rules")) == ["shut_out"]
    site = ("--site", str(folder / "site.yaml"))
    assert backtest(folder, *site) == ["shut_out"]
    assert backtest(folder, *site, "--only", "shut_out") == ["shut_out"]
    assert backtest(folder, *site, "--only", "door_forced") == []
    assert backtest(folder, *site, "--rules", str(folder / "my-rules")) == ["shut_out"]
