"""What the gateway tells of itself and of the devices that join and leave it. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ingest.converters import lenient_json, said, text_of
from ingest.message import Message, Reading, Unreadable
from schemas.event_fields import Scalar

BRIDGE = "bridge"
_JOINED = frozenset({"device_joined", "device_interview"})


def read_bridge(message: Message, what: Sequence[str]) -> list[Reading]:
    """A message below `bridge/`. Raises Unreadable for a word that is none of its own."""
    read = _READERS.get("/".join(what))
    if read is None:
        return []  # lists, logs, requests and answers between the gateway and its page
    return read(message)


def online(message: Message, device: str) -> Reading:
    """`online` or `offline`, as a word or as `{"state": …}`."""
    text = text_of(message.payload).strip()
    if text.startswith("{"):
        data = lenient_json(message.payload)
        text = str(data.get("state")) if isinstance(data, dict) else ""
    if text not in ("online", "offline"):
        raise Unreadable(f"{text[:40]!r} is neither online nor offline", "$.state")
    return Reading(f"device.{text}", device, native="availability")


def _state(message: Message) -> list[Reading]:
    return [online(message, BRIDGE)]


def _health(message: Message) -> list[Reading]:
    return [Reading("device.heartbeat", BRIDGE, native="bridge/health")]


def _event(message: Message) -> list[Reading]:
    """A device joins, is asked what it is, announces itself, or leaves."""
    told = lenient_json(message.payload)
    kind = said(told.get("type")) if isinstance(told, dict) else None
    data = told.get("data") if isinstance(told, dict) else None
    if kind is None or not isinstance(data, dict):
        raise Unreadable("has no type and data", "$.type")
    return read_member(kind, data)


def read_member(kind: str, data: Mapping[str, Any]) -> list[Reading]:
    """What happened to a device of the network. Raises Unreadable for another type."""
    device = said(data.get("friendly_name")) or said(data.get("ieee_address"))
    native = f"bridge/event/{kind}"
    if kind in ("device_announce", "device_leave"):
        word = "device.online" if kind == "device_announce" else "device.offline"
        return [Reading(word, device, native=native)]
    if kind not in _JOINED:
        raise Unreadable(f"event {kind[:64]!r} is not known here; see the README", "$.type")
    about = data.get("definition")
    facts: dict[str, Scalar] = {
        name: value
        for part in (data, about if isinstance(about, dict) else {})
        for name, value in part.items()
        if name in ("status", "supported", "model", "vendor", "description", "ieee_address")
        and isinstance(value, bool | str)
    }
    return [Reading("device.described", device, native=native, fields={"description": facts})]


_READERS: Mapping[str, Callable[[Message], list[Reading]]] = {
    "state": _state,
    "health": _health,
    "event": _event,
}
