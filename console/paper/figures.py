"""The month's figures by area, with the numbers behind each. Pure.

A month's figures are of the cases opened in it, as they stand when they are asked for:

- closed share (办结率): closed ones among all;
- settled share (化解成功率): among disputes that are closed and were not judged false, those that
  were settled by mediation;
- satisfied share (满意率): satisfied or fairly satisfied ones among the rated; who was not reached
  counts on neither side;
- overdue share (超期率): those that were overdue at any stage among all.

A share of nothing is None, not nought.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from zoneinfo import ZoneInfo

from console.wall_clock import day_begins, local
from schemas.acts import Rating, Verdict


@dataclass(frozen=True, slots=True)
class Fact:
    """What counts of one case; `area` is the node it is counted under."""

    area: str
    is_alert: bool = True
    is_dispute: bool = False
    is_closed: bool = False
    is_mediated: bool = False
    was_overdue: bool = False
    verdict: Verdict | None = None
    rating: Rating | None = None


@dataclass(slots=True)
class Figures:
    """The numbers of one area."""

    area: str
    opened: int = 0
    alerts: int = 0
    reports: int = 0
    closed: int = 0
    overdue: int = 0
    disputes: int = 0
    settled: int = 0
    rated: int = 0
    satisfied: int = 0
    not_reached: int = 0
    false: int = field(default=0)

    def take(self, fact: Fact) -> None:
        """Count one case."""
        self.opened += 1
        self.alerts += fact.is_alert
        self.reports += not fact.is_alert
        self.closed += fact.is_closed
        self.overdue += fact.was_overdue
        self.false += fact.is_closed and fact.verdict == "false"
        if fact.is_dispute and fact.is_closed and fact.verdict != "false":
            self.disputes += 1
            self.settled += fact.is_mediated
        self.not_reached += fact.rating == "not_reached"
        if fact.rating in ("satisfied", "fairly", "unsatisfied"):
            self.rated += 1
            self.satisfied += fact.rating != "unsatisfied"

    @property
    def closed_share(self) -> float | None:
        """办结率."""
        return _share(self.closed, self.opened)

    @property
    def settled_share(self) -> float | None:
        """化解成功率."""
        return _share(self.settled, self.disputes)

    @property
    def satisfied_share(self) -> float | None:
        """满意率."""
        return _share(self.satisfied, self.rated)

    @property
    def overdue_share(self) -> float | None:
        """超期率."""
        return _share(self.overdue, self.opened)


SHARES = ("closed_share", "settled_share", "satisfied_share", "overdue_share")
COUNTS = tuple(one.name for one in fields(Figures) if one.name != "area")


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def figures_of(facts: Iterable[Fact]) -> list[Figures]:
    """The figures by area, in their order."""
    found: dict[str, Figures] = {}
    for fact in facts:
        found.setdefault(fact.area, Figures(fact.area)).take(fact)
    return [found[area] for area in sorted(found)]


def total_of(areas: Iterable[Figures], name: str = "") -> Figures:
    """The sum of several areas: shares of sums, no mean of shares."""
    total = Figures(name)
    for one in areas:
        for count in COUNTS:
            setattr(total, count, getattr(total, count) + getattr(one, count))
    return total


def month_of(at: int, zone: ZoneInfo) -> str:
    """The month (YYYY-MM) of an instant (ms) on a wall clock."""
    return f"{local(at, zone):%Y-%m}"


def bounds_of(month: str, zone: ZoneInfo) -> tuple[int, int]:
    """When a month (YYYY-MM) begins and the next one does, in ms. Raises ValueError."""
    first = date.fromisoformat(f"{month}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return day_begins(first, zone), day_begins(after, zone)
