"""What is over takes no room: in the end nothing is remembered of cards, cars and hits.

Doors, lanes, zones and devices are as many as the site has; people's cards and cars are without
number, so whatever a rule keeps of them must end by itself.
"""

from pathlib import Path

import pytest

from tests.rules.memory import remembered_for_ever
from tests.rules.scenario import FILES, NAMES, load_scenario


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_nothing_is_remembered_for_ever(file: Path) -> None:
    scenario = load_scenario(file)
    assert list(remembered_for_ever(scenario, scenario.rules)) == []
