import pytest

from ingest.ticks import (
    IN_FLIGHT_MAX,
    Tick,
    TickKeeper,
    clock_topic,
    gap_event,
    read_tick,
    tick_event,
)
from schemas.event_data import ClockTicked

AT = 1_772_000_000_000
S = 1000


def subscribed(keeper: TickKeeper, at: int, *, session_present: bool) -> TickKeeper:
    keeper.opened(session_present=session_present)
    keeper.subscribed(at)
    return keeper


def test_input_is_complete_from_the_first_subscription_on() -> None:
    keeper = subscribed(TickKeeper(), AT, session_present=False)

    assert keeper.next(AT + S) == Tick(AT + S, AT)


def test_a_kept_session_lost_nothing() -> None:
    keeper = subscribed(TickKeeper(), AT, session_present=False)
    subscribed(keeper, AT + 60 * S, session_present=True)

    assert keeper.next(AT + 61 * S) == Tick(AT + 61 * S, AT)


def test_a_lost_session_begins_anew() -> None:
    keeper = subscribed(TickKeeper(), AT, session_present=False)
    subscribed(keeper, AT + 60 * S, session_present=False)

    assert keeper.next(AT + 61 * S) == Tick(AT + 61 * S, AT + 60 * S)


def test_a_restart_with_its_session_goes_on() -> None:
    keeper = subscribed(TickKeeper(AT - 3600 * S), AT, session_present=True)

    assert keeper.next(AT + S) == Tick(AT + S, AT - 3600 * S)


def test_a_session_without_our_memory_counts_from_now() -> None:
    assert subscribed(TickKeeper(), AT, session_present=True).since == AT


def test_a_clock_that_went_back_keeps_nothing() -> None:
    assert subscribed(TickKeeper(AT + 3600 * S), AT, session_present=True).since == AT


def test_without_a_subscription_there_is_no_tick() -> None:
    keeper = TickKeeper(AT)
    assert keeper.next(AT + S) is None
    keeper.opened(session_present=True)
    assert keeper.next(AT + S) is None
    keeper.subscribed(AT)
    keeper.closed()

    assert keeper.next(AT + S) is None


def test_a_clock_that_stands_still_ticks_once() -> None:
    keeper = subscribed(TickKeeper(), AT, session_present=False)

    assert keeper.next(AT + S) is not None
    assert keeper.next(AT + S) is None


def test_readings_are_live_once_our_ticks_come_straight_back() -> None:
    keeper = subscribed(TickKeeper(), AT, session_present=False)
    tick = keeper.next(AT + S)
    assert tick is not None
    assert not keeper.live

    assert keeper.returned(tick, AT + S)
    assert keeper.live


def test_behind_a_queue_readings_are_not_live() -> None:
    keeper = subscribed(TickKeeper(), AT, session_present=False)
    keeper.returned(keeper.next(AT + S) or Tick(0, 0), AT + S)
    for second in range(2, 3 + IN_FLIGHT_MAX):
        keeper.next(AT + second * S)

    assert not keeper.live


def test_a_tick_of_an_earlier_connection_does_not_make_it_live() -> None:
    keeper = subscribed(TickKeeper(), AT, session_present=False)
    old = keeper.next(AT + S)
    subscribed(keeper, AT + 60 * S, session_present=True)
    keeper.next(AT + 61 * S)

    assert old is not None
    assert keeper.returned(old, AT + 61 * S)
    assert not keeper.live


def test_a_tick_from_the_future_is_not_ours() -> None:
    keeper = subscribed(TickKeeper(), AT, session_present=False)

    assert not keeper.returned(Tick(AT + 60 * S, AT), AT + S)


def test_a_tick_survives_its_way() -> None:
    assert read_tick(Tick(AT, AT - S).to_payload()) == Tick(AT, AT - S)


@pytest.mark.parametrize("payload", [b"", b"[1]", b"{}", b'{"at": 1}', b'{"at": "x", "since": 1}'])
def test_what_is_no_tick_is_none(payload: bytes) -> None:
    assert read_tick(payload) is None


def test_a_tick_event_is_the_same_each_time() -> None:
    event = tick_event(Tick(AT, AT - S), "lakeside", "gw")

    assert (event.type, event.source, event.time) == ("clock.ticked", "/lakeside/gw", AT)
    assert getattr(event.data, "since", None) == AT - S
    assert event.data.received_at == AT
    assert event == tick_event(Tick(AT, AT - S), "lakeside", "gw")
    assert event.id != tick_event(Tick(AT, AT - S), "riverside", "gw").id


def test_each_gateway_has_a_topic_of_its_own() -> None:
    assert clock_topic("gw-2") == "smart-community/gw-2/clock"


def test_a_lost_session_tells_the_span_that_may_be_missing() -> None:
    keeper = TickKeeper(AT - 3600 * S, last_at=AT - 30 * S)
    keeper.opened(session_present=False)

    assert keeper.subscribed(AT) == (AT - 30 * S, AT)
    assert TickKeeper().subscribed(AT) is None
    assert TickKeeper(AT - S, last_at=AT - S).subscribed(AT) is None


def test_killed_before_a_tick_was_kept_the_span_begins_with_the_lost_session() -> None:
    keeper = TickKeeper(AT - 20 * S)
    keeper.opened(session_present=False)

    assert keeper.subscribed(AT) == (AT - 20 * S, AT)


def test_a_gap_is_told_once_and_the_same() -> None:
    event = gap_event((AT - 30 * S, AT), "riverside", "g1")

    assert event == gap_event((AT - 30 * S, AT), "riverside", "g1")
    assert isinstance(event.data, ClockTicked)
    assert (event.data.gap_from, event.data.gap_until, event.time) == (AT - 30 * S, AT, AT)


def test_a_simulated_clock_counts_from_when_it_is_first_set() -> None:
    keeper = subscribed(TickKeeper(), 0, session_present=False)

    assert keeper.next(AT) == Tick(AT, AT)
    assert keeper.next(AT + S) == Tick(AT + S, AT)
