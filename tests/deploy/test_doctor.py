"""What the doctor says of partitions: never that a topic may go which holds what is needed."""

import pytest

from deploy.embedded.doctor import partitions_fault
from schemas.topics import ALERTS, EVENTS, VIEWS


@pytest.mark.parametrize(
    ("each", "wanted", "said"),
    [
        ((12, 12, 12), 12, ""),
        ((24, 24, 24), 24, ""),
        ((24, 24, 24), 12, "24 partitions, not 12: give process SC_PARTITIONS=24"),
        ((12, 1, 12), 12, f"{ALERTS.name} has 1 partitions, others have not"),
        ((12, 12, 1), 1, f"{VIEWS.name} has 1 partitions, others have not"),
    ],
)
def test_partitions(each: tuple[int, ...], wanted: int, said: str) -> None:
    counts = dict(zip((EVENTS.name, ALERTS.name, VIEWS.name), each, strict=True))
    found = partitions_fault(counts, wanted)
    assert said in found
    assert bool(said) == bool(found)
