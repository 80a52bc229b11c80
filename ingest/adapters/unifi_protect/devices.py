"""Protect's devices to readings: what changed on one of them just now, or how it is. Pure.

An update holds only what changed, so a changed contact, lock or bell is a happening; it is told by
an event as well, with the same instant, and so becomes the same one. Everything else is a state.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.adapters.unifi_protect.events import instant
from ingest.adapters.unifi_protect.items import Item
from ingest.converters import said
from ingest.message import Reading
from schemas.event_fields import Scalar

_PRIVATE = frozenset({"user", "group", "cloudIdentity", "userLocation", "ulpUser", "keyring",
                      "liveview", "schedule", "recordingSchedule"})  # fmt: skip
"""Accounts, rights and views: nothing that happens at a gate."""

_SCALARS_MAX = 40
_SECRET = frozenset({"id", "modelKey", "mac", "host", "accessKey", "anonymousDeviceId", "guid",
                     "name", "displayName", "hardwareId", "nvrMac"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a device whose new value is a happening, and the field that says when."""

    field: str
    words: Mapping[str, str]
    when: str | None = None


_MOTION = {"True": "motion.started", "False": "motion.ended"}
_CHANGES = (
    Change("isOpened", {"True": "door.opened", "False": "door.closed"}, "openStatusChangedAt"),
    Change("lockStatus", {
        "OPEN": "door.unlocked", "OPENING": "door.unlocked",
        "CLOSED": "door.locked", "CLOSING": "door.locked",
    }),
    Change("isPirMotionDetected", _MOTION, "lastMotion"),
    Change("state", {"DISCONNECTED": "device.offline", "CONNECTED": "device.online"}),
)  # fmt: skip
_SENSOR_MOTION = Change("isMotionDetected", _MOTION, "motionDetectedAt")
_CAMERA_MOTION = Change("isMotionDetected", _MOTION, "lastMotion")
_MOMENTS = {
    ("camera", "lastRing"): "doorbell.rung",
    ("sensor", "tamperingDetectedAt"): "device.tampered",
}
"""Fields that hold the instant of something, set when it happens."""


def read_device(item: Item) -> list[Reading]:
    """What a device tells: its changes, or where none is a happening, its state.

    A whole device (added, or listed) is described; accounts and views tell nothing.
    """
    if item.model in _PRIVATE:
        return []
    if item.action in ("add", "remove"):
        return [_told("device.described", "description", item)]
    found = [*_changes(item), *_moments(item)] if item.action == "update" else []
    return found or [_told("device.state_reported", "state", item)]


def _changes(item: Item) -> list[Reading]:
    motion = _SENSOR_MOTION if item.model == "sensor" else _CAMERA_MOTION
    return [
        Reading(
            word, item.id, instant(item.content.get(change.when)) if change.when else None,
            native=f"{item.model}/{change.field}={value}",
        )
        for change in (*_CHANGES, motion)
        if (value := said(item.content.get(change.field))) is not None
        and (word := change.words.get(value)) is not None
    ]  # fmt: skip


def _moments(item: Item) -> list[Reading]:
    return [
        Reading(word, item.id, time, native=f"{model}/{field}")
        for (model, field), word in _MOMENTS.items()
        if model == item.model and (time := instant(item.content.get(field))) is not None
    ]


def _told(word: str, name: str, item: Item) -> Reading:
    own = list(item.content.items())[:_SCALARS_MAX]
    facts: dict[str, Scalar] = {
        "model": item.model, "action": item.action,
        **{key: value for key, value in own if key not in _SECRET and _is_scalar(value)},
    }  # fmt: skip
    return Reading(word, item.id, native=f"{item.model}/{item.action}", fields={name: facts})


def _is_scalar(value: Any) -> bool:
    return isinstance(value, bool | int | float | str)
