"""When a Vzenith camera saw a vehicle. Pure.

A result carries the instant of its frame twice: `sec`, seconds since 1970 in UTC, and `dec...`, the
same as wall clock. Documents and field traces disagree on whether both are right. Where they lie
apart by what can be a zone, `sec` is sure; where they contradict each other only the wall clock is
taken, and it counts where the site names the zone.

Readings are kept to the second: the quick and the full result of one passage, and the forms over
MQTT, HTTP and TCP, agree in the second, not in its fraction, and must share one id. The fraction
goes into `observed`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ingest.converters import YEAR_MAX, YEAR_MIN, epoch_time, iso_time, whole
from ingest.message import DeviceTime
from schemas.base import MS_PER_S

CLOCK_SET_S = 1_000_000_000
"""Below this (2001) a clock counts from power-on and tells nothing."""

_QUARTER_MS = 15 * 60 * MS_PER_S
_ZONE_MAX_MS = 14 * 60 * 60 * MS_PER_S
_DEC = ("decyear", "decmon", "decday", "dechour", "decmin", "decsec")


def frame_times(result: Mapping[str, Any]) -> tuple[DeviceTime | None, DeviceTime | None]:
    """The time of a result, to the second, and what its clock says more exactly."""
    stamp = result.get("timeStamp")
    value = stamp.get("Timeval") if isinstance(stamp, dict) else None
    if isinstance(value, dict) and (time := _timeval(value)) is not None:
        return time, _exact(time, value.get("usec"))
    if (text := result.get("trigger_time")) is not None:
        return iso_time(str(text), "$.trigger_time"), None
    for name, unit in (("start_time", MS_PER_S), ("begin_time", 1)):
        number = whole(result.get(name))
        if number is not None and number >= CLOCK_SET_S * unit:
            return epoch_time(number // unit, f"$.{name}"), None
    return None, None


def sent_time(value: Any) -> DeviceTime | None:
    """The `timestamp` of an envelope, in seconds; 13 digits can only be milliseconds."""
    number = whole(value)
    if number is None or number < CLOCK_SET_S:
        return None
    unit = MS_PER_S if number > CLOCK_SET_S * 100 else 1
    return epoch_time(number, "$.timestamp", unit_per_s=unit)


def _timeval(value: Mapping[str, Any]) -> DeviceTime | None:
    wall, seconds = _wall_clock(value), whole(value.get("sec"))
    raw = wall.isoformat(" ") if wall else str(seconds)
    if seconds is None or seconds < CLOCK_SET_S:
        return DeviceTime(raw, local=wall) if wall else None
    instant = epoch_time(seconds, "$.timeStamp.Timeval.sec").instant
    assert instant is not None
    if wall is None or _may_be_zone(wall, instant):
        return DeviceTime(raw, instant=instant, local=wall)
    return DeviceTime(raw, local=wall)


def _wall_clock(value: Mapping[str, Any]) -> datetime | None:
    numbers = [whole(value.get(name)) for name in _DEC]
    if any(number is None for number in numbers):
        return None
    try:
        wall = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001
    except (ValueError, OverflowError):
        return None
    return wall if YEAR_MIN <= wall.year <= YEAR_MAX else None


def _may_be_zone(wall: datetime, instant: int) -> bool:
    ahead = round(wall.replace(tzinfo=UTC).timestamp()) * MS_PER_S - instant
    return abs(ahead) <= _ZONE_MAX_MS and ahead % _QUARTER_MS == 0


def _exact(time: DeviceTime, usec: Any) -> DeviceTime | None:
    micros = whole(usec)
    if time.instant is None or micros is None or not 1000 <= micros < 1_000_000:
        return None
    return DeviceTime(time.raw, instant=time.instant + micros // 1000)
