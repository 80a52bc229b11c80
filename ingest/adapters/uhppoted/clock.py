"""The boards' time as uhppoted-mqtt prints it: wall clock and the zone's abbreviation. Pure.

An abbreviation is an offset where only one zone of today's world uses it. CST is China's and
Chicago's, IST India's and Israel's: those say nothing, and the site file has to. Of PST and CDT
the American meaning is likely, so it counts only where the site file is silent.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.converters import said
from ingest.message import DeviceTime, Unreadable
from schemas.base import MS_PER_S

_TIME = re.compile(
    r"^(?P<clock>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)?"
    r"(?:\s*(?P<zone>[A-Za-z]{1,5}|[+-]\d\d(?::?\d\d)?))?$"
)
_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "WAT": 1, "CAT": 2, "SAST": 2, "EAT": 3, "PKT": 5, "WIB": 7, "WITA": 8,
    "HKT": 8, "AWST": 8, "WIT": 9, "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10,
    "AEDT": 11, "NZST": 12, "NZDT": 13, "HST": -10, "AKST": -9, "AKDT": -8, "PDT": -7, "MST": -7,
    "MDT": -6, "EST": -5, "EDT": -4, "AST": -4, "ADT": -3, "NST": -3.5, "NDT": -2.5,
}  # fmt: skip
_LIKELY = {"PST": -8, "CDT": -5}


def board_time(value: Any, path: str) -> DeviceTime | None:
    """The time of an event or a state, None where none is set. Raises Unreadable."""
    text = said(value)
    if text is None:
        return None
    found = _TIME.match(text)
    if found is None:
        raise Unreadable(f"time {text[:40]!r} is not YYYY-MM-DD HH:MM:SS and a zone", path)
    try:
        local = datetime.fromisoformat(found["clock"])
    except ValueError as error:
        raise Unreadable(f"time {text[:40]!r}: {error}", path) from error
    zone = (found["zone"] or "").upper()
    if zone in _LIKELY:
        return DeviceTime(text, local=local, maybe=_instant(local, _LIKELY[zone]))
    hours = _numeric(zone) if zone[:1] in ("+", "-") else _HOURS.get(zone)
    return DeviceTime(text, None if hours is None else _instant(local, hours), local)


def _numeric(zone: str) -> float:
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (-1 if zone[0] == "-" else 1) * (int(digits[:2]) + int(digits[2:]) / 60)


def _instant(local: datetime, hours: float) -> int:
    at = local.replace(tzinfo=UTC) - timedelta(hours=hours)
    return round(at.timestamp()) * MS_PER_S
