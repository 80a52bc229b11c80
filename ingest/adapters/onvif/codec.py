"""ONVIF notifications to readings: over MQTT, as XML, and as bridges decode them. Pure."""

from functools import lru_cache
from typing import Any

from ingest.adapters._onvif.bridge_form import read_decoded, read_printed
from ingest.adapters._onvif.meaning import read_notification
from ingest.adapters._onvif.notification import (
    Notification,
    flat_items,
    topic_path,
    utc_time,
)
from ingest.adapters._onvif.topics import standard_topics
from ingest.adapters._onvif.xml_form import read_notifications
from ingest.converters import lenient_json, said
from ingest.message import Message, Reading
from ingest.topics import TOPIC_REMEMBERED_MAX

PAYLOAD = "onvif-ej"
"""The topic level that says: an ONVIF event as JSON (Core Specification, "Event broker")."""

_PRINTED = b"_value_1"


def decode(message: Message) -> list[Reading]:
    """Every reading of a message, in order. Raises Unreadable as soon as one is not understood.

    An empty payload on an event's topic deletes a property: nothing to tell.
    """
    payload = message.payload.strip()
    if not payload and PAYLOAD in message.topic:
        return []
    topics = standard_topics()
    return [
        reading
        for notification in _notifications(message, payload)
        for reading in read_notification(notification, topics)
    ]


def _notifications(message: Message, payload: bytes) -> list[Notification]:
    if payload[:1] == b"<" or payload[:4] == b"\xef\xbb\xbf<":
        return read_notifications(payload)
    if _PRINTED in payload:
        return read_printed(payload)
    document = lenient_json(payload)
    if isinstance(document, dict) and not {"Source", "Data"}.isdisjoint(document):
        return [_event(message.topic, document)]
    return read_decoded(document)


def _event(mqtt_topic: str, document: dict[str, Any]) -> Notification:
    """An onvif-ej payload. Its topic tells the device and the event; some firmware repeats it."""
    device, path = split_topic(mqtt_topic)
    return Notification(
        path or topic_path(said(document.get("Topic")) or ""),
        time=utc_time(document.get("UtcTime"), "$.UtcTime"),
        operation=said(document.get("PropertyOperation")),
        device=device,
        source={**flat_items(document.get("Key")), **flat_items(document.get("Source"))},
        data=flat_items(document.get("Data")),
    )


def split_topic(topic: str) -> tuple[str | None, tuple[str, ...]]:
    """The device's prefix and the event's path of `PREFIX/onvif-ej/PATH/&SOURCE`."""
    return _remembered(topic) if len(topic) <= TOPIC_REMEMBERED_MAX else _split(topic)


def _split(topic: str) -> tuple[str | None, tuple[str, ...]]:
    before, found, behind = f"/{topic}".partition(f"/{PAYLOAD}/")
    if not found:
        return None, ()
    return before.strip("/") or None, topic_path(behind.partition("/&")[0])


_remembered = lru_cache(maxsize=2048)(_split)
