"""Notifications as SOAP libraries print them: nested objects, with times written as calls. Pure.

Bridges publish and log what their library decoded. Nothing is evaluated: a time that stands there
as a call is rewritten to text, and the rest is read as loose JSON.
"""

import re
from collections.abc import Mapping
from typing import Any

from ingest.adapters._onvif.notification import (
    Notification,
    attribute,
    flat_items,
    topic_path,
    utc_time,
)
from ingest.adapters._onvif.xml_form import producer
from ingest.converters import said, text_of
from ingest.loose import documents
from ingest.message import Unreadable

_CALL = re.compile(
    r"datetime\.datetime\(\s*(\d{4}),\s*(\d{1,2}),\s*(\d{1,2}),\s*(\d{1,2}),\s*(\d{1,2})"
    r"(?:,\s*(\d{1,2}))?(?:,\s*(\d{1,6}))?(?:,\s*tzinfo=(?:[\w.]{1,40}|<[\w.]{1,40}>)(?:\(\))?)?"
    r",?\s*\)"
)
_CONTENT = ("_value_1", "#text", "_")
DEPTH_MAX = 8
_REMARK = re.compile(r",[ \t]*#[^\n'\"]*$", re.MULTILINE)


def read_printed(payload: bytes) -> list[Notification]:
    """Every notification of a structure as Python prints it. Raises Unreadable for none."""
    text = _CALL.sub(_as_text, _REMARK.sub(",", text_of(payload)))
    return [one for document in documents(text) for one in read_decoded(document)]


def _as_text(call: re.Match[str]) -> str:
    year, month, day, hour, minute = (int(part) for part in call.groups()[:5])
    second, micros = int(call[6] or 0), int(call[7] or 0)
    clock = f"{hour:02}:{minute:02}:{second:02}.{micros:06}"
    return f'"{year:04}-{month:02}-{day:02}T{clock}Z"'


def read_decoded(document: Any) -> list[Notification]:
    """Every notification of a decoded structure, whichever library made it.

    Raises Unreadable if there is none.
    """
    found = _notifications(document, 0)
    if not found:
        raise Unreadable("is no ONVIF notification", "$")
    return found


def _notifications(document: Any, depth: int) -> list[Notification]:
    if depth > DEPTH_MAX:
        return []
    if isinstance(document, list):
        return [one for item in document for one in _notifications(item, depth + 1)]
    topic = said(_content(_member(document, "Topic")))
    message = _content(_member(document, "Message"))
    if topic is None:
        inner = _member(document, "NotificationMessage")
        return [] if inner is None else _notifications(inner, depth + 1)
    message = _content(_member(message, "Message")) or message
    address = _member(_content(_member(document, "ProducerReference")), "Address")
    return [
        Notification(
            topic_path(topic),
            time=utc_time(attribute(message, "UtcTime"), "$.Message.UtcTime"),
            operation=said(attribute(message, "PropertyOperation")),
            device=producer(said(_content(address))),
            source={
                **flat_items(_member(message, "Key")),
                **flat_items(_member(message, "Source")),
            },
            data=flat_items(_member(message, "Data")),
        )
    ]


def _content(value: Any) -> Any:
    """What stands under a library's own member for an element's content, or the value itself."""
    if isinstance(value, Mapping):
        return next((value[name] for name in _CONTENT if name in value), value)
    return value


def _member(element: Any, name: str) -> Any:
    """A member as it is spelt, with a small first letter, or with a namespace before it."""
    if not isinstance(element, Mapping):
        return None
    for written in (name, name[0].lower() + name[1:], f"wsnt:{name}", f"tt:{name}"):
        if written in element:
            return element[written]
    return None
