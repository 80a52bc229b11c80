"""From a payload to items: one event or one device each, whoever wrapped it. Pure.

The private WebSocket sends an action and its data, the public API `{"type", "item"}`, plugins an
action (or header) beside a payload, and the list of events is bare.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.adapters.unifi_protect.frames import read_frames
from ingest.converters import said
from ingest.message import Unreadable

ITEMS_MAX = 1000
_HEADS = ("action", "header")
_BODIES = ("item", "payload", "data")


@dataclass(frozen=True, slots=True)
class Item:
    """What is told: `action` is add, update, remove or None where nobody says; `model` its kind."""

    action: str | None
    model: str | None
    id: str | None
    content: Mapping[str, Any]


def framed_item(payload: bytes) -> Item:
    """The item of two binary frames. Raises Unreadable."""
    return _headed(*read_frames(payload))


def items(value: Any) -> list[Item]:
    """The items of parsed JSON in order. Raises Unreadable if there is none."""
    found = list(_of_json(value))
    if not found:
        raise Unreadable("holds no event and no device", "$")
    return found


def _of_json(value: Any) -> Iterator[Item]:
    if isinstance(value, list):
        for row in value[:ITEMS_MAX]:
            yield from _of_json(row)
        return
    if not isinstance(value, dict):
        raise Unreadable("is no JSON object", "$")
    yield _of_object(value)


def _of_object(value: dict[str, Any]) -> Item:
    head = next((value[name] for name in _HEADS if isinstance(value.get(name), dict)), None)
    body = next((value[name] for name in _BODIES if isinstance(value.get(name), dict)), None)
    if head is not None and body is not None:
        return _headed(head, body)
    if body is not None and value.get("type") in ("add", "update", "remove"):
        return _headed({"action": value["type"]}, body)
    return _headed({}, value)


def _headed(head: Mapping[str, Any], body: Mapping[str, Any]) -> Item:
    model = said(body.get("modelKey")) or said(head.get("modelKey"))
    if model is None and "smartDetectTypes" in body:
        model = "event"
    identity = said(body.get("id")) or said(head.get("id"))
    return Item(said(head.get("action")), model, identity, body)
