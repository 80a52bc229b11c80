"""Times of GA/T 1400 and GB/T 28181: written without a zone, and Beijing time by the standards.

China keeps one zone and no summer time, so the instant is sure (GA/T 1400.3, type `dateTime`).
"""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

from ingest.converters import compact_time, iso_time, said
from ingest.message import DeviceTime
from schemas.base import MS_PER_S

BEIJING = timedelta(hours=8)


def beijing_time(value: Any, path: str) -> DeviceTime | None:
    """The time of a field, or None where it is blank. Raises Unreadable for another form."""
    text = said(value)
    if text is None:
        return None
    found = iso_time(text, path) if "-" in text else compact_time(text, path)
    if found.instant is not None or found.local is None:
        return found
    ahead = found.local.replace(tzinfo=UTC) - BEIJING
    return replace(found, instant=round(ahead.timestamp() * MS_PER_S))
