"""Floods begin above 10 rings in 10 minutes and end below 5; what is grave rings in any."""

import pytest

from console.lifecycle.flood import Load, must_ring
from tests.console.lifecycle.samples import facts


@pytest.mark.parametrize(
    ("recent", "flooded", "after"),
    [(10, False, False), (11, False, True), (5, True, True), (4, True, False), (10, True, True)],
)
def test_when_a_flood_begins_and_ends(recent: int, flooded: bool, after: bool) -> None:
    assert Load(recent, flooded).is_flooded() is after


def test_red_and_duress_always_ring() -> None:
    assert must_ring(facts(severity="red"))
    assert must_ring(facts(police_only=True, severity="orange"))
    assert not must_ring(facts(severity="orange"))
