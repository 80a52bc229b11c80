"""Events packed away come out once, whole and in order."""

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.core import kept as module
from processors.core.kept import BLOCK_EVENTS, WINDOW_EVENTS, Kept, Times
from schemas.events import Event, order_key
from tests.core.make import event

WORDS = ("access.granted", "door.opened", "clock.ticked", "plate.read")


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    return [
        event(
            draw(st.sampled_from(WORDS)), draw(st.integers(-5, 300)),
            sequence=draw(st.none() | st.integers(-3, 2**70)), id=draw(st.text("abc", min_size=1)),
        )
        for _ in range(draw(st.integers(0, 60)))
    ]  # fmt: skip


@settings(max_examples=60)
@given(logs())
def test_it_hands_out_what_came_first_of_each_in_order(log: list[Event]) -> None:
    kept, first = Kept(), dict[str, Event]()
    for one in log:
        assert kept.add(one) is (one.id not in first)
        first.setdefault(one.id, one)

    assert list(kept.in_order()) == sorted(first.values(), key=by_bounded_order)
    assert len(kept) == len(first)


def by_bounded_order(one: Event) -> tuple[int, int, int, str]:
    at, rank, sequence, name = order_key(one)
    return at, rank, min(sequence, 2**63 - 1), name


def test_many_blocks_in_the_wrong_order() -> None:
    kept = Kept()
    log = [event("door.opened", -number, sequence=number) for number in range(5 * BLOCK_EVENTS + 7)]
    for one in log:
        kept.add(one)
    assert list(kept.in_order()) == log[::-1]
    assert list(kept.in_order()) == log[::-1]


def test_beyond_its_bound_the_first_go_and_it_says_from_when_it_is_whole() -> None:
    kept = Kept(most=BLOCK_EVENTS)
    log = [event("door.opened", number, sequence=number) for number in range(4 * BLOCK_EVENTS)]
    for one in log:
        kept.add(one)
    old = event("door.opened", 1, id="heard late")
    kept.add(old)

    assert kept.whole_from == log[3 * BLOCK_EVENTS - 1].at + 1
    assert list(kept.in_order()) == log[3 * BLOCK_EVENTS :]
    assert log[0].id not in kept
    assert log[-1].id in kept


def test_what_lies_ahead_of_its_time_does_not_cut_the_log() -> None:
    kept = Kept(most=BLOCK_EVENTS)
    now = event("door.opened", 10).at
    kept.add(event("door.opened", 900_000, received_at=now))
    for number in range(2 * BLOCK_EVENTS):
        kept.add(event("door.opened", 10 + number, sequence=number))
    assert kept.whole_from <= event("door.opened", 10 + 2 * BLOCK_EVENTS).at


def test_only_a_window_is_events_at_a_time() -> None:
    """An event is some 3 KB in memory; packed, ten windows are less than two windows of events."""
    kept = Kept()
    tracemalloc.start()
    try:
        for number in range(10 * WINDOW_EVENTS):
            kept.add(event("access.granted", number, sequence=number, subject=f"s{number}"))
        packed, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for _ in kept.in_order():
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert packed < 10 * WINDOW_EVENTS * 600
    assert peak - packed < 3 * WINDOW_EVENTS * 4000


def test_of_ticks_the_first_between_two_events_is_told() -> None:
    times = Times()
    for at in (50, 10, 20, 30):
        times.add(at)
    times.begin(whole_from=15)
    assert [times.first_before(at) for at in (20, 31, 40, 51)] == [None, 20, None, 50]
    assert times.last == 50


def test_blocks_fit_their_row() -> None:
    """The place in a block is one byte of a row."""
    assert module.BLOCK_EVENTS <= 256
