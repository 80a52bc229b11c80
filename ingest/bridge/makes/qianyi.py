"""Qianyi plate cameras on MQTT (protocol 4.23, documented only), and their upload of pictures.

A camera registers on `/serverAll` and is silent until it reads `camera_register_rsp`; it repeats a
`result` with the same `msg_id` until it reads `result_rsp`. Both are said on the camera's own topic
for answers, and only where that has one of the two documented forms: a device must not have us
publish on a topic of its choice.
"""

import re

import orjson

from ingest.bridge.make import Make, Reply, plain_id, read_object

_REGISTER = "/serverAll"
_UP = (
    (re.compile(r"aiot/plate/([^/]+)"), "device/plate/{}"),
    (re.compile(r"/qymqtt/([^/]+)/qymqttpost"), "/qymqtt/{}/qymqttdown"),
)
_ANSWERED = {"camera_register": False, "result": True}
"""What is answered, and whether the answer says that a record was taken."""


def reply(topic: str, payload: bytes) -> Reply | None:
    """The answer to a registration or a result."""
    content = read_object(payload)
    command, message = content.get("cmd"), plain_id(content.get("msg_id"))
    where = _answers_at(topic, content)
    if where is None or not isinstance(command, str) or command not in _ANSWERED:
        return None
    said = {"cmd": f"{command}_rsp", "status": "ok"} | ({"msg_id": message} if message else {})
    return Reply(where, orjson.dumps(said), _ANSWERED[command])


def _answers_at(topic: str, content: dict[str, object]) -> str | None:
    if topic == _REGISTER:
        serial = plain_id(content.get("sn"))
        wanted = {down.format(serial) for _, down in _UP} if serial else set()
        asked = content.get("subtopic")
        if asked is None and serial:
            return _UP[0][1].format(serial)
        return asked if isinstance(asked, str) and asked in wanted else None
    for up, down in _UP:
        if (found := up.fullmatch(topic)) and plain_id(found[1]):
            return down.format(found[1])
    return None


MAKE = Make(
    "qianyi",
    "Qianyi: MQTT (documented only)",
    "MQTT; its default topics; pictures by HTTP: /push/DEVICE/qianyi",
    listens=(_REGISTER, "aiot/plate/+", "/qymqtt/+/qymqttpost"),
    reply=reply,
)
