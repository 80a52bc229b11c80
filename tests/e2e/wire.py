"""What devices of five families send, with the time given: topic and payload of each message.

Written from the makers' documented formats; every name, number and plate is invented.
"""

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
MS = 1000
TERMINAL_CODES = {
    "card_passed": (5, 1), "card_unknown": (5, 9), "button": (5, 23), "unlocked": (5, 21),
    "opened": (5, 25), "closed": (5, 26), "held": (5, 28), "duress": (1, 1034),
}  # fmt: skip
"""Major and minor code of an access terminal's messages, decimal as on the wire."""


class Sent(NamedTuple):
    """One MQTT message."""

    topic: str
    payload: bytes


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at / MS, ZONE)


def terminal(device: str, what: str, at: int, number: int, card: str | None = None) -> Sent:
    """A Hikvision access terminal, as its HTTP push writes it. Its clock shows whole seconds."""
    major, minor = TERMINAL_CODES[what]
    block: dict[str, Any] = {
        "deviceName": "Access Controller", "majorEventType": major, "subEventType": minor,
        "serialNo": number, "frontSerialNo": number - 1, "currentEvent": True, "doorNo": 1,
        "cardReaderNo": 1, "currentVerifyMode": "cardOrFace", "attendanceStatus": "undefined",
    }  # fmt: skip
    if card is not None:
        block["cardNo"] = card
    alert = {
        "ipAddress": "192.0.2.11", "portNo": 80, "protocol": "HTTP", "channelID": 1,
        "dateTime": _local(at).isoformat(timespec="seconds"), "activePostCount": 1,
        "eventType": "AccessControllerEvent", "eventState": "active",
        "eventDescription": "Access Controller Event", "AccessControllerEvent": block,
    }  # fmt: skip
    return Sent(f"devices/{device}/hikvision", json.dumps(alert).encode())


def by_another_clock(sent: Sent, ahead_ms: int) -> Sent:
    """A terminal's message as its device writes it when its clock is so much ahead."""
    alert = json.loads(sent.payload)
    at = datetime.fromisoformat(alert["dateTime"]) + timedelta(milliseconds=ahead_ms)
    return Sent(sent.topic, json.dumps(alert | {"dateTime": at.isoformat()}).encode())


def station(device: str, code: str, at: int, action: str = "Pulse", **data: Any) -> Sent:
    """A Dahua door station or camera, as its event stream writes it."""
    clock = {"LocaleTime": f"{_local(at):%Y-%m-%d %H:%M:%S}", "UTC": at // MS, "UTCMS": at % MS}
    body = {"Action": action, "Code": code, "Index": 0, "Data": {**data, **clock}}
    return Sent(f"devices/{device}/dahua", json.dumps(body).encode())


def plate(device: str, text: str, at: int, number: int, sure: int = 97) -> Sent:
    """A Dahua plate camera."""
    car = {"PlateNumber": text, "Lane": 1}
    return station(
        device, "TrafficJunction", at, EventSeq=number, Plate={"Confidence": sure}, TrafficCar=car
    )


def tracked(camera: str, phase: str, seen: tuple[int, int], track: str) -> Sent:
    """A person followed by Frigate; `seen` is when first and now, `phase` new, update or end."""
    first, now = (at / MS for at in seen)
    known = {
        "id": f"{first:.6f}-{track}", "camera": camera, "frame_time": now, "label": "person",
        "sub_label": None, "top_score": 0.86, "score": 0.84, "false_positive": False,
        "start_time": first, "end_time": now if phase == "end" else None,
        "box": [310, 120, 390, 360], "area": 19200, "region": [200, 0, 600, 400],
        "stationary": False, "motionless_count": 0, "position_changes": 2,
        "current_zones": [], "entered_zones": [], "has_clip": True, "has_snapshot": True,
    }  # fmt: skip
    body = {"type": phase, "before": known, "after": known}
    return Sent("frigate/events", json.dumps(body).encode())


def reader(host: str, at: int, *, card: str, known: bool) -> Sent:
    """An esp-rfid door controller that judges a card."""
    body = {
        "type": "access", "time": at // MS, "hostname": host, "uid": card,
        "isKnown": "true" if known else "false", "access": "Always" if known else "Denied",
        "username": "resident" if known else "Unknown", "doorName": "Door",
    }  # fmt: skip
    return Sent(f"esprfid/{host}/send", json.dumps(body).encode())


def heartbeat(host: str, at: int) -> Sent:
    """An esp-rfid door controller that is alive."""
    body = {"type": "heartbeat", "time": at // MS, "uptime": 4711, "ip": "192.0.2.31",
            "hostname": host}  # fmt: skip
    return Sent(f"esprfid/{host}/send", json.dumps(body).encode())


def gate(serial: str, *events: dict[str, Any]) -> Sent:
    """A gate of the generic JSON form, with one message for many happenings."""
    body = {"gate": {"serial": serial}, "events": list(events)}
    return Sent(f"acme/gate/{serial}/events", json.dumps(body).encode())


def gate_event(kind: str, at: int, number: int, **more: Any) -> dict[str, Any]:
    """One happening of such a gate."""
    when = datetime.fromtimestamp(at / MS, ZONE).isoformat(timespec="milliseconds")
    return {"kind": kind, "number": number, "at": when, "lane": 1, **more}


def lines(device: str, at: int, number: int, **pairs: object) -> Sent:
    """A card controller of the generic line form: pairs parted by TAB."""
    told = {"time": f"{_local(at):%Y-%m-%d %H:%M:%S}", "number": number, **pairs}
    text = "\t".join(f"{name}={value}" for name, value in told.items())
    return Sent(f"acme/reader/{device}/log", text.encode())
