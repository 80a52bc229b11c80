"""Hikvision iSecure Center: `OnEventNotify` callbacks of the platform, to readings. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ingest.converters import iso_time, lenient_json, said, whole
from ingest.message import DeviceTime, Message, Reading, Unreadable
from ingest.tables import rows
from schemas.event_data import (
    AccessDenied,
    CredentialData,
    DeviceStateReported,
    Direction,
    EventData,
    FireDetected,
    VehicleData,
)

_ENDED = 2
_STATUSES = range(6)
"""0 instant, 1 began, 2 ended, 3 lasts, 4 and 5 the same event again with a linked result or a
picture added later. 4 and 5 make the same reading, and so the same id, as the first telling."""

_DIRECTIONS: dict[int | None, Direction] = {1: "in", 0: "out"}
"""`ExtEventInOut`; -1 is unknown. It follows the reader's address switch: 1 in, 2 out."""

_WAYS: dict[str, Direction] = {"in": "in", "out": "out"}
_NO_PLATE = frozenset({"无车牌", "未识别", "车牌", "noplate"})
_BLANK_AFTER_T = re.compile(r"T\s+")
_EVENTS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Code:
    """A row of `event_types.csv`. `detail` is the hazard of a fire, or the state that is told."""

    active: str
    inactive: str
    method: str
    subject: str
    reason: str
    detail: str


@cache
def codes() -> dict[int, Code]:
    """The table by the platform's event type."""
    return {
        int(row.pop("code")): Code(**{k: v for k, v in row.items() if k != "meaning"})
        for row in rows(__package__, "event_types.csv")
    }


def decode(message: Message) -> list[Reading]:
    """One reading for each source of each event. Raises Unreadable."""
    body = _object(lenient_json(message.payload), "$")
    if body.get("method") != "OnEventNotify":
        raise Unreadable(f"method {body.get('method')!r} is not OnEventNotify", "$.method")
    events = _object(body.get("params"), "$.params").get("events")
    if not isinstance(events, list) or not 0 < len(events) <= _EVENTS_MAX:
        raise Unreadable(f"has no list of 1 to {_EVENTS_MAX} events", "$.params.events")
    return [
        _reading(_object(event, path), source, path)
        for number, event in enumerate(events)
        for source, path in _sources(event, f"$.params.events[{number}]")
    ]


def _sources(event: Any, path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The sources of a linked event, whose outer part is only the rule; else the event itself."""
    details = _object(event, path).get("eventDetails")
    if not isinstance(details, list) or not details:
        yield event, path
        return
    for number, detail in enumerate(details):
        inner = f"{path}.eventDetails[{number}]"
        yield _object(detail, inner), inner


def _reading(event: Mapping[str, Any], source: Mapping[str, Any], path: str) -> Reading:
    data = source.get("data")
    data = data if isinstance(data, Mapping) else {}
    code = codes().get(whole(source.get("eventType")) or 0)
    if code is None:
        kind = source.get("eventType")
        reason = f"unknown eventType {kind!r}; this adapter's event_types.csv lacks it"
        raise Unreadable(reason, f"{path}.eventType")
    word, subject = _word(code, event.get("status", 0), path), _subject(code, data)
    if word == "plate.read" and subject is None:
        word = "vehicle.seen"
    return Reading(
        type=word,
        device=said(source.get("srcIndex")),
        time=_time(event, path),
        sequence=whole(data.get("seq")) or None,
        subject=subject,
        direction=_WAYS.get(code.detail) or _DIRECTIONS.get(whole(data.get("ExtEventInOut"))),
        native="/".join(filter(None, (said(source.get("eventType")), said(data.get("extendKey"))))),
        pictures=tuple(filter(None, [_picture(data)])),
        fields=_fields(word, code, data),
    )


def _word(code: Code, status: Any, path: str) -> str:
    number = whole(status)
    if number not in _STATUSES:
        raise Unreadable(f"unknown status {status!r}", f"{path}.status")
    return (code.inactive or "device.state_reported") if number == _ENDED else code.active


def _time(event: Mapping[str, Any], path: str) -> DeviceTime | None:
    text = said(event.get("happenTime"))
    if text is None:
        return None
    return replace(iso_time(_BLANK_AFTER_T.sub("T", text), f"{path}.happenTime"), raw=text)


def _subject(code: Code, data: Mapping[str, Any]) -> str | None:
    if code.subject == "plate":
        plate = said(data.get("plateNo"))
        return None if plate is None or plate.lower() in _NO_PLATE else plate
    card, person = _number(data.get("ExtEventCardNo")), _number(data.get("ExtEventPersonNo"))
    return {"card": card or person, "person": person or card}.get(code.subject)


def _number(value: Any) -> str | None:
    """A number that is set; 0 means none."""
    text = said(value)
    return None if text == "0" else text


def _picture(data: Mapping[str, Any]) -> str | None:
    """Where the platform keeps the picture; a picture inside the message is never taken."""
    address = said(data.get("ExtEventPictureURL"))
    return None if address is None or address.startswith("data:") else address


def _fields(word: str, code: Code, data: Mapping[str, Any]) -> dict[str, Any]:
    model = EventData.TYPES[word]
    fields: dict[str, Any] = {}
    if issubclass(model, CredentialData):
        card = data.get("ExtEventIdentityCardInfo")
        name = said(card.get("Name")) if isinstance(card, Mapping) else None
        reader = _number(data.get("ExtEventReaderID"))
        fields = {"method": code.method, "person": name, "reader": reader}
    if issubclass(model, AccessDenied):
        fields["reason"] = code.reason
    if issubclass(model, VehicleData):
        fields["lane"] = said(data.get("roadwayName")) or said(data.get("roadwayIndex"))
    if issubclass(model, FireDetected):
        fields["hazard"] = code.detail
    if issubclass(model, DeviceStateReported):
        fields["state"] = _state(code)
    return fields


def _state(code: Code) -> dict[str, str]:
    """The state of the table, or that an alarm without an opposite word is over."""
    if code.active == "device.state_reported":
        name, _, value = code.detail.partition("=")
        return {name: value}
    return {code.active: "ended"}


def _object(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Unreadable("is no JSON object", path)
    return value
