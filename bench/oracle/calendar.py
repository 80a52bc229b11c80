"""The days of a simulated month: weekends, Spring Festival, hours of the day. Pure.

Times are ms since the epoch; the estates stand in a zone without summer time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar, NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
FIRST_DAY = date(2026, 2, 2)
"""A Monday, two weeks before the Spring Festival of 2026."""
FESTIVAL = (date(2026, 2, 16), date(2026, 2, 23))
"""New Year's Eve to the seventh day, the end not included."""


class Span(NamedTuple):
    """From `start` until before `end`, in ms."""

    start: int
    end: int

    def touches(self, start: int, end: int) -> bool:
        """Whether it shares an instant with another."""
        return self.start < end and start < self.end


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day. `free`: nobody works or goes to school."""

    number: int
    start: int
    free: bool
    festive: bool

    def at(self, hour: float) -> int:
        """The instant of an hour of this day; above 24 it is the next morning's."""
        return self.start + round(hour * Calendar.HOUR)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days from the first one on."""

    days: int
    first: date = FIRST_DAY
    SECOND: ClassVar[int] = 1000
    MINUTE: ClassVar[int] = 60_000
    HOUR: ClassVar[int] = 3_600_000
    DAY: ClassVar[int] = 86_400_000

    @property
    def start(self) -> int:
        """Midnight before the first day."""
        return _midnight(self.first)

    @property
    def end(self) -> int:
        """Midnight after the last."""
        return _midnight(self.first + timedelta(days=self.days))

    @property
    def festival(self) -> Span | None:
        """Spring Festival, where the month holds its beginning."""
        span = Span(*map(_midnight, FESTIVAL))
        return span if self.start <= span.start < self.end else None

    def each(self) -> Iterator[Day]:
        """The days in order."""
        for number in range(self.days):
            day = self.first + timedelta(days=number)
            festive = FESTIVAL[0] <= day < FESTIVAL[1]
            yield Day(number, _midnight(day), day.weekday() >= 5 or festive, festive)

    def hour_of(self, at: int) -> float:
        """The hour of the day of an instant."""
        return (at - self.start) % self.DAY / self.HOUR


def _midnight(day: date) -> int:
    return round(datetime.combine(day, time(), ZONE).timestamp()) * 1000
