"""Short ways to write what Hikvision devices send."""

import json
from typing import Any

from ingest.mapping import Mapper
from ingest.message import Codec, Message, Reading, Rejected, Unreadable
from ingest.registry import Registry
from schemas.events import Event
from tests.ingest.cases import shipped

RECEIVED_AT = 1_772_000_000_000
TIME = "2026-03-02T08:00:00+08:00"


def alert(event: str, state: str = "active", **content: Any) -> dict[str, Any]:
    """An alert of the JSON form."""
    common = {"macAddress": "02:00:5e:10:00:01", "channelID": 1, "dateTime": TIME}
    return {**common, "eventType": event, "eventState": state, **content}


def access_event(major: int, minor: int, **content: Any) -> dict[str, Any]:
    """An access event of a terminal."""
    block = {"majorEventType": major, "subEventType": minor, "serialNo": 12, "doorNo": 1, **content}
    return alert("AccessControllerEvent", AccessControllerEvent=block)


def platform_event(kind: int, status: int = 0, **data: Any) -> dict[str, Any]:
    """A callback of the platform with one event."""
    event = {
        "eventType": kind,
        "happenTime": TIME,
        "srcIndex": "d1",
        "status": status,
        "data": data,
    }
    return {"method": "OnEventNotify", "params": {"events": [event]}}


def xml(event: str, state: str = "active", extra: str = "") -> str:
    """An alert of the XML form."""
    return (
        '<EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">'
        f"<macAddress>02:00:5e:10:00:01</macAddress><channelID>1</channelID><dateTime>{TIME}</dateTime>"
        f"<eventType>{event}</eventType><eventState>{state}</eventState>{extra}"
        "</EventNotificationAlert>"
    )


def read(payload: Any, adapter: str | None = None) -> list[Event] | Rejected:
    """What the mapping makes of a payload: bytes, text, or an object that is serialised."""
    raw = payload if isinstance(payload, bytes | str) else json.dumps(payload)
    data = raw.encode() if isinstance(raw, str) else raw
    message = Message("devices/gate-1/hikvision", data, RECEIVED_AT)
    return Mapper(shipped(), Registry()).read(message, adapter)


def read_one(payload: Any) -> Event:
    """The one event of a payload."""
    found = read(payload)
    assert not isinstance(found, Rejected), found
    (event,) = found
    return event


def outcome(decode: Codec, payload: bytes) -> str | list[Reading]:
    """The readings a codec makes, or why it makes none; any other error comes through."""
    try:
        return decode(Message("t", payload, RECEIVED_AT))
    except Unreadable as error:
        return error.reason


def reason(payload: Any, adapter: str | None = None) -> str:
    """Why a payload is rejected."""
    found = read(payload, adapter)
    assert isinstance(found, Rejected), found
    return found.reason
