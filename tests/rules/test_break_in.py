"""What a break-in's rule remembers of a spot and an estate is forgotten when it is old."""

from pathlib import Path

import pytest

from tests.rules.memory import long_after
from tests.rules.scenario import FILES, load_scenario

MINE = [file for file in FILES if file.parent.parent.name == "break_in"]


@pytest.mark.parametrize("file", MINE, ids=[file.stem for file in MINE])
def test_what_was_seen_at_a_spot_is_forgotten(file: Path) -> None:
    scenario = load_scenario(file)
    records = long_after(scenario, scenario.rules).records
    left = {scope: record.states["break_in"] for scope, record in records.items()
            if "break_in" in record.states}  # fmt: skip
    assert left == {}


def test_there_is_something_to_forget() -> None:
    assert len(MINE) >= 7
