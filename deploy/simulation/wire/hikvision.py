"""Hikvision ISAPI: terminals push JSON, cameras and recorders XML, as to a listening host."""

from typing import Any
from xml.sax.saxutils import escape

import orjson

from deploy.simulation.wire import Telling
from ingest.topics import push_topic

_DOOR_CODES = {
    "exit.requested": (5, 23),
    "door.unlocked": (5, 21),
    "door.locked": (5, 22),
    "door.opened": (5, 25),
    "door.closed": (5, 26),
    "access.duress": (1, 1034),
}
_GRANTED = {"card": (5, 1), "face": (5, 75)}
_DENIED = {
    ("card", "no_permission"): (5, 6),
    ("card", "unknown_credential"): (5, 9),
    ("face", "unknown_credential"): (5, 76),
}
_CAMERA_EVENTS = {
    "device.heartbeat": ("videoloss", "inactive", 0),
    "loop.occupied": ("IO", "active", 1),
    "loop.cleared": ("IO", "inactive", 1),
    "zone.entered": ("fielddetection", "active", 1),
}
_REGION = (
    "<DetectionRegionList><DetectionRegionEntry><regionID>1</regionID>"
    "<sensitivityLevel>50</sensitivityLevel><detectionTarget>human</detectionTarget>"
    "</DetectionRegionEntry></DetectionRegionList>"
)


def told(telling: Telling) -> tuple[str, bytes]:
    """The topic and payload of a fact."""
    body = _terminal(telling) if telling.device.kind == "reader" else _camera(telling)
    return push_topic(telling.device.id, "hikvision"), body


def _terminal(telling: Telling) -> bytes:
    fact = telling.fact
    alert: dict[str, Any] = {
        "ipAddress": "192.0.2.10",
        "portNo": 80,
        "protocol": "HTTP",
        "macAddress": telling.device.ids[0],
        "channelID": 1,
        "dateTime": telling.stamp.text,
        "activePostCount": 1,
    }
    if fact.type == "device.heartbeat":
        beat = {"eventType": "heartBeat", "eventState": "active", "eventDescription": "heartBeat"}
        return orjson.dumps(alert | beat)
    alert |= {
        "eventType": "AccessControllerEvent",
        "eventState": "active",
        "eventDescription": "Access Controller Event",
        "AccessControllerEvent": _access(telling),
    }
    return orjson.dumps(alert)


def _access(telling: Telling) -> dict[str, Any]:
    fact = telling.fact
    major, minor = _codes(telling)
    number = fact.sequence or 0
    block: dict[str, Any] = {
        "deviceName": "Access Controller",
        "majorEventType": major,
        "subEventType": minor,
        "serialNo": number,
        "frontSerialNo": number - 1,
        "currentEvent": True,
        "attendanceStatus": "undefined",
    }
    reader = fact.fields.get("reader")
    if reader is None:
        return block | {"doorNo": int(fact.channel or 1), "currentVerifyMode": "invalid"}
    block |= {"cardReaderKind": 1, "cardReaderNo": int(reader), "currentVerifyMode": "cardOrFace"}
    if fact.type == "access.granted":
        block["doorNo"] = int(fact.channel or 1)  # Refusals name the reader alone.
    if fact.subject is not None:
        by_card = fact.fields["method"] == "card"
        block["cardNo" if by_card else "employeeNoString"] = fact.subject
    return block


def _codes(telling: Telling) -> tuple[int, int]:
    fact = telling.fact
    if fact.type == "access.granted":
        return _GRANTED[fact.fields["method"]]
    if fact.type == "access.denied":
        return _DENIED[fact.fields["method"], fact.fields["reason"]]
    return _DOOR_CODES[fact.type]


def _camera(telling: Telling) -> bytes:
    fact = telling.fact
    if fact.type == "plate.read":
        return _alert(telling, ("ANPR", "active", 1), _plate(telling))
    kind = _CAMERA_EVENTS[fact.type]
    inner = _REGION if fact.type == "zone.entered" else ""
    if kind[0] == "IO":
        inner = f"<inputIOPortID>{fact.channel}</inputIOPortID>"
    return _alert(telling, kind, inner)


def _plate(telling: Telling) -> str:
    fact = telling.fact
    sure = round(100 * (fact.confidence or 0))
    plate = escape(fact.subject or "")
    return (
        f"<ANPR><country>142</country><licensePlate>{plate}</licensePlate>"
        f"<line>{fact.fields['lane']}</line><direction>forward</direction>"
        f"<confidenceLevel>{sure}</confidenceLevel><plateType>unknown</plateType>"
        "<plateColor>unknown</plateColor><vehicleType>unknown</vehicleType>"
        "<alarmDataType>0</alarmDataType></ANPR>"
    )


def _alert(telling: Telling, kind: tuple[str, str, int], inner: str) -> bytes:
    event, state, count = kind
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">'
        "<ipAddress>192.0.2.20</ipAddress><portNo>80</portNo><protocol>HTTP</protocol>"
        f"<macAddress>{telling.device.ids[0]}</macAddress><channelID>1</channelID>"
        f"<dateTime>{telling.stamp.text}</dateTime><activePostCount>{count}</activePostCount>"
        f"<eventType>{event}</eventType><eventState>{state}</eventState>"
        f"<eventDescription>{event} alarm</eventDescription>{inner}</EventNotificationAlert>"
    )
    return text.encode()
