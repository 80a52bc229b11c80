"""UniFi Access to readings: notifications of the WebSocket, webhooks, and bridges' topics. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.adapters.unifi_access import doors
from ingest.adapters.unifi_access.logs import read_insight, read_log
from ingest.adapters.unifi_access.notice import Notice, notice_of
from ingest.converters import lenient_json, text_of
from ingest.loose import documents
from ingest.message import Message, Reading, Unreadable

_PREFIX = ["unifi", "access"]
_READERS: Mapping[str, Callable[[Notice], list[Reading]]] = {
    "access.logs.add": read_log,
    "access.logs.insights.add": read_insight,
    "access.remote_view": doors.ring,
    "access.hw.door_bell": doors.ring,
    "access.remote_view.change": doors.call_ended,
    "access.data.device.remote_unlock": doors.remote_unlock,
    "access.data.v2.location.update": doors.location,
    "access.data.device.location_update_v2": doors.location,
    "access.data.location.update": doors.location,
    "access.data.v2.device.update": doors.hub,
    "access.data.device.update": doors.hub,
    "access.data.device.delete": doors.state,
    "access.data.device.remote_view": doors.state,
    "access.data.setting.update": doors.state,
    "access.door.unlock": doors.unlock_webhook,
    "access.device.dps_status": doors.contact_webhook,
    "access.doorbell.incoming": doors.ring_webhook,
    "access.doorbell.incoming.REN": doors.ring_webhook,
    "access.doorbell.completed": doors.completed_webhook,
    "access.device.emergency_status": doors.webhook_state,
    "access.unlock_schedule.activate": doors.webhook_state,
    "access.unlock_schedule.deactivate": doors.webhook_state,
    "access.temporary_unlock.start": doors.webhook_state,
    "access.temporary_unlock.end": doors.webhook_state,
}
_QUIET = frozenset(
    {"access.base.info", "access.data.top_log.update", "access.visitor.status.changed",
     "access.capture.add"}
)  # fmt: skip
"""Counters of the log, a visitor's papers, pictures by address."""


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    text = message.payload.strip()
    if text.strip(b'"').startswith(b"Hello") and len(text) < 40:
        return [Reading("device.heartbeat", native="Hello")]
    levels = message.topic.strip("/").split("/")
    if levels[:2] == _PREFIX and text[:1] not in (b"{", b"["):
        return doors.word(message, levels[2:])
    value = _parsed(message.payload)
    if "lock_status" in value or ("door_id" in value and "status" in value):
        return doors.bridge_state(value)
    notice = notice_of(value)
    if notice.event in _QUIET:
        return []
    reader = _READERS.get(notice.event)
    if reader is None:
        what = f"event {notice.event[:64]!r} is not known here; see the README"
        raise Unreadable(what, "$.event")
    return reader(notice)


def _parsed(payload: bytes) -> Mapping[str, Any]:
    """The object of a payload; of one that a log cut off, what stands before the cut."""
    try:
        value = lenient_json(payload)
    except Unreadable:
        value = documents(text_of(payload))[0]
    if not isinstance(value, dict):
        raise Unreadable("is no JSON object", "$")
    return value
