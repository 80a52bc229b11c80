"""Xinlutong XLT-01 over MQTT to readings. Pure.

`upload/SERIAL` carries one JSON object with `command`, `sn`, `requestId`, `time` (wall clock) and
`data`, which is JSON once more as a text. Known from one integration's test data only.
"""

from collections.abc import Mapping
from typing import Any

from ingest.adapters._parking.body import json_object
from ingest.adapters._parking.words import colour, plate_text, rated
from ingest.converters import iso_time, load_json, said, whole
from ingest.message import DeviceTime, Message, Reading, Unreadable

_PLATE_COMMANDS = frozenset({"Image", "Result"})
_QUIET = frozenset({"Open", "Close", "Config", "SerialData", "SerialDataReply", "set_time"})
"""Commands to a camera and their answers."""


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    data = json_object(message.payload)
    command = said(data.get("command"))
    if command is None:
        raise Unreadable("has no command", "$.command")
    inner = _inner(data.get("data"))
    if command in _QUIET or "errCode" in inner or message.topic.startswith("download/"):
        return []
    device = said(data.get("sn")) or _of_topic(message.topic)
    text = said(data.get("time"))
    time = iso_time(text, "$.time") if text else None
    if command in _PLATE_COMMANDS:
        return _plate(command, inner, device, time)
    if command == "Conn":
        return [Reading("device.online", device, time, native=command)]
    if command == "Rtd":
        return _heartbeat(inner, device, time)
    raise Unreadable(f"command {command!r} is not known", "$.command")


def _inner(value: Any) -> dict[str, Any]:
    """What stands in `data`: an object, or its text."""
    if isinstance(value, str) and value.strip():
        value = load_json(value)
    return value if isinstance(value, dict) else {}


def _of_topic(topic: str) -> str | None:
    match topic.split("/"):
        case ["upload", serial]:
            return serial
    return None


def _heartbeat(
    inner: Mapping[str, Any], device: str | None, time: DeviceTime | None
) -> list[Reading]:
    """A sign of life. `hasCar` is a state whose numbers nobody documents."""
    alive = Reading("device.heartbeat", device, time, native="Rtd")
    car = whole(inner.get("hasCar"))
    if car is None:
        return [alive]
    fields = {"state": {"hasCar": car}}
    return [alive, Reading("device.state_reported", device, time, native="Rtd", fields=fields)]


def _plate(
    command: str, inner: Mapping[str, Any], device: str | None, time: DeviceTime | None
) -> list[Reading]:
    """A plate, or a vehicle where the field is there and empty. A bare picture tells nothing."""
    if "plateNo" not in inner:
        return []
    plate = plate_text(inner["plateNo"])
    return [
        Reading(
            type="vehicle.seen" if plate is None else "plate.read",
            device=device,
            time=time,
            subject=plate,
            confidence=None if plate is None else rated(inner.get("confidence")),
            native=command,
            fields={"plate_colour": colour(inner.get("plateColor"))},
        )
    ]
