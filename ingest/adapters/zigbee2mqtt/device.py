"""What a device behind the gateway publishes: all its values at once. Pure.

Contact, motion and alarms are told as they stand, in each message; a door that stays open is told
again with each battery report. What a lock's `state` says can lag behind what was just done.
"""

from collections.abc import Mapping
from typing import Any

from ingest.adapters.zigbee2mqtt.actions import read_action
from ingest.converters import epoch_time, flag, iso_time, number, said
from ingest.message import DeviceTime, Reading, Unreadable
from schemas.event_fields import Scalar

_SCALARS_MAX = 60
_SECRET = frozenset({"action_code", "pin_code", "device", "update"})
_WORDS: Mapping[tuple[str, bool], tuple[str, dict[str, Any]]] = {
    ("contact", False): ("door.opened", {}),
    ("contact", True): ("door.closed", {}),
    ("garage_door_contact", False): ("door.opened", {}),
    ("garage_door_contact", True): ("door.closed", {}),
    ("occupancy", True): ("motion.started", {}),
    ("occupancy", False): ("motion.ended", {}),
    ("presence", True): ("motion.started", {}),
    ("presence", False): ("motion.ended", {}),
    ("tamper", True): ("device.tampered", {}),
    ("smoke", True): ("fire.detected", {"hazard": "smoke"}),
    ("gas", True): ("fire.detected", {"hazard": "gas"}),
    ("carbon_monoxide", True): ("fire.detected", {"hazard": "gas"}),
    ("sos", True): ("help.requested", {}),
}
"""`contact` and `garage_door_contact` true mean closed."""


def read_values(data: Mapping[str, Any], device: str | None, retained: bool) -> list[Reading]:
    """The happenings in a device's values, or else its state. Retained values are a state."""
    time = last_seen(data)
    action = said(data.get("action"))
    found: list[Reading] = []
    if not retained:
        if action is not None:
            found.append(read_action(action, data, device, time))
        found.extend(_happenings(data, device, time))
    return found or [_state(data, device, time)]


def _happenings(
    data: Mapping[str, Any], device: str | None, time: DeviceTime | None
) -> list[Reading]:
    told = [(name, flag(data[name])) for name in _NAMES if name in data]
    return [
        Reading(word, device, time, native=name, fields=fields, key=_key(name))
        for name, value in told
        if value is not None and (name, value) in _WORDS
        for word, fields in [_WORDS[name, value]]
    ]


_NAMES = tuple(dict.fromkeys(name for name, _ in _WORDS))


def _key(name: str) -> str | None:
    """Gas and carbon monoxide are one type of event; nothing else needs telling apart."""
    return name if name in ("gas", "carbon_monoxide", "smoke", "presence") else None


def _state(data: Mapping[str, Any], device: str | None, time: DeviceTime | None) -> Reading:
    facts: dict[str, Scalar] = {
        name: value
        for name, value in list(data.items())[:_SCALARS_MAX]
        if name not in _SECRET and isinstance(value, bool | int | float | str)
    }
    return Reading("device.state_reported", device, time, native="state", fields={"state": facts})


def last_seen(data: Mapping[str, Any]) -> DeviceTime | None:
    """`last_seen`, if it is switched on: ISO 8601 with or without zone, or milliseconds."""
    value = data.get("last_seen")
    if value is None:
        return None
    if number(value) is not None:
        return epoch_time(value, "$.last_seen", unit_per_s=1000)
    if not isinstance(value, str):
        raise Unreadable("last_seen is neither a text nor a number", "$.last_seen")
    return iso_time(value, "$.last_seen")
