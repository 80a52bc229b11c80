"""Home Assistant discovery: retained descriptions of devices. Pure.

https://www.home-assistant.io/integrations/mqtt, "MQTT discovery": what stands on
`homeassistant/<component>/[<node>/]<object>/config` is a description, in full or abbreviated names;
an empty payload takes it back.
"""

from collections.abc import Mapping
from typing import Any

from ingest.converters import lenient_json, said, text_of
from ingest.message import Message, Reading, Unreadable
from schemas.event_fields import Scalar

_LONG = {
    "dev_cla": "device_class", "stat_t": "state_topic", "uniq_id": "unique_id", "dev": "device",
    "ids": "identifiers", "mf": "manufacturer", "mdl": "model", "cns": "connections",
    "sw": "sw_version", "p": "platform",
}  # fmt: skip
_KEPT = ("name", "device_class", "unique_id", "state_topic", "platform")
_KEPT_OF_DEVICE = ("name", "manufacturer", "model", "sw_version")
_HOME_ASSISTANT = "homeassistant"


def decode(message: Message) -> list[Reading]:
    """The description in a message; one that is taken back tells nothing. Raises Unreadable."""
    levels = message.topic.strip("/").split("/") if message.topic else []
    if levels[-1:] == ["status"]:
        return [_own_state(message)]
    if not message.payload.strip():
        return []
    data = lenient_json(message.payload)
    if not isinstance(data, dict):
        raise Unreadable("is no JSON object", "$")
    if levels and levels[-1] != "config":
        raise Unreadable(f"{levels[-1][:40]!r} is no discovery topic: they end in config", "topic")
    return [_described(_spelt_out(data), levels[:-1])]


def _own_state(message: Message) -> Reading:
    word = text_of(message.payload).strip()
    if word not in ("online", "offline"):
        raise Unreadable(f"{word[:40]!r} is neither online nor offline", "$")
    return Reading(f"device.{word}", _HOME_ASSISTANT, native="status")


def _spelt_out(data: Mapping[str, Any]) -> dict[str, Any]:
    return {_LONG.get(name, name): value for name, value in data.items()}


def _described(data: Mapping[str, Any], levels: list[str]) -> Reading:
    about = data.get("device")
    device = _spelt_out(about) if isinstance(about, dict) else {}
    facts: dict[str, Scalar] = {
        **{f"device_{name}": said(device.get(name)) for name in _KEPT_OF_DEVICE},
        **{name: said(data.get(name)) for name in _KEPT},
        "component": levels[1] if len(levels) > 2 else None,
    }
    whose = _first(device.get("identifiers")) or said(data.get("unique_id"))
    return Reading(
        "device.described", whose or (levels[-1] if len(levels) > 2 else None),
        native="/".join(levels[1:]) or None, key=said(data.get("unique_id")),
        fields={"description": {name: fact for name, fact in facts.items() if fact is not None}},
    )  # fmt: skip


def _first(value: Any) -> str | None:
    """The first identifier; one may stand alone."""
    return said(value[0] if isinstance(value, list) and value else value)
