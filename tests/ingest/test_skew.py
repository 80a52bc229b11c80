import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.skew import DEVICES_MAX, SAMPLES, SkewTable, resolve

S = 1000
START = 1_772_000_000_000


def table(
    ahead: int, *, count: int = SAMPLES, every: int = 4 * S, ways: tuple[int, ...] = (80,)
) -> SkewTable:
    """A table that heard `count` readings of a clock that is `ahead` milliseconds ahead."""
    found = SkewTable()
    for index in range(count):
        happened = START + index * every
        found.observe("d", happened + ahead, happened + ways[index % len(ways)])
    return found


@pytest.mark.parametrize("ahead", [240 * S, 20 * S, -20 * S, -240 * S, -3600 * S])
def test_a_wrong_clock_is_measured_to_the_length_of_the_way(ahead: int) -> None:
    assert table(ahead).correction("d") == 80 - ahead


@pytest.mark.parametrize("ahead", [0, 500, 1900, -1900])
def test_a_clock_that_is_right_within_two_seconds_stays(ahead: int) -> None:
    assert table(ahead).correction("d") == 0


def test_nineteen_readings_are_not_enough() -> None:
    assert table(240 * S, count=SAMPLES - 1).correction("d") == 0


def test_a_clock_ahead_needs_no_wait() -> None:
    assert table(240 * S, every=0).correction("d") == 80 - 240 * S


def test_a_burst_of_old_readings_is_no_clock_behind() -> None:
    assert table(-240 * S, every=100).correction("d") == 0


def test_a_backlog_is_no_clock_behind() -> None:
    found = SkewTable()
    for index in range(100):
        found.observe("d", START + index * 60 * S, START + 100 * 60 * S + index * S)

    assert found.correction("d") == 0


def test_slow_ways_are_no_clock_behind_if_one_reading_came_in_time() -> None:
    assert table(0, ways=(4 * S, 5 * S, 3 * S, 900)).correction("d") == 0


def test_a_correction_in_use_does_not_dance() -> None:
    found = table(240 * S)
    before = found.correction("d")
    for index in range(SAMPLES):
        found.observe("d", START + index + 240 * S, START + index + 700)

    assert found.correction("d") == before


def test_a_clock_that_is_put_right_is_measured_anew() -> None:
    found = table(240 * S)
    for index in range(SAMPLES):
        found.observe("d", START + index, START + index + 80)

    assert found.correction("d") == 0


def test_a_clock_that_was_set_is_forgotten() -> None:
    found = table(240 * S)
    found.forget("d")

    assert found.corrections() == {}


def test_a_table_survives_being_kept() -> None:
    found = table(240 * S)

    assert SkewTable.load(found.dump()).corrections() == found.corrections() != {}


def test_invented_names_do_not_fill_the_memory() -> None:
    found = SkewTable()
    for index in range(DEVICES_MAX + 5):
        found.observe(f"d{index}", START, START)

    assert len(found.dump()) == DEVICES_MAX
    assert "d0" not in found.dump()


def test_a_corrected_time_comes_from_the_device() -> None:
    found = resolve(START + 240 * S, START + 80, -240 * S, replayed=False)

    assert (found.time, found.time_from) == (START, "device")


@pytest.mark.parametrize(
    ("ahead", "source"),
    [(1, "device"), (2 * S, "device"), (2 * S + 1, "received"), (10**12, "received")],
)
def test_nothing_happens_after_it_was_heard(ahead: int, source: str) -> None:
    found = resolve(START + ahead, START, 0, replayed=False)

    assert (found.time, found.time_from) == (START, source)


def test_a_clock_beyond_five_minutes_is_not_used() -> None:
    found = resolve(START - 400 * S, START, 399 * S, replayed=False)

    assert (found.time, found.time_from) == (START, "received")


def test_old_news_of_a_bad_clock_stays_old() -> None:
    found = resolve(START - 4000 * S, START, 400 * S, replayed=True)

    assert (found.time, found.time_from) == (START - 3600 * S, "device")


def test_an_old_time_without_a_measure_is_believed() -> None:
    assert resolve(START - 3600 * S, START, 0, replayed=False).time == START - 3600 * S


instants = st.integers(0, 4 * START)


@given(instants, instants, st.integers(-(10**9), 10**9), st.booleans())
def test_a_time_is_never_later_than_its_receipt(
    device: int, received: int, correction: int, replayed: bool
) -> None:
    assert resolve(device, received, correction, replayed=replayed).time <= received


YEARS = 14 * 365 * 86_400 * S


def test_a_clock_that_lost_its_date_is_known_by_its_second_reading() -> None:
    assert table(-YEARS, count=1).correction("d") == 0
    assert table(-YEARS, count=2).correction("d") == 80 + YEARS


def test_a_clock_that_lost_its_date_is_measured_on_as_any_other() -> None:
    found = table(-YEARS, count=60)
    assert found.correction("d") == 80 + YEARS

    for index in range(SAMPLES):
        at = START + (60 + index) * 4 * S
        found.observe("d", at, at + 80)
    assert found.correction("d") == 0


def test_a_memory_of_years_that_is_emptied_is_no_clock() -> None:
    found = SkewTable()
    for index in range(100):
        found.observe("d", START - YEARS + index * 60 * S, START + index * 2 * S)

    assert found.correction("d") == 0


def test_two_old_readings_in_one_go_show_no_clock() -> None:
    assert table(-YEARS, count=2, every=S).correction("d") == 0


@pytest.mark.parametrize("days", [301, 365, 366, 14 * 365])
def test_a_time_that_is_a_year_off_is_set_aside(days: int) -> None:
    found = resolve(START - days * 86_400 * S, START, 0, replayed=False)

    assert (found.time_from, found.doubt) == ("device", "year")
    assert found.time == START - days * 86_400 * S


def test_an_alarm_is_never_set_aside() -> None:
    found = resolve(START - YEARS, START, 0, replayed=False, urgent=True)

    assert (found.time, found.time_from, found.doubt) == (START, "received", "year")


def test_an_alarm_from_a_memory_stays_old() -> None:
    assert resolve(START - YEARS, START, 0, replayed=True, urgent=True).time == START - YEARS


def test_a_clock_known_to_have_lost_its_date_is_not_used() -> None:
    found = resolve(START - YEARS, START, YEARS, replayed=False)

    assert (found.time, found.time_from, found.doubt) == (START, "received", None)


def test_a_time_of_the_future_is_marked() -> None:
    assert resolve(START + YEARS, START, 0, replayed=False).doubt == "future"
    assert resolve(START + 2 * S, START, 0, replayed=False).doubt is None


def test_late_news_is_not_doubted() -> None:
    found = resolve(START - 299 * 86_400 * S, START, 0, replayed=False)

    assert (found.time_from, found.doubt) == ("device", None)


def test_differences_kept_in_order_are_those_of_the_last_samples() -> None:
    """Kept from reading to reading, and made anew from what a restart read back: both agree."""
    kept = SkewTable()
    for number in range(3 * SAMPLES):
        kept.observe("d", S * number - (number * 7919) % 9000, S * number)
        again = SkewTable.load(kept.dump())
        assert [s[1] for s in kept.dump()["d"]] == [s[1] for s in again.dump()["d"]]
        assert len(again.dump()["d"]) == min(number + 1, SAMPLES)
        ordered = kept._devices["d"].ordered
        assert ordered == sorted(difference for _, difference in kept.dump()["d"])
