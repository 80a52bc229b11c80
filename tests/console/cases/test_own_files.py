"""An operator's own clocks and routing: what they change, and how a fault in them is told."""

from pathlib import Path

import pytest

from console.accounts.principal import Principal
from console.cases.intake import Report, ReportFault
from console.cases.office import OwnFileFault, load_categories, load_clocks
from console.database import writing
from console.lifecycle.routing import shipped_categories
from console.settings import ConsoleSettings
from tests.console.cases.conftest import opening
from tests.console.samples import ESTATE, NINE

ROWS = """categories:
  parking: {handler: police, severity: yellow}
  charging: {zh: 飞线充电, en: charging, dispute: false, handler: property, severity: orange,
             event: false}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "own.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_row_is_changed_in_what_it_says_and_a_new_one_is_added(tmp_path: Path) -> None:
    shipped = shipped_categories()
    found = load_categories(written(tmp_path, ROWS))
    was = shipped["parking"]
    assert found["parking"] == was.model_copy(update={"handler": "police", "severity": "yellow"})
    assert found["charging"].zh == "飞线充电"
    assert list(found) == [*shipped, "charging"]
    assert {name: found[name] for name in shipped if name != "parking"} == {
        name: row for name, row in shipped.items() if name != "parking"
    }


def test_no_file_leaves_all_as_shipped() -> None:
    assert load_categories(None) == shipped_categories()


@pytest.mark.parametrize(
    ("text", "line", "path"),
    [
        ("categories:\n  parking: {handler: police}\n  piled: {handler: sheriff}\n", 3,
         "categories.piled.handler"),
        ("categories:\n  parking: {hander: police}\n", 2, "categories.parking.hander"),
        ("categories:\n  parking:\n    severity: pink\n", 3, "categories.parking.severity"),
        ("categories:\n  pakring: {handler: police}\n", 2, "categories.pakring"),
        ("categories:\n  Parking: {handler: police}\n", 2, "categories.Parking"),
        ("category:\n  parking: {handler: police}\n", 1, "category"),
        ("categories:\n  parking: {}\n  parking: {}\n", 3, "parking"),
        ("", 1, "file"),
    ],
)  # fmt: skip
def test_each_fault_has_its_line_and_path(tmp_path: Path, text: str, line: int, path: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(OwnFileFault) as caught:
        load_categories(file)
    assert f"{file}:{line}: {path}" in str(caught.value)


def test_all_faults_are_told_at_once_and_a_new_row_learns_what_it_lacks(tmp_path: Path) -> None:
    text = "categories:\n  one: {zh: 一, en: one, dispute: true, handler: police}\n  two: {}\n"
    with pytest.raises(OwnFileFault) as caught:
        load_categories(written(tmp_path, text))
    first, second = str(caught.value).splitlines()
    assert first.endswith("categories.one: is not shipped, so say also severity, event")
    assert second.endswith("say also zh, en, dispute, handler, severity, event")


def test_a_file_that_is_not_there_is_a_fault_of_both(tmp_path: Path) -> None:
    for load in (load_categories, load_clocks):
        with pytest.raises(OwnFileFault, match=r"nothing\.yaml"):
            load(tmp_path / "nothing.yaml")


def test_a_report_goes_to_whom_the_operator_says(tmp_path: Path) -> None:
    settings = ConsoleSettings(data=tmp_path, intake=written(tmp_path, ROWS))
    resident = Principal("sun", "resident", frozenset({ESTATE}), frozenset())
    with opening(settings) as open_work, writing((work := open_work()).engine) as tx:
        intake = work.office.intake
        reports = [
            Report(estate=ESTATE, category=one, text="x")
            for one in ("parking", "charging", "weather")
        ]
        told = [intake.file(tx, resident, report, NINE) for report in reports[:2]]
        with pytest.raises(ReportFault, match=r"other, charging$"):
            intake.file(tx, resident, reports[2], NINE)
    procedure = work.office.procedure
    assert [(case.handler, case.severity) for case in told] == [
        ("police", "yellow"),
        ("property", "orange"),
    ]
    assert procedure.tree_of(told[0]) == "police"
    assert procedure.category_of(told[1]) == procedure.categories["charging"]
