"""Hours of the day by the wall clock of an estate, as people write them. Pure."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.base import MS_PER_S

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
PART_OF_DAY = f"^{_TIME}-({_TIME}|24:00)$"
"""A part of the day, as `22:00-06:00`."""


class Hour(NamedTuple):
    """A moment on the wall clock: hours and minutes, and the day of the week."""

    time: str
    weekday: str


@lru_cache(maxsize=1024)
def local_hour(at: int, timezone: str) -> Hour:
    """What the wall clock of a zone says at a moment (ms since the epoch)."""
    moment = datetime.fromtimestamp(at // MS_PER_S, ZoneInfo(timezone))
    return Hour(f"{moment:%H:%M}", WEEKDAYS[moment.weekday()])


def is_between(time: str, begins: str, ends: str) -> bool:
    """Whether a time of day lies in a part of it, over midnight where it ends before it begins.

    The first minute counts, the last does not; equal ends mean never.
    """
    if begins <= ends:
        return begins <= time < ends
    return time >= begins or time < ends
