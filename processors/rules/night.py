"""Night, by the wall clock of the estate: what weighs more while people sleep."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from processors.core.rule import Params, Situation
from processors.core.words import MINUTE_MS, clock_text
from schemas.base import MS_PER_S


def _minutes(value: Any) -> Any:
    """YAML reads an unquoted 22:00 as 22 * 60 + 0; people need not know."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60:
        return f"{value // 60:02}:{value % 60:02}"
    return value


LocalTime = Annotated[
    str, BeforeValidator(_minutes), Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
]
"""Hours and minutes of the day, as `22:00`."""


class NightParams(Params):
    """When night is. 22:00 to 06:00 is our own judgement; equal times mean: never."""

    night_from: LocalTime = "22:00"
    night_to: LocalTime = "06:00"


def at_night(now: Situation) -> bool:
    """Whether it is night where the estate stands; the first minute counts, the last does not."""
    begins, ends = now.params.night_from, now.params.night_to
    time = clock_text(now.at, now.config.timezone)
    if begins <= ends:
        return bool(begins <= time < ends)
    return bool(time >= begins or time < ends)


def next_clock(at: int, time: str, timezone: str) -> int:
    """When the wall clock next shows `time` (hh:mm) after `at`; both in ms since the epoch.

    An hour that the clocks skip counts as it would have been told before the change.
    """
    return _next_clock(at // MINUTE_MS, time, timezone)


@lru_cache(maxsize=4096)
def _next_clock(minute: int, time: str, timezone: str) -> int:
    # The same for all moments of a minute, since clocks show whole ones.
    at = minute * MINUTE_MS
    zone = ZoneInfo(timezone)
    hours, minutes = map(int, time.split(":"))
    local = datetime.fromtimestamp(at / MS_PER_S, zone)
    due = local.replace(hour=hours, minute=minutes, second=0, microsecond=0, fold=0)
    while round(due.timestamp() * MS_PER_S) <= at:
        due = (due + timedelta(days=1)).replace(fold=0)
    return round(due.timestamp() * MS_PER_S)


def morning_of(now: Situation) -> int:
    """The day (ordinal) on which the present night ends, or else the next one."""
    return day_of(next_clock(now.at, now.params.night_to, now.config.timezone), now.config.timezone)


def day_of(at: int, timezone: str) -> int:
    """The local day of a moment (ms), as the ordinal of its date."""
    return _day_of(at // MINUTE_MS, timezone)


@lru_cache(maxsize=4096)
def _day_of(minute: int, timezone: str) -> int:
    return datetime.fromtimestamp(minute * 60, ZoneInfo(timezone)).toordinal()
