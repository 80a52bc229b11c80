"""Who is on duty: weekly shifts and single exceptions on the office's wall clock. Pure.

A shift belongs to the day on which it begins: Friday's `22:00-06:00` ends on Saturday morning. An
hour that the clocks skip in spring is not worked, and one that they repeat in autumn is worked
twice, as on the clock on the wall.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, TypeAdapter, model_validator

from console.lifecycle.clocks import Weekday
from console.lifecycle.table import Role
from console.wall_clock import instant, local
from schemas.alerts import Handler
from schemas.base import Model
from schemas.events import event_id
from schemas.local_time import PART_OF_DAY, WEEKDAYS

EVERYWHERE = "*"
Duty = Role | Handler
DUTIES: tuple[str, ...] = tuple(dict.fromkeys((*get_args(Role), *get_args(Handler))))
Name = Annotated[str, Field(pattern=r"^[^\s|,:]{1,64}$")]
Area = Annotated[str, Field(pattern=r"^(\*|[^\s|,:]{1,64})$")]
ALL_DAYS: tuple[Weekday, ...] = get_args(Weekday)
_DAY = timedelta(days=1)
_MIDNIGHT = "24:00"


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("write the office's wall clock, without an offset: 2026-10-01 08:00")
    return moment


Local = Annotated[datetime, AfterValidator(_local)]


class Hours(Model):
    """A part of some days of the week, over midnight where it ends before it begins."""

    part: str = Field(pattern=PART_OF_DAY)
    days: tuple[Weekday, ...] = Field(default=ALL_DAYS, min_length=1)

    @model_validator(mode="after")
    def _has_a_length(self) -> "Hours":
        begins, _, ends = self.part.partition("-")
        if begins == ends:
            raise ValueError("part: it ends when it begins; for a whole day write 00:00-24:00")
        return self

    def end(self, at: int, zone: ZoneInfo) -> int | None:
        """When the part that holds at an instant ends (ms); None where none holds."""
        today = local(at, zone).date()
        for day in (today - _DAY, today):
            begins, ends = self._span(day, zone)
            if WEEKDAYS[day.weekday()] in self.days and begins <= at < ends:
                return ends
        return None

    def _span(self, day: date, zone: ZoneInfo) -> tuple[int, int]:
        begins, _, ends = self.part.partition("-")
        last = day + _DAY if ends <= begins or ends == _MIDNIGHT else day
        ends = "00:00" if ends == _MIDNIGHT else ends
        first = datetime.combine(day, time.fromisoformat(begins))
        return instant(first, zone), instant(datetime.combine(last, time.fromisoformat(ends)), zone)


class Shift(Hours):
    """One person's weekly duty, for an area; `since` and `until` are its first and last day."""

    kind: Literal["shift"] = "shift"
    person: Name
    duty: Duty
    area: Area = EVERYWHERE
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Shift":
        if self.since and self.until and self.until < self.since:
            raise ValueError("until: lies before since; exchange them")
        return self

    def holds(self, at: int, zone: ZoneInfo) -> bool:
        """Whether it is being worked at an instant (ms)."""
        today = local(at, zone).date()
        return any(
            (self.since is None or day >= self.since)
            and (self.until is None or day <= self.until)
            and WEEKDAYS[day.weekday()] in self.days
            and self._span(day, zone)[0] <= at < self._span(day, zone)[1]
            for day in (today - _DAY, today)
        )


class _Once(Model):
    person: Name
    begins: Local
    ends: Local

    @model_validator(mode="after")
    def _in_order(self) -> "_Once":
        if self.ends <= self.begins:
            raise ValueError("ends: lies not after begins; exchange them")
        return self

    def holds(self, at: int, zone: ZoneInfo) -> bool:
        """Whether it is now (ms)."""
        return instant(self.begins, zone) <= at < instant(self.ends, zone)


class Away(_Once):
    """Somebody who is not on duty for once, whatever their shifts say."""

    kind: Literal["away"] = "away"


class Extra(_Once):
    """Somebody who is on duty for once: a stand-in, a feast day."""

    kind: Literal["extra"] = "extra"
    duty: Duty
    area: Area = EVERYWHERE


Entry = Annotated[Shift | Away | Extra, Field(discriminator="kind")]
ENTRY: TypeAdapter[Shift | Away | Extra] = TypeAdapter(Entry)


def entry_id(entry: Shift | Away | Extra) -> str:
    """The id of an entry: the same entry has the same one, so that a list can be read again."""
    return event_id("roster", entry.model_dump_json())[:16]


def area_of(entry: Shift | Away | Extra) -> str:
    """The area that an entry is about; an absence is about the person everywhere."""
    return EVERYWHERE if isinstance(entry, Away) else entry.area


def on_duty(
    entries: Iterable[Shift | Away | Extra],
    duties: Sequence[str],
    areas: Sequence[str],
    at: int,
    zone: ZoneInfo,
) -> tuple[str, ...]:
    """The logins on duty: for the first of the areas that anybody is on duty for, `*` comes last.

    Within an area the first of `duties` that anybody has counts: the handler before its role.
    """
    now = [entry for entry in entries if entry.holds(at, zone)]
    away = {entry.person for entry in now if isinstance(entry, Away)}
    working = [entry for entry in now if not isinstance(entry, Away) and entry.person not in away]
    for area in (*areas, EVERYWHERE):
        for duty in duties:
            here = [e.person for e in working if (e.area, e.duty) == (area, duty)]
            if here:
                return tuple(sorted(set(here)))
    return ()


def working(entries: Iterable[Shift | Away | Extra], at: int, zone: ZoneInfo) -> frozenset[str]:
    """Everybody who is on duty for anything at an instant."""
    now = [entry for entry in entries if entry.holds(at, zone)]
    away = {entry.person for entry in now if isinstance(entry, Away)}
    return frozenset(e.person for e in now if not isinstance(e, Away)) - away


def quiet_until(hours: Iterable[Hours], at: int, zone: ZoneInfo) -> int | None:
    """Until when quiet hours last that hold at an instant (ms); None where none hold."""
    return max((end for one in hours if (end := one.end(at, zone)) is not None), default=None)
