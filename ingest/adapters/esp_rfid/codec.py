"""esp-rfid over MQTT: access, log lines, heartbeats, and the words of its Home Assistant mode.

https://github.com/esprfid/esp-rfid, README-MQTT.md of branch dev. Everything comes on
`<TOPIC>/send` (old firmware: `<TOPIC>`), in Home Assistant mode on `/tag`, `/io/...` and `/avty`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ingest.adapters.esp_rfid.access import access
from ingest.adapters.esp_rfid.log import log_line
from ingest.converters import epoch_time, lenient_json, number, said, text_of
from ingest.message import DeviceTime, Message, Reading, Unreadable

CLOCK_SET_S = 1_000_000_000
"""Below this (2001) the clock counts from power-on: it has not been set yet and tells nothing."""

_ACKNOWLEDGED = frozenset({"adduser", "deletuid", "deletusers", "deletlog", "updateconf"})
"""Answers to commands that changed something in the device."""


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    levels = message.topic.strip("/").split("/")
    if levels[-1] == "cmd":
        return []
    text = text_of(message.payload).strip()
    if not text.startswith("{"):
        return [_word(text, levels)]
    data = lenient_json(message.payload)
    if not isinstance(data, dict):
        raise Unreadable("is no JSON object", "$")
    return _object(data, _root(levels))


def _object(data: Mapping[str, Any], root: str | None) -> list[Reading]:
    if "doorip" in data or data.get("command") == "userfile" or "acctype" in data:
        return []  # a command of somebody's, or an entry of the card list: people's data, no news
    kind = said(data.get("type"))
    device, time = said(data.get("hostname")) or said(data.get("door")) or root, clock(data)
    if kind == "access" or ("type" not in data and {"uid", "access"} <= data.keys()):
        return access(data, device, time)
    if kind in ("INFO", "WARN", "ERRO"):
        return log_line(data, device, time)
    if kind == "getconf":
        return []  # its whole configuration, passwords and all
    word = _KINDS.get(str(kind)) or ("device.operated" if kind in _ACKNOWLEDGED else None)
    if word is None:
        raise Unreadable(f"type {data.get('type')!r} is none of esp-rfid's", "$.type")
    return [Reading(word, device, time, native=kind)]


_KINDS = {"boot": "device.online", "heartbeat": "device.heartbeat"}


def clock(data: Mapping[str, Any]) -> DeviceTime | None:
    """The device's clock, None before it is set.

    Firmware that sends `hostname`, and the Home Assistant form without `type`, write true UTC.
    Older firmware adds its zone to the epoch, so that reads as wall-clock time.
    """
    seconds = number(data.get("time"))
    if seconds is None and data.get("time") is not None:
        raise Unreadable(f"time {data['time']!r} is no number of seconds", "$.time")
    if seconds is None or seconds < CLOCK_SET_S:
        return None
    time = epoch_time(seconds, "$.time")
    raw = str(data["time"])
    if "hostname" in data or "type" not in data:
        return DeviceTime(raw, instant=time.instant)
    return DeviceTime(raw, local=datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None))


_MARKS = ("io", "avty", "tag", "send", "sync")


def _root(levels: list[str]) -> str | None:
    """The device, where only its topic names it: what stands before one of the known levels."""
    at = next((at for at, level in enumerate(levels) if at and level in _MARKS), None)
    return None if at is None else "/".join(levels[:at])


def _word(text: str, levels: list[str]) -> Reading:
    """A plain word: `/avty` and `/io/*` of the Home Assistant mode."""
    name = levels[-1]
    make = _WORDS.get(("lock" if name.startswith("lock") else name, text))
    if levels == [""]:
        make = next((make for (_, word), make in _SURE.items() if word == text), None)
    if make is None:
        raise Unreadable(f"{text[:40]!r} is no word of esp-rfid's here; give its topic", "$")
    return make(_root(levels), name)


_Maker = Callable[[str | None, str], Reading]


def _plain(kind: str) -> _Maker:
    return lambda device, topic: Reading(kind, device, native=topic or None)


def _lock(kind: str) -> _Maker:
    """Locks are counted from 0 on the wire, doors from 1 everywhere else in this firmware."""

    def make(device: str | None, topic: str) -> Reading:
        digits = topic.removeprefix("lock")
        channel = str(int(digits) + 1) if digits.isascii() and digits.isdigit() else None
        return Reading(kind, device, channel=channel, native=topic or None)

    return make


def _state(name: str, value: bool) -> _Maker:
    fields = {"state": {name: value}}
    return lambda device, topic: Reading(
        "device.state_reported", device, native=topic, fields=fields, key=topic
    )


_SURE: Mapping[tuple[str, str], _Maker] = {
    ("avty", "online"): _plain("device.online"),
    ("avty", "offline"): _plain("device.offline"),
    ("lock", "LOCKED"): _lock("door.locked"),
    ("lock", "UNLOCKED"): _lock("door.unlocked"),
}
"""Words that are said on one kind of topic only, and so are clear without it."""

_WORDS: Mapping[tuple[str, str], _Maker] = {
    **_SURE,
    ("door", "ON"): _plain("door.opened"),
    ("door", "OFF"): _plain("door.closed"),
    ("tamper", "ON"): _plain("device.tampered"),
    ("tamper", "OFF"): _state("tamper", False),
    ("doorbell", "ON"): _plain("doorbell.rung"),
    ("doorbell", "OFF"): _state("doorbell", False),
}
"""What each word means on `/avty` and on `/io/<name>`."""
