"""Load by shift, chatter and the worst sources."""

from zoneinfo import ZoneInfo

import pytest

from console.paper.quality import Rung, chatter, means, shift_loads, worst
from console.wall_clock import midnight
from schemas.base import parse_instant
from tests.console.samples import HOUR, NINE

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 24 * HOUR
MIDNIGHT = parse_instant("2026-03-01T00:00:00+08:00")


def test_a_shift_is_eight_hours_and_red_counts_apart() -> None:
    rung = [Rung("d", NINE), Rung("d", NINE + HOUR, red=True), Rung("d", MIDNIGHT), Rung("e", NINE)]
    loads = shift_loads(rung, ZONE)
    assert {(one.desk, one.hour, one.counted, one.red) for one in loads} == {
        ("d", 8, 1, 1), ("d", 0, 1, 0), ("e", 8, 1, 0),
    }  # fmt: skip
    assert loads[-1].hour == 0


@pytest.mark.parametrize(
    ("at", "count", "bar", "is_over"),
    [(NINE, 8, 8, False), (NINE, 9, 8, True), (MIDNIGHT, 2, 2, False), (MIDNIGHT, 3, 2, True)],
)
def test_the_bar_by_day_and_at_night(at: int, count: int, bar: int, is_over: bool) -> None:
    (load,) = shift_loads([Rung("d", at)] * count, ZONE)
    assert (load.bar, load.is_over) == (bar, is_over)


def test_red_ones_are_never_too_many() -> None:
    (load,) = shift_loads([Rung("d", NINE, red=True)] * 30, ZONE)
    assert not load.is_over


def test_a_mean_counts_quiet_shifts_too() -> None:
    loads = shift_loads([Rung("d", NINE)] * 10 + [Rung("d", MIDNIGHT)] * 4, ZONE)
    (mean,) = means(loads, MIDNIGHT, MIDNIGHT + 2 * DAY, ZONE)
    assert (mean.by_day, mean.at_night, mean.over, mean.shifts) == (2.5, 2.0, 2, 2)


@pytest.mark.parametrize(
    ("times", "bursts"),
    [
        ([0, 20_000, 59_999], 1),
        ([0, 20_000, 60_000], 0),
        ([59_000, 0, 30_000, 40_000], 2),
        ([0, 1], 0),
    ],
)
def test_chatter_is_three_openings_in_a_minute(times: list[int], bursts: int) -> None:
    assert chatter({"door": times}) == ([("door", bursts)] if bursts else [])


def test_the_worst_ten_with_their_share_of_all() -> None:
    found = worst({f"r{n:02d}": n for n in range(1, 13)})
    assert len(found) == 10
    assert found[0] == ("r12", 12, 12 / 78)
    assert worst({}) == []


def test_days_begin_at_midnight_of_the_office() -> None:
    assert midnight(NINE, ZONE) == MIDNIGHT
    assert midnight(NINE, ZONE, 6) == MIDNIGHT - 6 * DAY
