"""When devices were not heard: what of a span is not covered, and that a restart keeps it."""

from processors.core.effects import DeviceState, ShowDevice
from processors.core.outages import KEEP_MS, SPANS_MAX, Outages

DAY = 86_400_000


def shown(state: DeviceState, at: int, last_seen: int | None = None) -> ShowDevice:
    return ShowDevice("r1", state, at, last_seen)


def noted(*all_shown: ShowDevice) -> Outages:
    outages = Outages()
    for one in all_shown:
        outages.note(one)
    return outages


def test_an_outage_begins_with_the_last_reading_and_ends_with_the_next() -> None:
    outages = noted(shown("online", 0, 0), shown("lost", 500, 100), shown("online", 900, 900))
    assert outages.longest(["r1"], 0, 1000) == 800
    assert outages.longest(["r1"], 200, 300) == 100
    assert outages.longest(["r1", "r2"], 900, 1000) == 0
    assert outages.any_in(["r1"], 899, 1000)
    assert not outages.any_in(["r1"], 900, 1000)
    assert not outages.any_in(["r1"], 0, 100)
    assert not outages.any_in(["r2"], 0, 1000)
    assert not outages.any_in([], 0, 1000)


def test_one_that_is_still_away_is_away_until_now() -> None:
    outages = noted(shown("lost", 500, 100))
    assert outages.longest(["r1"], 0, 10_000) == 9_900


def test_one_that_was_never_heard_has_always_been_away() -> None:
    outages = noted(shown("unknown", 0), shown("lost", 500))
    assert outages.longest(["r1"], 0, 1000) == 1000
    outages.note(shown("online", 700, 700))
    assert outages.longest(["r1"], 0, 1000) == 700


def test_what_is_said_twice_is_one_outage() -> None:
    outages = noted(shown("lost", 500, 100), shown("lost", 600, 300), shown("online", 700))
    outages.note(shown("online", 800))
    assert outages.spans == {"r1": ((100, 700),)}


def test_old_outages_are_forgotten_and_few_are_kept() -> None:
    outages = noted(shown("lost", 10, 5), shown("online", 20))
    late = 20 + KEEP_MS
    assert outages.any_in(["r1"], 0, late)
    outages.note(shown("lost", late, late - 5))
    assert outages.longest(["r1"], 0, late) == 5
    for at in range(late + 10, late + 10 + 100 * SPANS_MAX, 100):
        outages.note(shown("online", at))
        outages.note(shown("lost", at + 50, at + 40))
    assert len(outages.spans["r1"]) == SPANS_MAX


def test_a_restart_keeps_them() -> None:
    outages, after = noted(shown("lost", 500, 100)), Outages()
    for key, raw in outages.take_dirty().items():
        assert raw is not None
        after.adopt(key, raw)
    assert after.spans == outages.spans
    assert outages.take_dirty() == {}
