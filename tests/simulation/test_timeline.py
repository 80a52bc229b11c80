"""Order, delays, numbers, and days that are whole in themselves."""

from itertools import islice, pairwise

import pytest

from deploy.simulation.agenda import DAY_MS
from deploy.simulation.estate import Estate
from deploy.simulation.facts import CONSOLE
from deploy.simulation.timeline import DELAY_MAX_MS, DELAY_MIN_MS, GATEWAY, TICK, Timeline
from tests.simulation.conftest import Played

HOUR = 3_600_000


def test_arrivals_are_in_order(day: Played) -> None:
    assert all(a.received_at <= b.received_at for a, b in pairwise(day.arrivals))


def test_messages_are_on_their_way_for_a_little_while(day: Played) -> None:
    delays = [
        a.received_at - a.fact.at for a in day.arrivals if a.fact.device not in (CONSOLE, GATEWAY)
    ]
    assert min(delays) >= DELAY_MIN_MS
    assert max(delays) <= DELAY_MAX_MS + 10


def test_a_devices_messages_keep_their_order(day: Played) -> None:
    last: dict[str, int] = {}
    for _, fact in day.arrivals:
        assert fact.at >= last.get(fact.device, 0)
        last[fact.device] = fact.at


def test_a_devices_numbers_grow_by_one(day: Played) -> None:
    last: dict[str, int] = {}
    for fact in day.facts:
        if fact.sequence is not None and fact.device != "frigate":
            assert fact.sequence == last.get(fact.device, fact.sequence - 1) + 1
            last[fact.device] = fact.sequence


def test_leaves_arms_and_loops_take_turns(day: Played) -> None:
    for on, off in (
        ("door.opened", "door.closed"),
        ("barrier.opened", "barrier.closed"),
        ("loop.occupied", "loop.cleared"),
    ):
        state: dict[str, str] = {}
        for fact in day.of(on, off):
            assert state.get(fact.place, off) != fact.type, fact
            state[fact.place] = fact.type


@pytest.mark.parametrize("seed", [1, 2])
def test_each_day_is_whole(estate: Estate, seed: int) -> None:
    timeline = Timeline.of_day(estate, seed)
    per_day: dict[int, int] = {}
    for _, fact in islice(timeline.arrivals(), 130_000):
        number = (fact.at - timeline.begins) // DAY_MS
        per_day[number] = per_day.get(number, 0) + 1
        if fact.type not in ("device.heartbeat", "config.activated", "register.changed"):
            assert 15_000 <= (fact.at - timeline.begins) % DAY_MS <= DAY_MS - 5_000
    assert per_day[0] > 40_000
    assert per_day[1] > 40_000


def test_it_goes_on_from_any_time(estate: Estate, day: Played) -> None:
    begins = day.begins + 5 * HOUR + 1
    later = Timeline(estate, 3, begins, 60).arrivals()
    resumed = [a for a in islice(later, 3000) if a.received_at > begins]
    expected = [a for a in day.arrivals if a.received_at > begins]
    assert resumed == expected[: len(resumed)]
    assert len(resumed) > 2500


def test_resuming_tells_again_what_stands(estate: Estate, day: Played) -> None:
    begins = day.begins + 5 * HOUR
    first = [a for a in islice(Timeline(estate, 3, begins).arrivals(), 400) if a[0] == begins]
    told = {a.fact.subject for a in first if a.fact.type == "register.changed"}
    noted = {f.subject for f in day.of("register.changed") if f.at <= begins}
    assert noted <= told
    assert any(a.fact.type == "watch.changed" for a in first)


def test_ticks_stand_once_a_minute_and_only_if_asked_for(estate: Estate, day: Played) -> None:
    ticks = [a.fact.at for a in day.arrivals if a.fact.type == TICK]
    assert {later - earlier for earlier, later in pairwise(ticks)} == {60_000}
    silent = islice(Timeline.of_day(estate, 3).arrivals(), 20_000)
    assert all(a.fact.type != TICK for a in silent)


def test_seeds_and_dates_differ(estate: Estate) -> None:
    def some(seed: int) -> list[tuple[int, str]]:
        facts = (a.fact for a in islice(Timeline.of_day(estate, seed).arrivals(), 5000))
        return [(f.at, f.place) for f in facts if f.type == "door.opened"]

    assert some(1) == some(1)
    assert some(1) != some(2)
