"""What uhppoted-mqtt answers to requests: states, descriptions, and records asked for. Pure.

https://github.com/uhppoted/uhppoted-mqtt, documentation/commands. Cards, passcodes and access
lists are people's data: those answers are understood, and nothing of them is taken.
"""

from collections.abc import Mapping
from typing import Any

from ingest.adapters.uhppoted.clock import board_time
from ingest.adapters.uhppoted.events import reading_of
from ingest.converters import flag, whole
from ingest.message import Reading, Unreadable

_EVENTS_MAX = 10_000
_CLOCK_SET = "set-time"
_CHANGED = frozenset({
    "set-antipassback", "set-door-delay", "set-door-control", "set-passcodes", "set-interlock",
    "set-keypads", "set-door-passcodes", "set-door-interlock", "set-door-keypads",
    "record-special-events", "set-task-list", "set-time-profile", "set-time-profiles",
    "clear-time-profiles", "restore-default-parameters",
})  # fmt: skip
_READ = frozenset({"get-time", "get-door-delay", "get-door-control", "get-antipassback"})
_STATES = ("delay", "control", "antipassback", "anti-passback", "door", "door-id")


def reply(method: str | None, response: Any) -> list[Reading]:
    """The readings of an answer. Raises Unreadable."""
    body: Mapping[str, Any] = response if isinstance(response, dict) else {}
    if isinstance(body.get("status"), dict):
        return [_status(body)]
    if isinstance(body.get("events"), list):
        return _asked_for(body["events"])
    if isinstance(body.get("event"), dict):
        return _asked_for([body["event"]])
    if method in ("get-device", "get-devices"):
        return _described(body)
    return _settings(method, body)


def _asked_for(records: list[Any]) -> list[Reading]:
    if len(records) > _EVENTS_MAX:
        raise Unreadable(f"holds more than {_EVENTS_MAX} events", "$.message.reply.response")
    found = (reading_of(one, replayed=True) for one in records if isinstance(one, dict))
    return [reading for reading in found if reading is not None]


def _status(body: Mapping[str, Any]) -> Reading:
    """The state of a board. The event in it is the last one it remembers, and no news."""
    status = body["status"]
    state: dict[str, Any] = {}
    for name, shut, ajar in (("door", "closed", "open"), ("button", "released", "pressed")):
        told = status.get(f"{name}-states" if name == "door" else "door-buttons")
        for door, value in told.items() if isinstance(told, dict) else ():
            if (on := flag(value)) is not None:
                state[f"{name}_{door}"] = ajar if on else shut
    for name in ("input-state", "relay-state", "system-error", "special-info"):
        if (number := whole(status.get(name))) is not None:
            state[name.replace("-", "_")] = number
    return Reading(
        "device.state_reported", device=_device(body), native="get-status",
        time=board_time(status.get("system-datetime"), "$.system-datetime"),
        fields={"state": state},
    )  # fmt: skip


def _described(body: Mapping[str, Any]) -> list[Reading]:
    many = body.get("devices")
    boards: list[tuple[str, Mapping[str, Any]]]
    if isinstance(many, dict):
        boards = [(str(key), value) for key, value in many.items() if isinstance(value, dict)]
    elif isinstance(many, list):
        boards = [(_device(row) or "", row) for row in many if isinstance(row, dict)]
    else:
        boards = [(_device(body) or "", body)]
    return [
        Reading(
            "device.described", device=device or None, native="get-device",
            fields={"description": _about(row)},
        )
        for device, row in boards
    ]  # fmt: skip


_ABOUT = {"device-type": "model", "version": "firmware", "mac-address": "mac", "date": "built"}


def _about(row: Mapping[str, Any]) -> dict[str, str]:
    return {word: str(row[name]) for name, word in _ABOUT.items() if row.get(name)}


def _settings(method: str | None, body: Mapping[str, Any]) -> list[Reading]:
    device = _device(body)
    if method == _CLOCK_SET:
        time = board_time(body.get("date-time"), "$.date-time")
        return [Reading("device.clock_set", device, time, native=method)]
    if method in _CHANGED:
        return [Reading("device.operated", device, native=method)]
    if method in _READ:
        time = board_time(body.get("date-time"), "$.date-time")
        state = {name: body[name] for name in _STATES if name in body} or {"clock": "read"}
        told = {"state": state}
        return [Reading("device.state_reported", device, time, native=method, fields=told)]
    return []  # open-door has an event of its own; the others hold people's data


def _device(body: Mapping[str, Any]) -> str | None:
    found = whole(body.get("device-id"))
    return str(found) if found else None
