"""Webhooks of Protect's alarm manager, and the track of a detection. Pure.

`{"alarm": {"name", "triggers": [{"key", "device", "eventId", "value", "timestamp", "zones"}]}}`;
a trigger names the camera by its MAC address, where the WebSocket names it by an id of its own.
"""

from collections.abc import Mapping
from typing import Any

from ingest.adapters.unifi_protect.events import instant
from ingest.converters import iso_time, said, share
from ingest.message import DeviceTime, Reading, Unreadable

_PLATES = {
    "license_plate": None, "license_plate_known": "known", "license_plate_unknown": "unknown",
    "license_plate_of_interest": "of interest",
}  # fmt: skip
_OBJECTS = {"person": "person", "vehicle": "vehicle", "animal": "animal", "package": "package"}
_WORDS = {
    "motion": "motion.started",
    "ring": "doorbell.rung",
    "face_unknown": "face.seen",
    "face_known": "face.recognized",
    "face_of_interest": "face.recognized",
    "sensor_door_opened": "door.opened",
    "sensor_opened": "door.opened",
    "sensor_door_closed": "door.closed",
    "sensor_closed": "door.closed",
    "sensor_motion": "motion.started",
    "sensor_tamper": "device.tampered",
    "nfc_card_scanned": "access.presented",
    "fingerprint_identified": "access.presented",
    "line_crossed": "line.crossed",
    "loiter": "loitering.started",
    "device_disconnected": "device.offline",
    "access.door.unlock": "access.granted",
    "access.door.access_denied": "access.denied",
}
_TOLD: dict[str, tuple[str, dict[str, Any]]] = {
    "audio_alarm_smoke": ("fire.detected", {"hazard": "smoke"}),
    "audio_alarm_co": ("fire.detected", {"hazard": "gas"}),
    "audio_alarm_glass_break": ("device.tampered", {"zone": "glass"}),
}
"""What a camera hears, and the WebSocket tells as `smartAudioDetect`."""
_PANIC = ("help.requested", {"silent": True})
_BUTTON = "sensor_button_pressed"


def read_alarm(data: Mapping[str, Any]) -> list[Reading]:
    """The triggers of an alarm, one reading each; one that was tried out by hand names none and is
    a state. Raises Unreadable where neither a trigger nor a time says anything.
    """
    alarm = data.get("alarm")
    triggers = alarm.get("triggers") if isinstance(alarm, dict) else None
    rows = [row for row in triggers if isinstance(row, dict)] if isinstance(triggers, list) else []
    if not rows and "timestamp" not in data:
        raise Unreadable("has no trigger, so nothing set this alarm off", "$.alarm.triggers")
    if not rows:
        state, time = {"alarm": "without trigger"}, _time(data["timestamp"])
        return [
            Reading("device.state_reported", time=time, native="alarm", fields={"state": state})
        ]
    return [_trigger(row, data) for row in rows]


def _trigger(row: Mapping[str, Any], data: Mapping[str, Any]) -> Reading:
    key = said(row.get("key"))
    if key is None:
        raise Unreadable("has a trigger without key", "$.alarm.triggers")
    common = Reading(
        "", said(row.get("device")), _time(row.get("timestamp", data.get("timestamp"))),
        native=f"alarm/{key}", key=said(row.get("eventId")),
    )  # fmt: skip
    return _meant(key, row, common)


def _meant(key: str, row: Mapping[str, Any], common: Reading) -> Reading:
    value = said(row.get("value"))
    if key in _PLATES:
        fields: dict[str, Any] = {"list_name": _PLATES[key]}
        word = "plate.read" if value else "vehicle.seen"
        return _made(common, word, value, fields)
    if key in _OBJECTS:
        zone = _zone(row)
        seen = {"object": _OBJECTS[key], "label": key, "track": common.key, "zone": zone}
        return _made(common, "object.seen", None, seen)
    if key in _WORDS:
        return _made(common, _WORDS[key], None, {})
    told = _PANIC if key == _BUTTON and said(row.get("button")) == "panic" else _TOLD.get(key)
    if told is not None:
        return _made(common, told[0], None, told[1])
    return _made(common, "device.state_reported", None, {"state": {"alarm": key, "value": value}})


def _made(common: Reading, word: str, subject: str | None, fields: dict[str, Any]) -> Reading:
    return Reading(
        word, common.device, common.time, subject=subject, native=common.native, key=common.key,
        fields=fields,
    )  # fmt: skip


def _zone(row: Mapping[str, Any]) -> str | None:
    """The zone's number, if it is one."""
    zones = row.get("zones")
    drawn = zones.get("zone") if isinstance(zones, dict) else None
    return str(drawn[0]) if isinstance(drawn, list) and len(drawn) == 1 else None


def _time(value: Any) -> DeviceTime | None:
    if isinstance(value, str) and "-" in value:
        return iso_time(value, "$.alarm.triggers.timestamp")
    return instant(value)


def read_track(rows: list[Any]) -> list[Reading]:
    """The track of a detection: a plate is told up to ten times a second, and is one reading."""
    found: dict[str, Reading] = {}
    for row in rows:
        plate = said(row.get("licensePlate")) if isinstance(row, dict) else None
        if plate is not None and plate not in found:
            found[plate] = Reading(
                "plate.read", time=instant(row.get("timestamp")), subject=plate,
                confidence=share(row.get("confidence"), 100), native="track",
            )  # fmt: skip
    return list(found.values())
