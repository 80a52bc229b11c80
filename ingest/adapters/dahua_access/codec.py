"""Events of ASI terminals as a bridge on the maker's network library writes them. Pure.

One object per event: `deviceId`, `timestamp` (UTC) and `data` with `eventType`, which is a method
of opening for an attempt at the door and an alarm's name for an alarm.
"""

from collections.abc import Mapping
from typing import Any

from ingest.adapters._dahua.access import reason_of
from ingest.adapters._dahua.clock import bridge_time
from ingest.adapters._dahua.names import device_name, pictures, table, tables
from ingest.converters import flag, said, text_of, whole
from ingest.loose import documents
from ingest.message import Message, Reading, Unreadable
from schemas.event_data import Direction, Method

_ALARMS = {
    "ChassisIntrusion": "device.tampered",
    "DoorNotClosed": "door.held",
    "BreakIn": "door.forced",
    "Duress": "access.duress",
    "UrgencyAlarm": "help.requested",
}
_METHODS: dict[str, Method] = {
    "Password": "pin", "CustomPassword": "pin", "UserID+Password": "pin", "DuressPassword": "pin",
    "Card": "card", "Fingerprint": "fingerprint", "Face": "face", "QRCode": "qr",
    "Bluetooth": "bluetooth", "Remote": "remote", "LocalButton": "button", "Unknown": "unknown",
    "Key": "unknown", "MultiPerson": "combination",
}  # fmt: skip
_WAYS: dict[str, Direction] = {"ENTRY": "in", "EXIT": "out"}
_DURESS_CODE = "DuressPassword"
_EVENTS_MAX = 1000


def decode(message: Message) -> list[Reading]:
    """The readings of one event, or of a file of them. Raises Unreadable."""
    rows = [row for body in documents(text_of(message.payload)) for row in _rows(body)]
    if not rows:
        raise Unreadable("holds no event object", "$")
    if len(rows) > _EVENTS_MAX:
        raise Unreadable(f"holds more than {_EVENTS_MAX} events", "$")
    return [_reading(row) for row in rows]


def _rows(body: Any) -> list[Mapping[str, Any]]:
    return tables(body["events"] if isinstance(body, dict) and "events" in body else body)


def _reading(row: Mapping[str, Any]) -> Reading:
    data = table(row.get("data"))
    kind = said(data.get("eventType"))
    if kind is None:
        raise Unreadable("names no event", "$.data.eventType")
    alarm = _ALARMS.get(kind)
    if alarm is None and not _is_attempt(kind, data):
        reason = f"event type {kind[:64]!r} is not one this adapter knows"
        raise Unreadable(reason, "$.data.eventType")
    word = alarm or _decision(kind, data)
    door = whole(data.get("door"))
    return Reading(
        type=word,
        device=device_name(row.get("deviceId")),
        time=bridge_time(row.get("timestamp")),
        channel=None if door is None or door < 0 else str(door),
        subject=said(data.get("userId")) or said(data.get("cardNumber")),
        direction=None if alarm else _WAYS.get(said(data.get("alarmEventType")) or ""),
        native=kind,
        pictures=pictures(data),
        fields=_fields(word, kind, data),
    )


def _is_attempt(kind: str, data: Mapping[str, Any]) -> bool:
    return kind in _METHODS or "+" in kind or said(data.get("alarmEventType")) in _WAYS


def _decision(kind: str, data: Mapping[str, Any]) -> str:
    success = flag(data.get("isSuccess"))
    if success is False:
        return "access.denied"
    if kind == _DURESS_CODE:
        return "access.duress"
    return "access.granted" if success else "access.presented"


def _fields(word: str, kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Method, reader and person for what happens at a reader; the reason of a refusal."""
    if not word.startswith("access."):
        return {}
    fields: dict[str, Any] = {
        "method": _METHODS.get(kind, "combination" if "+" in kind else "unknown"),
        "reader": said(data.get("readerId")),
        "person": said(data.get("cardName")),
    }
    if word == "access.denied":
        named = said(data.get("userId")) is not None
        fields["reason"] = reason_of(data.get("errorCode"), named=named)
    return fields
