"""esp-rfid's log lines over MQTT: the meaning stands in the English text of `desc`."""

from collections.abc import Mapping
from typing import Any

from ingest.converters import said
from ingest.message import DeviceTime, Reading, Unreadable

_LINES: Mapping[tuple[str, str], str | None] = {
    ("door", "Door Open"): "door.opened",
    ("door", "Door Closed"): "door.closed",
    ("doorbell", "Doorbell ringing"): "doorbell.rung",
    # The leaf opened while the lock was not released: the firmware's word for it is tamper.
    ("tamper", "Door was tampered!"): "door.forced",
    ("tamper", "Door wasn't closed within max open time!"): "door.held",
    # The refusal itself comes in an access message of the same second; one swipe is denied once.
    ("rfid", "Unknown rfid tag is scanned"): "access.presented",
    ("mqtt", "Connected to MQTT Server"): "device.online",
    ("mqtt", "Disconnected from MQTT server"): "device.offline",
    ("mqtt", "MQTT publish acknowledged"): None,
    ("sys", "System setup completed, running"): "device.online",
    ("sys", "System is going to reboot"): "device.offline",
    ("sys", "Auto restarting..."): "device.offline",
    ("sys", "Config stored in the SPIFFS"): "device.operated",
    ("sys", "Event log cleared!"): "device.operated",
    ("sys", "Latest Access log cleared!"): "device.operated",
    ("websrv", "New login attempt"): "device.operated",
    ("websrv", "Login success!"): "device.operated",
    ("updt", "Firmware update started"): "device.operated",
}
"""Lines that tell of something that happened; None tells nothing."""

_HEALTH = frozenset({"mqtt", "sys", "updt", "wifi", "ntp", "websrv"})
"""Where a line that is not listed is about the device itself: told as its state, in its words."""


def log_line(data: Mapping[str, Any], device: str | None, time: DeviceTime | None) -> list[Reading]:
    """The reading of one log line. Raises Unreadable for an unknown text about doors or cards."""
    source, text = said(data.get("src")) or "", said(data.get("desc")) or ""
    native = f"{source}: {text}"
    if (source, text) in _LINES:
        kind = _LINES[source, text]
        return [] if kind is None else [_reading(kind, data, device, time, native)]
    if source in _HEALTH and text:
        fields = {"state": {source: text, "level": str(data.get("type"))}}
        return [
            Reading("device.state_reported", device, time, native=native, fields=fields, key=native)
        ]
    raise Unreadable(f"{native!r} is not a line of esp-rfid's this adapter knows", "$.desc")


def _reading(
    kind: str, data: Mapping[str, Any], device: str | None, time: DeviceTime | None, native: str
) -> Reading:
    if kind != "access.presented":
        return Reading(kind, device, time, native=native, key=native)
    shown = said(data.get("data"))  # "<uid> <type of card>"
    uid = shown.split(" ")[0] if shown else None
    return Reading(kind, device, time, subject=uid, native=native, fields={"method": "card"})
