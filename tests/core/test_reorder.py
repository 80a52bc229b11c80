"""The order of arrival turned into the order of events."""

import pytest

from processors.core import reorder
from processors.core.reorder import GATEWAY_HOLD_MS, REMEMBER_MS, Reorder
from schemas.events import Event
from tests.core.make import T0, event


def drain(order: Reorder) -> list[str]:
    found = []
    while order.next_time() is not None:
        found.append(order.pop()[1].id)
    return found


def test_released_in_order_of_time_once_the_watermark_has_passed() -> None:
    order = Reorder(2_000)
    for name, at in (("b", 1.5), ("a", 1.0), ("c", 3.0)):
        assert order.offer(event("door.opened", at, id=name)) == "held"
    assert drain(order) == []
    order.offer(event("clock.ticked", 4.0, id="tick"))
    assert drain(order) == ["a", "b"]


def test_nothing_at_the_watermark_itself_is_released_because_more_may_come() -> None:
    order = Reorder(2_000)
    order.offer(event("door.opened", 1, id="a"))
    order.offer(event("clock.ticked", 3, id="tick"))
    assert drain(order) == []
    assert order.offer(event("door.closed", 1, id="b")) == "held"


def test_cause_goes_before_effect_then_the_device_sequence_then_the_id() -> None:
    order = Reorder(0)
    for name, word, number in (
        ("z", "door.opened", 1), ("y", "access.granted", 9), ("x", "access.granted", 2),
    ):  # fmt: skip
        order.offer(event(word, 1, id=name, sequence=number))
    order.offer(event("clock.ticked", 2))
    assert drain(order) == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        (event("door.opened", 1, id="a"), "duplicate"),
        (event("door.opened", 1, id="b"), "late"),
        (event("door.opened", 8, id="b"), "held"),
    ],
)
def test_verdicts(second: Event, verdict: str) -> None:
    order = Reorder(2_000)
    order.offer(event("door.opened", 1, id="a"))
    order.offer(event("clock.ticked", 9))
    assert order.offer(second) == verdict


def test_a_reading_from_the_future_moves_the_watermark_only_as_far_as_it_was_heard() -> None:
    order = Reorder(2_000)
    order.offer(event("door.opened", 240, received_at=T0 + 1_000))
    assert order.watermark == T0 + 1_000 - 2_000


def test_the_slower_of_two_gateways_holds_the_watermark_for_a_while() -> None:
    order = Reorder(2_000)
    order.offer(event("clock.ticked", 10, gateway="g1"))
    order.offer(event("clock.ticked", 50, gateway="g2"))
    assert order.watermark == T0 + 8_000
    gone = 10 + GATEWAY_HOLD_MS / 1000 + 1
    order.offer(event("clock.ticked", gone, gateway="g2"))
    assert order.watermark == T0 + round(gone * 1000) - 2_000


def test_ids_are_forgotten_after_a_while() -> None:
    order = Reorder(2_000)
    order.offer(event("door.opened", 1, id="a"))
    order.offer(event("clock.ticked", 2 * REMEMBER_MS / 1000))
    assert order.offer(event("door.opened", 1, id="a")) == "late"
    assert len(order.seen) == 1


def test_the_buffer_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reorder, "HELD_MAX", 10)
    order = Reorder(3_600_000)
    released = []
    for number in range(30):
        order.offer(event("door.opened", number, id=f"{number:02}"))
        released += drain(order)
    assert released == [f"{number:02}" for number in range(20)]
    assert len(order.held) == 10
    assert order.forced == 20


def test_what_people_write_ahead_of_its_time_moves_nothing() -> None:
    order = Reorder(2_000)
    order.offer(event("register.changed", 3_600, subject="p1:x"))
    assert order.offer(event("door.opened", 1)) == "held"
    assert order.watermark < T0


def test_in_a_backlog_a_reading_without_a_clock_makes_nothing_behind_it_late() -> None:
    order = Reorder(2_000)
    assert order.offer(in_a_backlog("loop.occupied", 60, "received")) == "held"
    assert order.offer(in_a_backlog("access.granted", 10, "device")) == "held"
    assert order.offer(event("clock.ticked", 60, "e", gateway="g")) == "held"
    assert order.offer(in_a_backlog("access.granted", 11, "device")) == "late"


def in_a_backlog(word: str, at_s: float, time_from: str) -> Event:
    return event(word, at_s, gateway="g", received_at=T0 + 60_000, time_from=time_from)
