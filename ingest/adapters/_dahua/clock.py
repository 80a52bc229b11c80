"""What a Dahua device says about the time. Pure.

Three clocks stand in one message: `LocaleTime` (wall clock, no zone), `UTC` with `UTCMS` and, on
newer firmware, `RealUTC`. `UTC` was seen right, equal to the wall clock, eight hours behind it
(the factory's zone) and an hour off in summer, so it only counts as a claim; `RealUTC` was right
wherever it was seen. The mapping decides between them.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.converters import YEAR_MAX, YEAR_MIN, iso_time, number, said, whole
from ingest.message import DeviceTime, Unreadable
from schemas.base import MS_PER_S

_YEAR_FIRST = re.compile(r"(\d{4})[-/](\d\d?)[-/](\d\d?)[ T](\d\d?):(\d\d):(\d\d)(?:\.(\d{1,6}))?$")
_DAY_FIRST = re.compile(r"(\d\d?)[-/](\d\d?)[-/](\d{4})[ T](\d\d?):(\d\d):(\d\d)(?:\.(\d{1,6}))?$")


def device_time(data: Mapping[str, Any], told: str | None = None) -> DeviceTime | None:
    """The device's time of an event, or None if the event tells none.

    `told` is a wall-clock text that stood outside of the event (`Time` of a push). A time that
    cannot be read is kept as raw text only: a device with a broken clock still has much to say.
    """
    ms = _milliseconds(data)
    claimed = data.get("UTC", data.get("CreateTime"))
    text = said(data.get("LocaleTime")) or told or _claim_text(claimed)
    real, maybe = epoch(data.get("RealUTC")), epoch(claimed)
    if text is None and real is None:
        return None
    local = wall_clock(text)
    return DeviceTime(
        raw=text or str(data["RealUTC"]),
        instant=None if real is None else real + ms,
        local=None if local is None else local + timedelta(milliseconds=ms),
        maybe=None if maybe is None else maybe + ms,
    )


def _claim_text(claimed: Any) -> str | None:
    """Seconds without the `.0` that some transports add: one event has one raw time."""
    return said(int(claimed) if isinstance(claimed, float) and claimed.is_integer() else claimed)


def _milliseconds(data: Mapping[str, Any]) -> int:
    ms = whole(data.get("UTCMS"))
    return ms if ms is not None and 0 <= ms < MS_PER_S else 0


def bridge_time(value: Any) -> DeviceTime | None:
    """An ISO 8601 time a bridge wrote; raw text only if it cannot be read."""
    text = said(value)
    if text is None:
        return None
    try:
        return iso_time(text)
    except Unreadable:
        return DeviceTime(text)


def epoch(value: Any) -> int | None:
    """Milliseconds since the epoch from seconds, if they lie in years a device can live in."""
    seconds = number(value)
    if seconds is None or not _EARLIEST <= seconds < _LATEST:
        return None
    return round(seconds * MS_PER_S)


_EARLIEST = datetime(YEAR_MIN, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(YEAR_MAX, 1, 1, tzinfo=UTC).timestamp()


def wall_clock(text: str | None) -> datetime | None:
    """A wall-clock time, year first or day first as this make writes it, or None."""
    parts = _YEAR_FIRST.match(text or "")
    if parts is not None:
        year, month, day = parts.group(1, 2, 3)
    elif (parts := _DAY_FIRST.match(text or "")) is not None:
        day, month, year = parts.group(1, 2, 3)
    else:
        return None
    fraction = (parts[7] or "").ljust(6, "0")
    numbers = [int(part) for part in (year, month, day, *parts.group(4, 5, 6), fraction)]
    try:
        return datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None
