"""The month's figures, case by case."""

from zoneinfo import ZoneInfo

import pytest

from console.paper.figures import Fact, Figures, bounds_of, figures_of, month_of, total_of
from schemas.base import parse_instant

ZONE = ZoneInfo("Asia/Shanghai")
OPEN = Fact("a")
CLOSED = Fact("a", is_closed=True, verdict="true")
FALSE = Fact("a", is_closed=True, verdict="false")
LATE = Fact("a", was_overdue=True)
QUARREL = Fact("a", is_alert=False, is_dispute=True)
SETTLED = Fact("a", False, True, is_closed=True, is_mediated=True, verdict="true")
UNSETTLED = Fact("a", False, True, is_closed=True, verdict="cannot_be_verified")
NO_QUARREL = Fact("a", False, True, is_closed=True, verdict="false")
HAPPY = Fact("a", False, rating="satisfied")
FAIRLY = Fact("a", False, rating="fairly")
CROSS = Fact("a", False, rating="unsatisfied")
GONE = Fact("a", False, rating="not_reached")


def one(*facts: Fact) -> Figures:
    (found,) = figures_of(facts)
    return found


@pytest.mark.parametrize(
    ("facts", "share", "expected"),
    [
        ([OPEN], "closed_share", 0.0),
        ([OPEN, CLOSED, FALSE, LATE], "closed_share", 0.5),
        # An alert is no dispute, and one that is still open is on neither side.
        ([CLOSED, QUARREL], "settled_share", None),
        ([SETTLED, UNSETTLED, QUARREL], "settled_share", 0.5),
        # What was no dispute after all could not be settled.
        ([SETTLED, NO_QUARREL], "settled_share", 1.0),
        ([OPEN], "satisfied_share", None),
        ([HAPPY, FAIRLY, CROSS, CROSS], "satisfied_share", 0.5),
        # Who was not reached says nothing.
        ([HAPPY, GONE], "satisfied_share", 1.0),
        ([GONE], "satisfied_share", None),
        ([OPEN, LATE, CLOSED, FALSE], "overdue_share", 0.25),
    ],
)
def test_shares(facts: list[Fact], share: str, expected: float | None) -> None:
    assert getattr(one(*facts), share) == expected


def test_the_numbers_behind() -> None:
    found = one(OPEN, FALSE, SETTLED, GONE)
    assert (found.opened, found.alerts, found.reports) == (4, 2, 2)
    assert (found.closed, found.false, found.disputes, found.settled) == (2, 1, 1, 1)
    assert (found.rated, found.not_reached) == (0, 1)


def test_a_total_is_of_sums_and_no_mean_of_shares() -> None:
    areas = figures_of([CLOSED, Fact("b"), Fact("b"), Fact("b")])
    assert [area.area for area in areas] == ["a", "b"]
    assert total_of(areas).closed_share == 0.25
    assert total_of([]).closed_share is None


@pytest.mark.parametrize(
    ("month", "begin", "end"),
    [
        ("2026-03", "2026-03-01T00:00:00+08:00", "2026-04-01T00:00:00+08:00"),
        ("2026-12", "2026-12-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"),
    ],
)
def test_a_month_is_that_of_the_offices_wall_clock(month: str, begin: str, end: str) -> None:
    assert bounds_of(month, ZONE) == (parse_instant(begin), parse_instant(end))
    assert month_of(parse_instant(begin), ZONE) == month
    assert month_of(parse_instant(begin) - 1, ZONE) != month


def test_what_is_no_month_is_refused() -> None:
    with pytest.raises(ValueError, match="month"):
        bounds_of("2026-13", ZONE)
