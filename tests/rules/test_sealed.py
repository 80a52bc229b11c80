"""A sealed value opens only under the id of its own reading, so no rule may part the two."""

from pathlib import Path

import pytest

from processors.core.replay import replay
from schemas.base import with_changes
from schemas.events import Event
from tests.rules.scenario import FILES, NAMES, load_scenario


def sealed(event: Event) -> Event:
    """The event with a sealed value that says whose it is."""
    data = with_changes(event.data, {"sealed": {"subject": event.id, "person": event.id}})
    return with_changes(event, {"data": data})


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_what_is_sealed_stands_under_the_id_of_its_reading(file: Path) -> None:
    scenario = load_scenario(file)
    out = replay(map(sealed, scenario.log), scenario.rules, until=scenario.until)
    items = [item for alert in out.alerts.values() for item in alert.evidence if item.sealed]
    assert [item.sealed for item in items] == [
        {"subject": item.id, "person": item.id} for item in items
    ]
