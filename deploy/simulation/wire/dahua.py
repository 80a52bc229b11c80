"""Dahua events as a bridge or the device's own push publishes them: one JSON object each."""

from typing import Any

import orjson

from deploy.simulation.stage import SECOND
from deploy.simulation.wire import Telling
from ingest.topics import push_topic

_METHODS = {"card": 1, "remote": 4, "face": 15}
_ERRORS = {"unknown_credential": 16, "no_permission": 18}


def told(telling: Telling) -> tuple[str, bytes]:
    """The topic and payload of a fact."""
    code, action, data = _EVENTS[telling.fact.type](telling)
    body = {
        "Action": action,
        "Code": code,
        "Index": int(telling.fact.channel or 0),
        "Data": {**data, **_clock(telling)},
        "deviceType": "VTO2202F" if telling.device.kind == "reader" else "ITC413",
        "serialNumber": telling.device.ids[0],
    }
    return push_topic(telling.device.id, "dahua"), orjson.dumps(body)


def _clock(telling: Telling) -> dict[str, Any]:
    """Wall-clock text without a zone, and the UTC the device believes in."""
    at = telling.stamp.at
    clock: dict[str, Any] = {"LocaleTime": telling.stamp.text, "UTC": at // SECOND}
    if telling.device.kind == "camera":
        clock["UTCMS"] = at % SECOND
    return clock


def _access(telling: Telling) -> tuple[str, str, dict[str, Any]]:
    fact = telling.fact
    method = fact.fields["method"]
    data: dict[str, Any] = {
        "Door": 0,
        "Method": _METHODS[method],
        "ReaderID": fact.fields["reader"],
        "RecNo": fact.sequence,
        "Status": int(fact.type == "access.granted"),
        "Type": "Entry",
    }
    if fact.type == "access.denied":
        data["ErrorCode"] = _ERRORS[fact.fields["reason"]]
    if fact.subject is not None:
        data["CardNo" if method == "card" else "UserID"] = fact.subject
    return "AccessControl", "Pulse", data


def _contact(telling: Telling) -> tuple[str, str, dict[str, Any]]:
    status = "Open" if telling.fact.type == "door.opened" else "Close"
    return "DoorStatus", "Pulse", {"Status": status}


def _button(telling: Telling) -> tuple[str, str, dict[str, Any]]:
    return "AlarmLocal", "Start", {}


def _call(telling: Telling) -> tuple[str, str, dict[str, Any]]:
    return "Invite", "Pulse", {"CallID": str(telling.fact.sequence), "LockNum": 1}


def _crossing(telling: Telling) -> tuple[str, str, dict[str, Any]]:
    fact = telling.fact
    data = {
        "Name": fact.fields["zone"],
        "Direction": fact.fields["crossing"],
        "EventSeq": fact.sequence,
        "Object": {"ObjectID": int(fact.fields["track"]), "ObjectType": "Human"},
    }
    return "CrossLineDetection", "Pulse", data


def _wandering(telling: Telling) -> tuple[str, str, dict[str, Any]]:
    fact = telling.fact
    data = {
        "Name": fact.fields["zone"],
        "EventSeq": fact.sequence,
        "Object": {"ObjectID": int(fact.fields["track"]), "ObjectType": "Human"},
    }
    return "WanderDetection", "Start" if fact.type == "loitering.started" else "Stop", data


def _traffic(telling: Telling) -> tuple[str, str, dict[str, Any]]:
    fact = telling.fact
    data = {
        "EventSeq": fact.sequence,
        "Plate": {"Confidence": round(100 * (fact.confidence or 0))},
        "TrafficCar": {"PlateNumber": fact.subject, "Lane": int(fact.fields["lane"])},
    }
    return "TrafficJunction", "Pulse", data


_EVENTS = {
    "access.granted": _access,
    "access.denied": _access,
    "door.opened": _contact,
    "door.closed": _contact,
    "exit.requested": _button,
    "doorbell.rung": _call,
    "line.crossed": _crossing,
    "loitering.started": _wandering,
    "loitering.ended": _wandering,
    "plate.read": _traffic,
}
