"""From an element to a reading: what all codes share. Pure."""

from collections.abc import Mapping
from typing import Any

from ingest.adapters.dahua_stream.element import Element
from ingest.adapters.dahua_stream.pictures import pictures_of
from ingest.converters import number, said, whole
from ingest.message import Reading, Unreadable
from schemas.event_data import Scalar

BEGINNINGS = ("Start", "Pulse")
_SEQUENCE_KEYS = ("RecNo", "EventSeq", "EventID", "CallID")
_STATE_KEYS = ("State", "Status", "Result", "result", "Error", "Type", "Success", "EndState")
_STATE_CHARS_MAX = 64


def reading(element: Element, word: str, **more: Any) -> Reading:
    """A reading of the type `word` with what every element tells; `more` overrides."""
    attributes: dict[str, Any] = {
        "device": element.device,
        "time": element.time,
        "channel": element.channel,
        "sequence": sequence(element.data),
        "replayed": element.replayed,
        "native": f"{element.code}/{element.action}",
        "pictures": pictures_of(element),
        **more,
    }
    return Reading(type=word, **attributes)


def sequence(data: Mapping[str, Any]) -> int | None:
    """The device's own number of an event: the record's, else the event's, else the call's."""
    for key in _SEQUENCE_KEYS:
        if (told := data.get(key)) is not None and (found := whole(told)) is not None:
            return found
    return None


def state(element: Element, **more: Scalar) -> Reading:
    """A state the device reports: code, action, and the few members that are no one's data."""
    told = ((key, _scalar(element.data[key])) for key in _STATE_KEYS if key in element.data)
    kept: dict[str, Scalar] = {key: value for key, value in told if value is not None}
    fields = {"code": element.code, "action": element.action, **kept, **more}
    # States of one second are told apart by their code: they share type and channel.
    return reading(
        element, "device.state_reported", key=element.code[:64], fields={"state": fields}
    )


def _scalar(value: Any) -> Scalar:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return number(value) if whole(value) is None else whole(value)
    text = said(value)
    return None if text is None else text[:_STATE_CHARS_MAX]


def begins(element: Element) -> bool:
    """Whether it begins (Start, Pulse) or ends (Stop). Raises Unreadable for another action."""
    if element.action not in (*BEGINNINGS, "Stop"):
        told = f"{element.action[:32]!r} of {element.code}"
        raise Unreadable(f"action {told} is no Start, Stop or Pulse", "$.Action")
    return element.action in BEGINNINGS
