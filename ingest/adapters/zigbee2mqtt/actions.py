"""What a device says was done to it: `action` of locks, keypads and help buttons. Pure.

Names are those of zigbee-herdsman-converters (lock operation and programming events, IAS ACE).
"""

from collections.abc import Mapping
from typing import Any

from ingest.converters import whole
from ingest.message import DeviceTime, Reading
from schemas.event_data import Method

_NOBODY = 0xFFFF
_HELP = frozenset({"emergency", "panic", "sos", "police_help", "fire", "medical"})
_PANIC = "panic"
_ARMING = frozenset({"disarm", "arm_all_zones", "arm_day_zones", "arm_night_zones", "exit_delay"})
_METHODS: tuple[tuple[str, Method], ...] = (
    ("keypad", "pin"), ("password", "pin"), ("pin", "pin"), ("rfid", "card"), ("card", "card"),
    ("finger", "fingerprint"), ("face", "face"), ("zigbee", "remote"), ("rf_", "remote"),
    ("bluetooth", "bluetooth"),
)  # fmt: skip
_SOURCES: Mapping[str, Method] = {"0": "pin", "1": "remote", "3": "card", "4": "fingerprint"}
"""`action_source` as the Zigbee Cluster Library numbers it; 2 is by hand."""


def read_action(
    action: str, data: Mapping[str, Any], device: str | None, time: DeviceTime | None
) -> Reading:
    """The reading of an action; one that is none of a door's or an alarm's is a state."""
    told = action.lower()
    word, fields = _meaning(told, data)
    return Reading(
        word, device, time, subject=_user(data) if word.startswith(("door.", "access.")) else None,
        native=f"action/{action[:64]}", fields=fields, key=told[:64],
    )  # fmt: skip


def _meaning(told: str, data: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if told in _HELP:
        return "help.requested", {"silent": True} if told == _PANIC else {}
    if told in _ARMING:
        return "device.operated", {}
    if "fail" in told or "invalid" in told:
        return _failure(told, data)
    if told.endswith(("unlock", "unlocked")):
        return "door.unlocked", {}
    if told.endswith(("lock", "locked")):
        return "door.locked", {}
    return "device.state_reported", {"state": {"action": told[:64]}}


def _failure(told: str, data: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A refusal to unlock; a lock that could not lock is a state."""
    if "unlock" not in told:
        return "device.state_reported", {"state": {"action": told[:64]}}
    method = next((m for sign, m in _METHODS if sign in told.replace("pin_or_id", "")), None)
    source = _SOURCES.get(str(data.get("action_source")))
    reason = "wrong_time" if "schedule" in told else "unknown_credential"
    if reason == "unknown_credential" and source == "pin":
        reason = "wrong_pin"
    return "access.denied", {"method": method or source or "unknown", "reason": reason}


def _user(data: Mapping[str, Any]) -> str | None:
    """The lock's number of the person whose code or card it was."""
    number = whole(data.get("action_user"))
    return None if number is None or number == _NOBODY else str(number)
