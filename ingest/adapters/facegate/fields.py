"""The fields of this protocol, in all their spellings: names, numbers, times, pictures. Pure.

The MQTT and the HTTP form of one protocol name the same things differently, and both misspell; so
names are looked up without regard to case, and each has the list of its spellings here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.converters import iso_time, said, whole
from ingest.message import DeviceTime, Picture
from ingest.message import PictureKind as Kind

DEVICE = ("facesluiceid", "facesluiceld", "deviceid", "facesluice_id")
TIME = ("time", "createtime", "snaptime", "starttime", "recordtime")
_PICTURES: Mapping[str, Kind] = {
    "pic": "scene", "sanppic": "scene", "snappic": "scene", "scene": "scene", "scenepic": "scene",
    "tempic": "scene", "platepic": "plate", "picture": "scene",
}  # fmt: skip
_MAIN = frozenset({"pic", "sanppic", "snappic", "picture"})
_LINKS = ("http://", "https://", "ftp://")


@dataclass(frozen=True, slots=True)
class Fields:
    """The `info` of a message over the rest of its envelope, by names in lower case."""

    values: Mapping[str, Any]

    def text(self, *names: str) -> str | None:
        """The first of the names that says something."""
        return next((found for name in names if (found := said(self.values.get(name)))), None)

    def number(self, *names: str) -> int | None:
        """The first of the names that holds a whole number."""
        found = (whole(self.values[name]) for name in names if name in self.values)
        return next((value for value in found if value is not None), None)

    def identity(self, *names: str) -> str | None:
        """As `text`, but 0 is nobody."""
        found = (self.text(name) for name in names)
        return next((text for text in found if text is not None and text != "0"), None)

    def time(self) -> DeviceTime | None:
        """The device's wall clock, None where the message has none. Raises Unreadable."""
        found = self.text(*TIME)
        # One protocol's `RecordTime` counts the seconds of a film and is no time of day.
        if found is None or found.isdigit():
            return None
        return iso_time(found.replace("/", "-"), "$.info.time")

    def pictures(self, shows: Kind) -> tuple[str | Picture, ...]:
        """The pictures the message carries; the main one shows what the message is about."""
        return tuple(
            _picture(name, shows if name in _MAIN else kind, text)
            for name, kind in _PICTURES.items()
            if isinstance(text := self.values.get(name), str) and text
        )


def fields_of(body: Mapping[str, Any], info: Any) -> Fields:
    """The fields of a message; what stands in `info` goes before what stands beside it."""
    inner = info if isinstance(info, dict) else {}
    return Fields(dict(_folded(body.items())) | dict(_folded(inner.items())))


def _folded(items: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any]]:
    return ((name.lower(), value) for name, value in items)


def _picture(name: str, kind: Kind, text: str) -> str | Picture:
    return text if text.startswith(_LINKS) else Picture(name, kind, text)


def device_id(text: str | None) -> str | None:
    """The device's id; some installations write `id@@@code`."""
    return None if text is None else text.split("@@@")[0].strip() or None
