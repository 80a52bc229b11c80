"""Face gates of the "facesluice" protocol (HFSecurity, Huifan and others), on MQTT with QoS 0.

`Online` is repeated until `Online-Ack`. With `ResumefromBreakpoint` on, each record is repeated
after 10 s until `PushAck` names it: type 1 for a stranger's snapshot (`SnapID`), 2 for a record of
recognition (`RecordID`), 3 for the other snapshots. Answers go to `mqtt/face/ID`, where commands
would go too; none is ever sent.
"""

import re

import orjson

from ingest.bridge.make import Make, Reply, inner, plain_id, read_object

_BASIC = "mqtt/face/basic"
_UP = re.compile(r"mqtt/face/([^/]+)/(?:Rec|Snap)")
_STRANGER, _RECORD, _SNAPSHOT = 1, 2, 3
_NUMBERED = (("RecordID", _RECORD), ("SnapID", _SNAPSHOT), ("SnapOrRecordID", _SNAPSHOT))


def reply(topic: str, payload: bytes) -> Reply | None:
    """The answer to a device that came online or told a record."""
    content = read_object(payload)
    operator, info = content.get("operator"), inner(content, "info")
    if not isinstance(operator, str):
        return None
    if topic == _BASIC:
        return _online(content, info) if operator == "Online" else None
    found = _UP.fullmatch(topic)
    device = plain_id(found[1]) if found else None
    taken = _taken(operator, info) if operator.endswith("Push") else None
    if device is None or taken is None:
        return None
    return _reply(device, content, "PushAck", taken, keeps=True)


def _online(content: dict[str, object], info: dict[str, object]) -> Reply | None:
    """`facesluiceId` may carry a code behind `@@@`, which is no part of the topic."""
    told = info.get("facesluiceId")
    device = plain_id(told.split("@@@")[0] if isinstance(told, str) else told)
    if device is None:
        return None
    said: dict[str, object] = {"facesluiceId": device, "result": "ok", "detail": ""}
    return _reply(device, content, "Online-Ack", said, keeps=False)


def _taken(operator: str, info: dict[str, object]) -> dict[str, object] | None:
    for field, kind in _NUMBERED:
        number = plain_id(info.get(field))
        if number is not None and number.isdigit():
            stranger = operator == "StrSnapPush"
            return {"PushAckType": _STRANGER if stranger else kind, "SnapOrRecordID": int(number)}
    return None


def _reply(
    device: str, content: dict[str, object], operator: str, info: dict[str, object], *, keeps: bool
) -> Reply:
    message = plain_id(content.get("messageId"))
    said = ({"messageId": message} if message else {}) | {"operator": operator, "info": info}
    return Reply(f"mqtt/face/{device}", orjson.dumps(said), keeps)


MAKE = Make(
    "facegate",
    "Face gates with facesluice: MQTT",
    "MQTT; its default topics; breakpoint resume on",
    listens=(_BASIC, "mqtt/face/+/Rec", "mqtt/face/+/Snap"),
    reply=reply,
)
