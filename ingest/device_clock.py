"""Reading a device's clock: its zone, its known faults, and what it claims. Pure.

A fault is named in the site file, because nobody can tell it from one message. Each is documented
of a make, and its reversal is exact but for the hour that is told twice in autumn.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from ingest.message import DeviceTime
from schemas.base import MS_PER_S
from schemas.device_site import ClockFault

HOUR_MS = 3600 * MS_PER_S
FACTORY_OFFSET_MS = 8 * HOUR_MS
"""Dahua devices never told their zone claim a UTC eight hours behind their wall clock."""

_CENTRAL_EUROPE = ZoneInfo("Europe/Berlin")


class Spot(Protocol):
    """What the site says of a device's clock."""

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of its wall clock."""

    @property
    def clock_fault(self) -> ClockFault | None:
        """The named fault of its clock."""

    @property
    def clock_shift_ms(self) -> int:
        """How far ahead the clock is, for `fixed_shift`."""


def resolve_time(time: DeviceTime | None, spot: Spot) -> int | None:
    """The instant of a device's clock, or None if it cannot be known.

    The site's named fault goes first; then what is sure; then wall-clock time in the configured
    zone; then what the device claims, unless its claim is one that is known to be wrong.
    """
    if time is None:
        return None
    if spot.clock_fault == "fixed_shift":
        found = _unfaulted(time, spot.zone)
        return None if found is None else found - spot.clock_shift_ms
    if spot.clock_fault is not None:
        return _faulty(time, spot.clock_fault, spot.zone)
    return _unfaulted(time, spot.zone)


def _unfaulted(time: DeviceTime, zone: ZoneInfo | None) -> int | None:
    if time.instant is not None:
        return time.instant
    if time.local is not None and zone is not None:
        return _in_zone(time.local, zone)
    return time.maybe if _believable(time) else None


def _faulty(time: DeviceTime, fault: ClockFault, zone: ZoneInfo | None) -> int | None:
    claimed = time.instant if time.instant is not None else time.maybe
    if zone is None:
        return claimed
    if fault == "lost_offset_sign" or claimed is None:
        return claimed if time.local is None else _in_zone(time.local, zone)
    return _in_zone(_WALL_CLOCK[fault](claimed, zone), zone)


def _as_written(claimed: int, zone: ZoneInfo) -> datetime:
    """Wall-clock time stands where UTC should."""
    return datetime.fromtimestamp(claimed / MS_PER_S, UTC).replace(tzinfo=None)


def _from_factory(claimed: int, zone: ZoneInfo) -> datetime:
    """The device took its wall clock for that of China, where it was made."""
    return _as_written(claimed + FACTORY_OFFSET_MS, zone)


def _without_summer(claimed: int, zone: ZoneInfo) -> datetime:
    """The device took off the offset its zone has in winter, all the year."""
    moment = datetime.fromtimestamp(claimed / MS_PER_S, zone)
    winter = (moment.utcoffset() or timedelta()) - (moment.dst() or timedelta())
    return _as_written(claimed, zone) + winter


_WALL_CLOCK: Mapping[str, Callable[[int, ZoneInfo], datetime]] = {
    "local_as_epoch": _as_written,
    "utc_is_local": _as_written,
    "factory_zone": _from_factory,
    "no_summer_time": _without_summer,
}
"""How to get back, from what a device claims, what its wall clock showed."""


def _in_zone(local: datetime, zone: ZoneInfo) -> int:
    return round(local.replace(tzinfo=zone).timestamp() * MS_PER_S)


def _believable(time: DeviceTime) -> bool:
    """Whether a claimed UTC can be trusted without a zone to hold it against.

    Known to be wrong are: no distance from the wall clock, the factory's eight hours, a distance
    no zone has, and the winter hour of Central Europe while it has summer there.
    """
    if time.maybe is None or time.local is None:
        return time.maybe is not None
    ahead = round(time.local.replace(tzinfo=UTC).timestamp() * MS_PER_S) - time.maybe
    rounded = round(ahead / MS_PER_S) * MS_PER_S
    if rounded == HOUR_MS and time.local.replace(tzinfo=_CENTRAL_EUROPE).dst():
        return False
    return rounded not in (0, FACTORY_OFFSET_MS) and rounded % (HOUR_MS // 4) == 0
