"""Instants (ms) and the wall clock of the office or of an estate, both ways. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schemas.base import MS_PER_S


def local(at: int, zone: ZoneInfo) -> datetime:
    """What a wall clock shows at an instant."""
    return datetime.fromtimestamp(at / MS_PER_S, zone)


def zone_text(at: int, zone: ZoneInfo) -> str:
    """A wall clock by name and by what it is ahead of UTC at an instant: `Asia/Shanghai, UTC+8`."""
    ahead = local(at, zone).utcoffset() or timedelta()
    hours, minutes = divmod(abs(ahead) // timedelta(minutes=1), 60)
    sign = "-" if ahead < timedelta() else "+"
    return f"{zone.key}, UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")


def instant(shown: datetime, zone: ZoneInfo) -> int:
    """The instant of a wall clock's time; of two the first, of none the one behind the gap."""
    return round(shown.replace(tzinfo=zone).timestamp() * MS_PER_S)


def day_begins(day: date, zone: ZoneInfo) -> int:
    """The midnight that a day begins with."""
    return instant(datetime.combine(day, time()), zone)


def day_ends(day: date, zone: ZoneInfo) -> int:
    """The midnight that the next day begins with."""
    return day_begins(day + timedelta(days=1), zone)


def midnight(at: int, zone: ZoneInfo, days_before: int = 0) -> int:
    """When the day began that an instant lies in, or one so many days before."""
    return day_begins(local(at, zone).date() - timedelta(days=days_before), zone)


def day_from(text: str) -> date:
    """The day that `2026-03-31` means. Raises ValueError for anything else."""
    return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
