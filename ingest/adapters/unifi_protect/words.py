"""What homebridge-unifi-protect publishes: one word on `unifi/protect/<MAC>/<what>`. Pure.

https://github.com/hjdhjd/homebridge-unifi-protect, docs/MQTT.md. Words carry no time.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.adapters.unifi_protect.table import KINDS
from ingest.converters import flag, lenient_json, said, text_of
from ingest.message import Message, Reading, Unreadable

_SWITCHES: Mapping[str, tuple[str, str | None]] = {
    "motion": ("motion.started", "motion.ended"),
    "contact": ("door.opened", "door.closed"),
    "doorbell": ("doorbell.rung", None),
}
_SOUNDS = {"alrmSmoke": "smoke", "alrmCmonx": "gas", "smoke_cmonx": "unknown"}
_QUIET = frozenset({"get", "set", "snapshot", "rtsp", "liveviews", "message", "metadata"})
"""Commands, pictures, addresses with passwords in them, texts on a doorbell's screen."""
_LENGTH_MAX = 80


def read_word(message: Message, device: str, what: Sequence[str]) -> list[Reading]:
    """The reading of a word on a topic. Raises Unreadable."""
    if not what or what[-1] in _QUIET:
        return []
    native = "/".join(what)
    if what[0] == "authenticate":
        return [_credential(message, device)]
    text = text_of(message.payload).strip()
    on = flag(text)
    if what[:2] == ["motion", "smart"] and len(what) == 3 and on is not None:
        return [_smart(device, what[2], on)]
    if native in _SWITCHES and on is not None:
        begun, ended = _SWITCHES[native]
        word = begun if on else ended
        return [] if word is None else [Reading(word, device, native=native)]
    if not text or len(text) > _LENGTH_MAX or text[0] in "{[":
        raise Unreadable("is no word: true, false, a number or a setting is expected", "$")
    state = {native: text if on is None else on}
    return [Reading("device.state_reported", device, native=native, fields={"state": state})]


def _smart(device: str, name: str, on: bool) -> Reading:
    native = f"motion/smart/{name}"
    if name in _SOUNDS and on:
        return Reading("fire.detected", device, native=native, fields={"hazard": _SOUNDS[name]})
    if name not in KINDS:
        fields: dict[str, Any] = {"state": {name: on}}
        return Reading("device.state_reported", device, native=native, fields=fields)
    kind = {"object": KINDS[name]}
    if not on:
        return Reading("object.left", device, native=native, key=name, fields=kind)
    return Reading("object.seen", device, native=native, key=name, fields={**kind, "label": name})


def _credential(message: Message, device: str) -> Reading:
    """A card or finger that the doorbell knew; whose it is, the topic says for cards only."""
    data = lenient_json(message.payload)
    kind = data.get("type") if isinstance(data, dict) else None
    if kind not in ("nfc", "fingerprint"):
        raise Unreadable(f"type {kind!r} is neither nfc nor fingerprint", "$.type")
    method = "card" if kind == "nfc" else "fingerprint"
    return Reading(
        "access.presented", device, subject=said(data.get("id")), native="authenticate",
        fields={"method": method},
    )  # fmt: skip
