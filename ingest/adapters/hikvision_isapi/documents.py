"""From a payload to the documents in it: XML or JSON, bare, wrapped, in parts or in a row.

Pictures are never read: they go with the document they follow (or precede, if none yet).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingest import loose
from ingest.adapters.hikvision_isapi.record import Record
from ingest.converters import load_json, text_of
from ingest.message import Unreadable
from ingest.multipart import Part, parts
from ingest.xml_tree import read_xml

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from ingest.quick import dataclass

ALERT = "EventNotificationAlert"
ROOTS = (ALERT, "AcsEvent", "AcsWorkStatus", "CallStatus", "Plates", "DeviceInfo")
"""Documents that say something of the device; anything else is refused by name."""

_WRAPPERS = ("payload", "alarm", "body", "plate", "event_log", "event")
"""Where bridges put the document they took from the device."""

_WRAPPERS_DEEP = 4
_ALERT_END = re.compile(rb"</(?:[\w.-]{1,40}:)?EventNotificationAlert\s*>")
_PICTURE_NAME = re.compile(r"\.(jpe?g|png|bmp)$", re.IGNORECASE)
_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"BM")
_BLANKS = b"\xef\xbb\xbf \t\r\n\0"


@dataclass(frozen=True, slots=True)
class Document:
    """One object under its root's name, and the pictures sent with it."""

    root: str
    record: Record
    pictures: tuple[Part, ...] = ()


def documents(payload: bytes) -> list[Document]:
    """The documents of a payload in order. Raises Unreadable if there is none."""
    if not payload.strip(_BLANKS):
        raise Unreadable("is empty", "$")
    found = parts(payload)
    return _of_parts(found) if found else _read(payload, "$")


def _of_parts(found: list[Part]) -> list[Document]:
    read: list[Document] = []
    early: list[Part] = []
    for number, part in enumerate(found, start=1):
        if _is_picture(part):
            if read:
                read[-1] = replace(read[-1], pictures=(*read[-1].pictures, part))
            else:
                early.append(part)
        elif _is_text(part.body):
            read.extend(_read(part.body, f"part {number}"))
    if not read:
        raise Unreadable(f"has {len(found)} parts, none of them XML or JSON", "$")
    read[0] = replace(read[0], pictures=(*early, *read[0].pictures))
    return read


def _is_picture(part: Part) -> bool:
    named = _PICTURE_NAME.search(part.filename or part.name or "") is not None
    shown = part.content_type.startswith("image/") or part.body.startswith(_PICTURE_STARTS)
    return shown or (named and not _is_text(part.body))


def _is_text(body: bytes) -> bool:
    return body.lstrip(_BLANKS)[:1] in (b"<", b"{", b"[")


def _read(body: bytes, path: str) -> list[Document]:
    text = body.strip(_BLANKS)
    if text[:1] == b"<":
        return [_of_xml(one, path) for one in _in_a_row(text)]
    if text[:1] in (b"{", b"["):
        return [
            _of_json(item, path)
            for value in _json_values(text)
            for item in (value if isinstance(value, list) else (value,))
        ]
    raise Unreadable(f"is neither XML, JSON nor multipart (starts with {text[:20]!r})", path)


def _in_a_row(text: bytes) -> Iterator[bytes]:
    """Alerts written one after the other, as saved streams have them."""
    begin = 0
    for end in _ALERT_END.finditer(text):
        yield text[begin : end.end()]
        begin = end.end()
    if text[begin:].strip():
        yield text[begin:]


def _of_xml(text: bytes, path: str) -> Document:
    if text.lstrip(_BLANKS)[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise Unreadable("is an HTML page and no event; was the page of an error posted?", path)
    root, content = read_xml(text, path)
    return Document(_known(root, path), Record(content, path))


def _json_values(text: bytes) -> list[Any]:
    """The values of a text: one by rights; people who write one down add comments or cut it off."""
    try:
        return [load_json(text)]
    except Unreadable as fault:
        found = loose.documents(text_of(text))
        if not all(isinstance(value, Mapping) and _tells(value) for value in found):
            raise fault from None
        return found


def _tells(value: Mapping[str, Any]) -> bool:
    """Whether what could be read of a text holds the part that says what happened."""
    record = Record(value)
    inner = record.part(ALERT, *_WRAPPERS) or record
    event = inner.text("eventType")
    return event is not None and (event.lower() not in _WITH_CONTENT or event in inner)


_WITH_CONTENT = frozenset({"accesscontrollerevent", "anpr", "cidevent"})


def _of_json(value: Any, path: str) -> Document:
    if not isinstance(value, dict):
        raise Unreadable("is JSON but no object", path)
    return _unwrapped(value, path)


def _unwrapped(content: Mapping[str, Any], path: str) -> Document:
    for _ in range(_WRAPPERS_DEEP):
        record = Record(content, path)
        if "eventType" in record or "AccessControllerEvent" in record:
            return Document(ALERT, record)
        if "major" in record and "minor" in record and "time" in record:
            return Document("AcsEvent", Record({"InfoList": content}, path))
        if "captureTime" in record and "plateNumber" in record:
            return Document("Plates", Record({"Plate": content}, path))
        for root in ROOTS:
            inner = record.part(root)
            if inner is not None and (root != ALERT or "eventType" in inner):
                return Document(root, inner)
        wrapped = next(filter(None, (_inside(record, w) for w in (ALERT, *_WRAPPERS))), None)
        if not isinstance(wrapped, Mapping):
            break
        content = wrapped
    keys = ", ".join(sorted(map(str, content))[:5])
    raise Unreadable(f"is JSON without an event this adapter knows (its keys: {keys})", path)


def _inside(record: Record, name: str) -> Mapping[str, Any] | None:
    """The object under a name, or in the JSON text that a form's field holds."""
    value = record.raw(name)
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        value = load_json(value)
    return value if isinstance(value, Mapping) else None


def _known(root: str, path: str) -> str:
    if root not in ROOTS:
        raise Unreadable(f"is a {root} document, which is no event", path)
    return root
