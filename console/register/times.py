"""Times as people write them in lists, by the wall clock of an estate. Pure."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.base import MS_PER_S

_DAY = r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?"
_CLOCK = r"(?P<H>\d{1,2})\s*[:：时点]\s*(?P<M>\d{1,2})?\s*分?(?:[:：](?P<S>\d{1,2})(?:\.\d+)?)?"
_TIME = rf"(?:[T\s]\s*{_CLOCK})?"
_FORM = re.compile(rf"^{_DAY}\s*{_TIME}\s*(?P<zone>Z|[+-]\d\d:?\d\d)?$")
_PACKED = re.compile(r"^(\d{4})(\d\d)(\d\d)$")


def instant_of(text: str, zone: ZoneInfo, *, is_end: bool) -> int:
    """The instant (ms) that a cell means. Raises ValueError with a form that is understood.

    A day alone is its beginning; as an end it is the end of that day. A time without an offset is
    of the zone.
    """
    packed = _PACKED.match(text)
    found = _FORM.match("-".join(packed.groups()) if packed else text.strip())
    try:
        if found is None:
            raise ValueError("no such form")
        moment = _moment(found, zone, is_end)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no time; write 2026-03-01 or 2026-03-01 08:00") from error
    return round(moment.timestamp() * MS_PER_S)


def _moment(found: re.Match[str], zone: ZoneInfo, is_end: bool) -> datetime:
    day = datetime(int(found["y"]), int(found["m"]), int(found["d"]), tzinfo=zone)
    if found["H"] is None:
        return day + timedelta(days=1) if is_end else day
    hour, minute, second = (int(found[name] or 0) for name in "HMS")
    moment = day.replace(hour=hour, minute=minute, second=second)
    if found["zone"]:
        moment = datetime.fromisoformat(f"{moment.replace(tzinfo=None)}{_offset(found['zone'])}")
    return moment


def _offset(zone: str) -> str:
    return "+00:00" if zone == "Z" else f"{zone[:3]}:{zone[-2:]}"
