"""GA/T 1400 (VIID) objects to readings. Pure.

GA/T 1400.3 and 1400.4: objects stand in `XListObject.XObject[]`, notifications carry the same as
`XObjectList`, and the community extension keeps neither spelling strictly.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from ingest.adapters.gat1400.described import (
    read_description,
    read_heartbeat,
    read_offline,
    read_online,
    read_record,
    read_state,
)
from ingest.adapters.gat1400.record import Record
from ingest.adapters.gat1400.seen import (
    read_cycle,
    read_face,
    read_person,
    read_thing,
    read_vehicle,
)
from ingest.converters import lenient_json
from ingest.message import Message, Reading, Unreadable
from ingest.tables import rows

OBJECTS_MAX = 1000
DEPTH_MAX = 8
_SUFFIXES = ("ListObject", "ObjectList", "ObjectLis", "Object", "List")
_LISTS = ("ListObject", "ObjectList", "ObjectLis", "List")
"""One widespread library writes `MotorVehicleObjectLis`."""
_BRACKETS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_CLOSING = {b"{": b"}", b"[": b"]"}
_NOTIFICATIONS = frozenset({"subscribenotification", "dispositionnotification"})

_READERS: dict[str, Callable[[Record], list[Reading]]] = {
    "vehicle": read_vehicle,
    "cycle": read_cycle,
    "person": read_person,
    "face": read_face,
    "thing": read_thing,
    "online": read_online,
    "offline": read_offline,
    "heartbeat": read_heartbeat,
    "description": read_description,
    "state": read_state,
    "record": read_record,
    "nothing": lambda _: [],
}


@cache
def readers() -> dict[str, Callable[[Record], list[Reading]]]:
    """The readers of objects, by their names in lower case."""
    return {
        row["object"].lower(): _READERS[row["reads"]] for row in rows(__package__, "objects.csv")
    }


def decode(message: Message) -> list[Reading]:
    """Every object of a message. Raises Unreadable for an object that `objects.csv` has not."""
    document = _document(message.payload)
    if not isinstance(document, Mapping):
        raise Unreadable("is no JSON object of GA/T 1400", "$")
    found = list(_objects(document, "$", 0))
    if len(found) > OBJECTS_MAX:
        raise Unreadable(f"has more than {OBJECTS_MAX} objects", "$")
    if not found and not any(name.endswith(_SUFFIXES) for name in document):
        raise Unreadable("has no object of GA/T 1400", "$")
    return [reading for record in found for reading in _read(record)]


def _document(payload: bytes) -> Any:
    """The JSON, also where nothing but its last closing brackets is missing (short buffers)."""
    try:
        return lenient_json(payload)
    except Unreadable:
        text = payload.rstrip()
        if text[-1:] not in (b"}", b"]") or not (missing := _unclosed(text)):
            raise
        return lenient_json(text + missing)


def _unclosed(text: bytes) -> bytes:
    """The brackets that a text leaves open, in the order in which they close."""
    opened: list[bytes] = []
    for mark in _BRACKETS.findall(text):
        if mark in _CLOSING:
            opened.append(_CLOSING[mark])
        elif opened and mark == opened[-1]:
            opened.pop()
        if len(opened) > DEPTH_MAX * 2:
            return b""
    return b"".join(reversed(opened))


def _read(record: Record) -> list[Reading]:
    read = readers().get(record.name.lower())
    if read is None:
        raise Unreadable(f"unknown object {record.name!r}; objects.csv lacks it", record.path)
    return read(record)


def _objects(holder: Mapping[str, Any], path: str, depth: int) -> Iterator[Record]:
    """The objects below a holder; what is no object or list of them is its own business."""
    if depth > DEPTH_MAX:
        raise Unreadable("is nested too deeply", path)
    for name, value in holder.items():
        here = f"{path}.{name}"
        if isinstance(value, Mapping) and name.endswith(_LISTS):
            yield from _objects(value, here, depth + 1)
            continue
        base = _base(name)
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, Mapping):
                continue
            if base.lower() in _NOTIFICATIONS:
                yield from _objects(item, here, depth + 1)
            else:
                yield Record(base, item, here)


def _base(name: str) -> str:
    suffix = next((suffix for suffix in _SUFFIXES if name.endswith(suffix)), "")
    return name[: len(name) - len(suffix)] or name
