"""esp-rfid, branch dev: one JSON object a message on the device's own topic."""

import orjson

from deploy.simulation.wire import Telling

LINES = {"door.opened": "Door Open", "door.closed": "Door Closed"}
"""What it logs of the leaf; the text is all that tells."""


def told(telling: Telling) -> tuple[str, bytes]:
    """The topic and payload of a fact."""
    topic = telling.device.topics[0].replace("#", "send")
    body = {"time": int(telling.stamp.text or 0), "hostname": telling.device.ids[0]}
    return topic, orjson.dumps(_content(telling) | body)


def _content(telling: Telling) -> dict[str, object]:
    fact = telling.fact
    if fact.type == "device.heartbeat":
        return {"type": "heartbeat", "uptime": 86400, "ip": "192.0.2.30"}
    if fact.type in LINES:
        line = {"src": "door", "desc": LINES[fact.type], "data": "", "cmd": "event"}
        return {"type": "INFO", **line}
    known = fact.type == "access.granted"
    return {
        "type": "access",
        "isKnown": "true" if known else "false",
        "access": "Always" if known else "Denied",
        "username": "resident" if known else "Unknown",
        "uid": fact.subject,
        "doorName": fact.channel,
    }
