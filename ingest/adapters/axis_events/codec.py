"""Axis events to readings: the MQTT event bridge's JSON, and ONVIF notifications as XML. Pure."""

from functools import cache
from typing import Any

from ingest.adapters._onvif.bridge_form import read_printed
from ingest.adapters._onvif.meaning import read_notification
from ingest.adapters._onvif.notification import Notification, flat_items, topic_path, utc_time
from ingest.adapters._onvif.topics import Topics, standard_lines
from ingest.adapters._onvif.xml_form import read_notifications
from ingest.adapters.axis_events.analytics import is_count, read_count
from ingest.adapters.axis_events.entry import ID_POINT, read_id_point
from ingest.converters import epoch_time, flag, lenient_json, said
from ingest.message import DeviceTime, Message, Reading, Unreadable
from ingest.tables import rows

_PER_S = 1000
_PREFIX = "axis"
_INTERNAL = ("xinternal_data", "timer")
"""Leaves of topics that applications keep for themselves."""


def decode(message: Message) -> list[Reading]:
    """Every reading of a message. Raises Unreadable for what is no Axis event.

    An empty payload deletes what the broker had retained: nothing to tell.
    """
    payload = message.payload.strip()
    if not payload and message.topic.startswith(f"{_PREFIX}/"):
        return []
    if payload[:1] == b"<":
        found = read_notifications(payload)
    elif b"_value_1" in payload:
        found = read_printed(payload)
    else:
        return _read_json(message, lenient_json(payload))
    return [reading for one in found for reading in _readings(one)]


def _read_json(message: Message, document: Any) -> list[Reading]:
    if not isinstance(document, dict):
        raise Unreadable("is no event of an Axis device", "$")
    document = _unwrapped(document)
    if "operation" in document and "message" not in document:
        return _readings(_decoded(document))
    connected = flag(document.get("connected"))
    if connected is not None and "message" not in document:
        word = "device.online" if connected else "device.offline"
        return [Reading(word, device=_serial(message.topic), native="connection")]
    return _readings(_bridged(message.topic, document))


def _unwrapped(document: dict[str, Any]) -> dict[str, Any]:
    """The notification of a WebSocket message (`events:notify`), or the document itself."""
    params = document.get("params")
    told = params.get("notification") if isinstance(params, dict) else None
    return told if isinstance(told, dict) else document


def _decoded(document: dict[str, Any]) -> Notification:
    """What the event library of Home Assistant makes of a notification: one item, no time."""
    path = topic_path(said(document.get("topic")) or "")
    if not path:
        raise Unreadable("has no topic", "$.topic")
    source, item = said(document.get("source")), said(document.get("type"))
    return Notification(
        path,
        time=None,
        operation=said(document.get("operation")),
        source={source: document.get("source_idx")} if source else {},
        data={item or "state": document.get("value")},
    )


def _bridged(mqtt_topic: str, document: dict[str, Any]) -> Notification:
    """What the event bridge publishes; the operation of a property is not among it."""
    content = document.get("message")
    path = topic_path(said(document.get("topic")) or _event_path(mqtt_topic))
    if not path or not isinstance(content, dict):
        raise Unreadable("has no topic or no message", "$")
    return Notification(
        path,
        time=_time(document.get("timestamp")),
        device=said(document.get("serial")) or _serial(mqtt_topic),
        source={**flat_items(content.get("key")), **flat_items(content.get("source"))},
        data=flat_items(content.get("data")),
    )


def _time(stamp: Any) -> DeviceTime | None:
    """Milliseconds since 1970; publishers of a camera's WebSocket may write a text of it."""
    if stamp is None:
        return None
    if isinstance(stamp, str) and "-" in stamp:
        return utc_time(stamp, "$.timestamp")
    return epoch_time(stamp, "$.timestamp", unit_per_s=_PER_S)


def _serial(mqtt_topic: str) -> str | None:
    """The serial number in the default prefix `axis/SERIAL`."""
    levels = mqtt_topic.split("/")
    return levels[1] if len(levels) > 2 and levels[0] == _PREFIX else None


def _event_path(mqtt_topic: str) -> str:
    return mqtt_topic.partition("/event/")[2]


def _readings(notification: Notification) -> list[Reading]:
    if notification.path[-1] in _INTERNAL:
        return []
    if is_count(notification):
        return [read_count(notification)]
    if notification.path[0].lower() == ID_POINT and (own := read_id_point(notification)):
        return own
    return read_notification(notification, axis_topics())


@cache
def axis_topics() -> Topics:
    """The standard's topics, and over them those of Axis."""
    return Topics([*standard_lines(), *rows(__package__, "topics.csv")])
