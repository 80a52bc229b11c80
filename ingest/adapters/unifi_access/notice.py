"""One notification: what it is about and what it holds. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.converters import epoch_time, load_json, number, said
from ingest.message import DeviceTime, Unreadable


@dataclass(frozen=True, slots=True)
class Notice:
    """`event` is its dotted name, `object_id` the hub or door it concerns."""

    event: str
    object_id: str | None
    data: Mapping[str, Any]


def notice_of(value: Mapping[str, Any]) -> Notice:
    """The notification in an object. `data` may be JSON written as a text. Raises Unreadable."""
    event = said(value.get("event"))
    if event is None:
        raise Unreadable("has no event, which each notification names", "$.event")
    data = value.get("data")
    if isinstance(data, str) and data.lstrip()[:1] == "{":
        data = load_json(data)
    return Notice(event, said(value.get("event_object_id")), table(data))


def table(value: Any) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def epoch_ms(value: Any) -> DeviceTime | None:
    """Milliseconds since 1970, None where there are none. Raises Unreadable beyond all years."""
    return epoch_time(value, "$.data", unit_per_s=1000) if number(value) else None


def epoch_s(value: Any) -> DeviceTime | None:
    """Seconds since 1970, None where there are none. Raises Unreadable beyond all years."""
    return epoch_time(value, "$.data") if number(value) else None
