"""The first generation: a word on each topic below `shellies/<id>`. Pure.

https://shelly-api-docs.shelly.cloud/gen1. No message carries a time, but the motion sensor's.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.converters import epoch_time, flag, lenient_json, said, text_of
from ingest.message import Message, Reading, Unreadable
from schemas.event_fields import Scalar

_LENGTH_MAX = 80
_PRESSES = frozenset({"S", "SS", "SSS", "L", "SL", "LS"})
_WORDS: Mapping[tuple[str, str], str] = {
    ("sensor/state", "open"): "door.opened",
    ("sensor/state", "close"): "door.closed",
    ("sensor/motion", "true"): "motion.started",
    ("sensor/motion", "1"): "motion.started",
    ("sensor/motion", "false"): "motion.ended",
    ("sensor/motion", "0"): "motion.ended",
    ("sensor/smoke", "true"): "fire.detected",
    ("sensor/gas", "mild"): "fire.detected",
    ("sensor/gas", "heavy"): "fire.detected",
    ("online", "true"): "device.online",
    ("online", "false"): "device.offline",
}
_HAZARDS = {"sensor/smoke": "smoke", "sensor/gas": "gas"}
_SWITCHES: Mapping[tuple[str, str], str] = {
    ("relay", "on"): "input.activated",
    ("relay", "off"): "input.cleared",
    ("input", "1"): "input.activated",
    ("input", "0"): "input.cleared",
    ("ext_switch", "1"): "input.activated",
    ("ext_switch", "0"): "input.cleared",
    ("longpush", "0"): "exit.requested",
    ("longpush", "1"): "exit.requested",
}
_COMMANDS = frozenset({"command", "set"})


def read_gen1(message: Message, device: str | None, what: Sequence[str]) -> list[Reading]:
    """The reading of one topic. Raises Unreadable for what is no word."""
    if what[-1] in _COMMANDS:
        return []
    text = text_of(message.payload).strip()
    if text.startswith("{"):
        return read_object(lenient_json(message.payload), device, what)
    native = "/".join(what)
    word = None if message.retained and what[0] != "online" else _WORDS.get((native, text))
    if word is not None:
        hazard = _HAZARDS.get(native)
        fields = {"hazard": hazard} if hazard else {}
        return [Reading(word, device, native=f"{native}={text}", fields=fields)]
    if len(what) == 2 and not message.retained and (what[0], text) in _SWITCHES:
        channel = f"{what[0]}:{what[1]}"
        told = _SWITCHES[what[0], text]
        return [Reading(told, device, channel=channel, native=f"{native}={text}")]
    if not text or len(text) > _LENGTH_MAX:
        raise Unreadable("is no word or number, which is all this topic ever carries", "$")
    on = flag(text) if text in ("true", "false") else None
    state: dict[str, Scalar] = {native: text if on is None else on}
    return [
        Reading("device.state_reported", device, native=native, key=native, fields={"state": state})
    ]


def read_object(data: Any, device: str | None, what: Sequence[str] = ()) -> list[Reading]:
    """An object: a press, the motion sensor's status, or what the device is."""
    if not isinstance(data, dict):
        raise Unreadable("is no JSON object", "$")
    if "event" in data and "event_cnt" in data:
        return _press(data, device, what)
    if "motion" in data and "timestamp" in data:
        return _motion(data, device)
    if "fw_ver" in data and "mac" in data:
        facts = {n: data[n] for n in ("id", "model", "fw_ver", "new_fw") if n in data}
        own = said(data.get("id")) or device
        return [Reading("device.described", own, native="announce", fields={"description": facts})]
    state = {n: v for n, v in data.items() if isinstance(v, bool | int | float | str)}
    native = "/".join(what) or "info"
    return [
        Reading("device.state_reported", device, native=native, key=native, fields={"state": state})
    ]


def _press(data: Mapping[str, Any], device: str | None, what: Sequence[str]) -> list[Reading]:
    """`S`, `SS`, `SSS`, `L`; the count of presses tells a new one from one told again."""
    event = said(data.get("event"))
    if event is None:
        return []
    if event not in _PRESSES:
        raise Unreadable(f"event {event[:40]!r} is no press", "$.event")
    count = data.get("event_cnt")
    return [
        Reading(
            "exit.requested", device, channel=f"input:{what[-1]}" if what else None,
            sequence=count if isinstance(count, int) else None, native=f"input_event/{event}",
        )
    ]  # fmt: skip


def _motion(data: Mapping[str, Any], device: str | None) -> list[Reading]:
    """The motion sensor: `timestamp` is when it last saw motion."""
    on = flag(data.get("motion"))
    time = epoch_time(data["timestamp"], "$.timestamp") if data["timestamp"] else None
    word = "motion.started" if on else "motion.ended"
    return [Reading(word, device, time if on else None, native="status")]
