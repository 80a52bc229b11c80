"""uhppoted-mqtt: events, answers and its own health, bare or in their envelope. Pure.

`{"message": {"event"|"reply"|"error"|"system"|"request": …}, "hmac": …}`. Events come on
`uhppoted/gateway/events` (all, late and in batches) and `…/events/live` (at once): one record each.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from ingest.adapters.uhppoted.events import reading_of
from ingest.adapters.uhppoted.replies import reply
from ingest.converters import said, text_of
from ingest.loose import value_at
from ingest.message import Message, Reading, Unreadable


def decode(message: Message) -> list[Reading]:
    """The readings of a message. Raises Unreadable."""
    body = _object(text_of(message.payload).strip())
    inner = body.get("message")
    return _message(inner) if isinstance(inner, dict) else _bare(body)


def _object(text: str) -> Mapping[str, Any]:
    """The object of a text; the project's own samples miss a comma, and are read all the same."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        mended = value_at(text, 0)
        if not mended.whole or mended.end < len(text):
            raise Unreadable("is cut off, or no JSON", "$") from None
        found = mended.value
    if not isinstance(found, dict):
        raise Unreadable("is no JSON object", "$")
    return found


def _message(body: Mapping[str, Any]) -> list[Reading]:
    for name, reader in _PARTS.items():
        if name in body:
            part = body[name]
            if isinstance(part, str):
                reason = "is encrypted; set mqtt.security.outgoing.encrypt = false"
                raise Unreadable(reason, f"$.message.{name}")
            return reader(part if isinstance(part, dict) else {})
    raise Unreadable("holds none of event, reply, error, system, request", "$.message")


def _bare(body: Mapping[str, Any]) -> list[Reading]:
    if "event-id" in body:
        return _event(body)
    for name, reader in _PARTS.items():
        if isinstance(body.get(name), dict):
            return reader(body[name])
    if "response" in body:
        return _reply(body)
    raise Unreadable("is no message of uhppoted-mqtt", "$")


def _event(body: Mapping[str, Any]) -> list[Reading]:
    inner = body.get("event")
    found = reading_of(inner if isinstance(inner, dict) else body)
    return [] if found is None else [found]


def _reply(body: Mapping[str, Any]) -> list[Reading]:
    return reply(said(body.get("method")), body.get("response"))


def _system(body: Mapping[str, Any]) -> list[Reading]:
    """The service says that it is alive, or that something about it is not as it should be."""
    alert, alive = body.get("alert"), body.get("alive")
    if isinstance(alert, dict):
        part = said(alert.get("subsystem")) or "system"
        state = {part: said(alert.get("message")) or "alert"}
        return [Reading("device.state_reported", native=f"alert {part}", fields={"state": state})]
    name = said(alive.get("subsystem")) if isinstance(alive, dict) else None
    return [Reading("device.heartbeat", native=f"alive {name or 'system'}")]


def _nothing(body: Mapping[str, Any]) -> list[Reading]:
    return []  # somebody's request, or the refusal of one


_PARTS = {
    "event": _event, "reply": _reply, "system": _system, "error": _nothing, "request": _nothing,
}  # fmt: skip
