"""Windows: what they keep, and what they say."""

import pytest

from processors.core.effects import evidence
from processors.core.patterns import (
    Window,
    absent,
    event_count,
    slide,
    temporal,
    temporal_ordered,
    value_count,
)
from tests.core.make import T0, event


def window(*items: tuple[str, float, str | None]) -> Window:
    return tuple(evidence(step, event("access.denied", at, subject=who)) for step, at, who in items)


def test_a_window_slides_with_both_ends_included() -> None:
    held = window(("a", 0, None), ("a", 1, None))
    item = evidence("a", event("access.denied", 60))
    assert [w.time - T0 for w in slide(held, item, 60_000)] == [0, 1_000, 60_000]
    assert [w.time - T0 for w in slide(held, item, 59_000)] == [1_000, 60_000]
    assert len(slide(held, item, 60_000, keep=2)) == 2


def test_counts() -> None:
    held = window(("a", 0, "x"), ("a", 1, "x"), ("a", 2, None), ("a", 3, "y"))
    assert event_count(held, 4)
    assert not event_count(held, 5)
    assert value_count(held, lambda item: item.subject, 2)
    assert not value_count(held, lambda item: item.subject, 3)


@pytest.mark.parametrize(
    ("steps", "any_order", "in_order"),
    [
        (("a", "b"), True, True),
        (("b", "a"), True, False),
        (("a", "c"), True, True),
        (("a", "x"), False, False),
        ((), True, True),
    ],
)
def test_temporal(steps: tuple[str, ...], any_order: bool, in_order: bool) -> None:
    held = window(("a", 0, None), ("b", 1, None), ("c", 2, None))
    assert temporal(held, steps) is any_order
    assert temporal_ordered(held, steps) is in_order


def test_absence_is_within_a_span() -> None:
    held = window(("closed", 10, None))
    assert absent(held, "closed", T0, T0 + 9_999)
    assert not absent(held, "closed", T0, T0 + 10_000)
    assert absent(held, "opened", T0, T0 + 10_000)
