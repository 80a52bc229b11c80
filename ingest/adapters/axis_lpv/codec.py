"""License Plate Verifier to readings: one passage is one reading, however often it is told. Pure.

The application tells a passage as new, with every change as update, and as lost some 10 s after
the last sight, all with the same `carID`. VAPIX, "License plate verifier API".
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ingest.adapters._onvif.notification import Notification, flat_items, topic_path
from ingest.adapters._onvif.values import condition
from ingest.adapters._onvif.xml_form import read_notifications
from ingest.adapters.axis_lpv.passage import read_passage
from ingest.converters import lenient_json, said
from ingest.message import Message, Picture, Reading, Unreadable
from ingest.multipart import Part, parts
from ingest.xml_tree import read_xml

_EVENT_PARTS = ("event", "json", "data")


def decode(message: Message) -> list[Reading]:
    """Every passage of a message, in order. Raises Unreadable for what is none of its forms."""
    payload = message.payload.strip()
    if payload[:1] == b"<":
        return _read_document(payload)
    if payload[:1] in (b"{", b"["):
        return list(_read_json(lenient_json(payload)))
    found = parts(payload)
    told = [reading for part in found if _is_event(part) for reading in _of_part(part, found)]
    if not told:
        raise Unreadable("is neither JSON, XML nor a form with an event part", "$")
    return told


def _is_event(part: Part) -> bool:
    return part.body[:1] in (b"{", b"[") and (part.name or _EVENT_PARTS[0]) in _EVENT_PARTS


def _of_part(event: Part, found: list[Part]) -> Iterator[Reading]:
    """The passages of a form, with the pictures that came beside them."""
    carried = tuple(
        Picture(part.filename or part.name or "image", "vehicle", part.body)
        for part in found
        if part is not event and part.content_type.startswith("image/")
    )
    for reading in _read_json(lenient_json(event.body)):
        yield replace(reading, pictures=(*reading.pictures, *carried))


def _read_json(document: Any) -> Iterator[Reading]:
    if isinstance(document, list):
        for item in document:
            yield from _read_json(item)
    elif not isinstance(document, Mapping):
        raise Unreadable("is no event of the License Plate Verifier", "$")
    elif isinstance(content := document.get("message"), Mapping):
        path = topic_path(said(document.get("topic")) or "")
        device = said(document.get("serial"))
        yield _of_notification(
            Notification(path, device=device, data=flat_items(content.get("data"))),
            document.get("timestamp"),
        )
    else:
        yield read_passage(document)


def _read_document(payload: bytes) -> list[Reading]:
    """A notification of the metadata stream, or the list that `search.cgi` gives."""
    if b"NotificationMessage" in payload:
        return [_of_notification(one, None) for one in read_notifications(payload)]
    root, content = read_xml(payload)
    if root != "events":
        raise Unreadable(f"is a {root} document, which is no list of plates", "$")
    listed = content.get("event", [])
    return [
        read_passage(one)
        for one in (listed if isinstance(listed, list) else [listed])
        if isinstance(one, Mapping)
    ]


def _of_notification(notification: Notification, stamp: Any) -> Reading:
    """An ALPV event: with the whole passage, or only that one of its conditions holds."""
    if "carState" in notification.data or "text" in notification.data:
        told = {k.replace("\\_", "_"): v for k, v in notification.data.items()}
        reading = read_passage({"capture_timestamp": stamp, **told})
        device = reading.device or notification.device
        return replace(reading, device=device, time=reading.time or notification.time)
    name = notification.path[-1] if notification.path else "ALPV"
    passage = read_passage({"capture_timestamp": stamp}, needed=False)
    return Reading(
        "device.state_reported",
        device=notification.device,
        time=notification.time or passage.time,
        native=name,
        key=name,
        fields={"state": {name: condition(notification.data)}},
    )
