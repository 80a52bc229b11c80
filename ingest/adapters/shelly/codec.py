"""Shelly: words on topics (first generation) and RPC notifications (second and later). Pure."""

from collections.abc import Mapping
from typing import Any

from ingest.adapters.shelly.components import (
    changes,
    event,
    events,
    full_state,
    is_radio,
    radioed,
)
from ingest.adapters.shelly.gen1 import read_gen1, read_object
from ingest.converters import lenient_json, said, text_of
from ingest.message import Message, Reading, Unreadable

_GEN1 = "shellies"
_RPC = ["events", "rpc"]
_QUIET = frozenset({"rpc", "command", "debug"})


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    levels = message.topic.strip("/").split("/") if message.topic else []
    if levels[:1] == [_GEN1] and len(levels) > 2 and levels[-2:] != _RPC:
        return read_gen1(message, levels[1], levels[2:])
    if levels[-2:] == _RPC:
        return _notified(_object(message), "/".join(levels[:-2]))
    if levels and (levels[-1] in _QUIET or "debug" in levels):
        return []
    if len(levels) > 2 and levels[-2] == "status":
        return [full_state({levels[-1]: _object(message)}, "/".join(levels[:-2]))]
    if len(levels) > 1 and levels[-1] == "online":
        return read_gen1(message, "/".join(levels[:-1]), ["online"])
    if message.payload.strip()[:1] == b"{":
        return _notified(_object(message), None)
    return _bare(message)


def _object(message: Message) -> Mapping[str, Any]:
    data = lenient_json(message.payload)
    if not isinstance(data, dict):
        raise Unreadable("is no JSON object", "$")
    return data


def _notified(data: Mapping[str, Any], topic: str | None) -> list[Reading]:
    """A notification, whole or only its params."""
    device = said(data.get("src")) or topic
    method, params = said(data.get("method")), data.get("params")
    if method is None and not isinstance(params, dict):
        return _params(data, device)
    if not isinstance(params, dict):
        raise Unreadable("has no params, which each notification has", "$.params")
    match method:
        case "NotifyStatus":
            return changes(params, device)
        case "NotifyFullStatus":
            return [full_state(params, device)]
        case "NotifyEvent":
            return events(params, device)
    raise Unreadable(f"method {str(method)[:40]!r} is no notification", "$.method")


def _params(data: Mapping[str, Any], device: str | None) -> list[Reading]:
    """The params alone, by their shape; an answer to a call is no news."""
    if "id" in data and ("result" in data or "error" in data):
        return []
    if isinstance(data.get("events"), list):
        return events(data, device)
    if any(":" in name for name in data) and "ts" in data:
        return changes(data, device)
    if "component" in data and "event" in data:
        return event(data, device)
    if "rssi" in data and is_radio(data):
        return radioed(data)
    return read_object(data, device)


def _bare(message: Message) -> list[Reading]:
    """A word heard nobody knows where: only a contact says `open` and `close`."""
    text = text_of(message.payload).strip()
    if text in ("open", "close"):
        return read_gen1(message, None, ["sensor", "state"])
    if text in ("true", "false"):
        return read_gen1(message, None, ["online"])
    raise Unreadable(f"{text[:40]!r} can be anything; give the topic it came on", "$")
