"""The "facesluice" protocol: JSON of `operator` and `info`, over MQTT or as HTTP push. Pure.

Topics are `mqtt/face/basic`, `mqtt/face/heartbeat` and `mqtt/face/<id>/Rec|Snap|Ack`; commands go
the other way on `mqtt/face/<id>`. Wall-clock times without a zone; numbers as text or as numbers.
"""

from dataclasses import replace
from typing import Any

from ingest.adapters.facegate.credentials import qr_code, recognised
from ingest.adapters.facegate.fields import DEVICE, Fields, device_id, fields_of
from ingest.adapters.facegate.scenes import SCENES
from ingest.converters import lenient_json, said
from ingest.message import Message, Reading, Unreadable

_MAKERS = {
    **SCENES, "RecPush": recognised, "VerifyPush": recognised, "QRCodePush": qr_code,
}  # fmt: skip
_BY_NAME = {name.lower(): (name, maker) for name, maker in _MAKERS.items()}
_ALIVE = {
    "online": "device.online", "offline": "device.offline", "heartbeat": "device.heartbeat",
}  # fmt: skip
_DESCRIBED = ("getdeviceinformation", "getsysparam", "versions")
_TOLD = {
    "name": "name", "facesname": "name", "devicename": "name", "devicetype": "device_type",
    "version": "firmware", "versions": "firmware", "facesluicename": "name",
}  # fmt: skip
_COMMANDS = frozenset({
    "addperson", "addpersons", "deleteallperson", "deleteperson", "deletepersons", "delperson",
    "editperson", "editpersonnew", "editpersonsnew", "getcount", "getdeploymentrulesconfig",
    "getdeviceinformation", "getfielddetectionconfig", "gethandsharkdata",
    "getlinedetectionconfig", "getmqttconfig", "getmqttparam", "getrtspcfg", "getscenesnap",
    "getsoundconfig", "getsubscribe", "getsysparam", "getsystime", "manualpushrecords",
    "manualpushsnaps", "pushack", "queryperson", "querysimcardinfo", "rebootdevice",
    "recpushack", "searchperson", "searchpersonlist", "searchpersonnum",
    "setdeploymentrulesconfig", "setfactorydefault", "setfielddetectionconfig",
    "sethandsharkdata", "setlinedetectionconfig", "setmqttparam", "setrtspcfg", "setsysparam",
    "setsystime", "subscribe", "targetcountstatscfg", "targetresetcount", "unlock",
    "unsubscribe", "upgrade", "upmqttconfig", "upsoundconfig", "upsysparam", "versions",
})  # fmt: skip
"""What a server sends to a gate. Heard on the same broker, it tells nothing."""


def decode(message: Message) -> list[Reading]:
    """The reading of a message, none for commands and answers. Raises Unreadable."""
    body = lenient_json(message.payload)
    if not isinstance(body, dict):
        raise Unreadable("is no JSON object", "$")
    fields = fields_of(body, body.get("info"))
    operator = said(body.get("operator")) or _of_topic(message.topic)
    found = _reading(operator, fields, body)
    if found is None:
        return []
    device = device_id(fields.text(*DEVICE)) or _named_by(message.topic)
    if device is None and message.topic in _SHARED:
        raise Unreadable("names no gate, and all gates share this topic", "$.info.facesluiceId")
    return [replace(found, device=device)]


_SHARED = ("mqtt/face/basic", "mqtt/face/heartbeat")


def _of_topic(topic: str) -> str:
    """Some gates send a heartbeat that does not say so; its topic does."""
    if topic.rpartition("/")[2].lower() == "heartbeat":
        return "HeartBeat"
    raise Unreadable("names no operator", "$.operator")


def _reading(operator: str, fields: Fields, body: dict[str, Any]) -> Reading | None:
    name = operator.lower()
    if name in _ALIVE:
        return Reading(_ALIVE[name], time=fields.time(), native=operator)
    if name in _BY_NAME:
        if not isinstance(body.get("info"), dict):
            raise Unreadable("has no info", "$.info")
        told, maker = _BY_NAME[name]
        return maker(told, fields)
    asked = name.removesuffix("-ack").removesuffix("_ack")
    if asked != name:
        return _described(operator, fields) if asked in _DESCRIBED else None
    if name in _COMMANDS:
        return None
    raise Unreadable(f"operator {operator[:40]!r} is not one this adapter knows", "$.operator")


def _described(operator: str, fields: Fields) -> Reading | None:
    """An answer that says what the device is; others hold people or passwords."""
    told = {name: text for key, name in _TOLD.items() if (text := fields.text(key)) is not None}
    if not told:
        return None
    return Reading("device.described", native=operator, fields={"description": told})


def _named_by(topic: str) -> str | None:
    """`mqtt/face/<id>/Rec` names the gate where its message does not; some go a level deeper."""
    levels = topic.split("/")
    named = len(levels) >= 4 and levels[:2] == ["mqtt", "face"]
    return device_id(levels[2]) if named else None
