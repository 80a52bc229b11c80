"""One ONVIF notification, whatever carried it: topic, time, operation, source and data. Pure.

ONVIF Core Specification, chapter "Event handling": a message has a UtcTime, perhaps a
PropertyOperation (Initialized: the state at subscription, Changed, Deleted), and simple items by
name in Source, Key and Data.
"""

from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingest.converters import iso_time, said
from ingest.message import DeviceTime

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from ingest.quick import dataclass

INITIALIZED, DELETED = "Initialized", "Deleted"
_TOPIC_CHARS_REMEMBERED = 256
_FLATTEN_DEPTH_MAX = 12
_SCALARS = frozenset({str, int, float, bool, type(None)})
"""Most values; to ask whether they are mappings costs more than all else here."""


@dataclass(frozen=True, slots=True)
class Notification:
    """`path` is the topic without namespaces, `source` and `data` are the items by name.

    `device` is None where only the connection knows it. `operation` is None where the transport
    does not tell it (MQTT) or the event is no property.
    """

    path: tuple[str, ...]
    time: DeviceTime | None = None
    operation: str | None = None
    device: str | None = None
    source: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        """The path as one text."""
        return "/".join(self.path)

    def of_source(self, *names: str) -> str | None:
        """The first of the source items that says something."""
        return _first(self.source, names)

    def of_data(self, *names: str) -> str | None:
        """The first of the data items that says something."""
        return _first(self.data, names)


def _first(items: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        if (text := said(items.get(name))) is not None:
            return text
    return None


def topic_path(topic: str) -> tuple[str, ...]:
    """The parts of a topic without their namespaces: `tns1:Device/tnsaxis:IO/Port`."""
    return _remembered(topic) if len(topic) <= _TOPIC_CHARS_REMEMBERED else _path(topic)


def _path(topic: str) -> tuple[str, ...]:
    parts = (part.rpartition(":")[2].strip() for part in topic.strip().split("/"))
    return tuple(part for part in parts if part and part != ".")


_remembered = lru_cache(maxsize=2048)(_path)


def utc_time(text: Any, path: str) -> DeviceTime | None:
    """UtcTime, which is UTC by definition also where its Z is missing. Raises Unreadable."""
    raw = said(text)
    if raw is None:
        return None
    found = iso_time(raw, path)
    if found.instant is None:
        found = iso_time(f"{raw}Z", path)
    return DeviceTime(raw, instant=found.instant, local=None)


def flat_items(section: Any) -> dict[str, Any]:
    """The items of a JSON Source or Data, by name.

    Both forms that devices publish are read: plain members, and `SimpleItem` lists of Name and
    Value. What is nested (element items) is laid flat by its innermost name.
    """
    found: dict[str, Any] = {}
    _flatten(section, None, found, 0)
    return found


def _flatten(value: Any, name: str | None, found: dict[str, Any], depth: int) -> None:
    if depth > _FLATTEN_DEPTH_MAX:
        return
    if isinstance(value, list):
        for item in value:
            _flatten(item, name, found, depth + 1)
    elif type(value) in _SCALARS or not isinstance(value, Mapping):
        if name is not None:
            found.setdefault(name, value)
    elif (name_of := attribute(value, "Name")) is not None and _has_value(value):
        found.setdefault(str(name_of), attribute(value, "Value"))
    else:
        for member, inner in value.items():
            _flatten(inner, _named(str(member), name), found, depth + 1)


def attribute(element: Any, name: str) -> Any:
    """An attribute, as libraries write it: bare, with `@` or `_` before it, or in a group `$`."""
    if not isinstance(element, Mapping):
        return None
    for written in _spellings(name):
        if written in element:
            return element[written]
    group = element.get("$")
    return group.get(name) if isinstance(group, Mapping) else None


@lru_cache(maxsize=256)
def _spellings(name: str) -> tuple[str, str, str]:
    return name, f"@{name}", f"_{name}"


def _has_value(element: Mapping[str, Any]) -> bool:
    group = element.get("$")
    return any(n in element for n in ("Value", "@Value", "_Value")) or (
        isinstance(group, Mapping) and "Value" in group
    )


def _named(member: str, parent: str | None) -> str | None:
    """`#text` is its parent's; a class's type is what other rules call ClassTypes."""
    if member == "#text":
        return parent
    if member == "Type" and parent == "Class":
        return "ClassTypes"
    return None if member.startswith(("@", "_attr")) else member
