"""Notifications to readings: cameras, inputs and states by table, doors and access by their own.

A property that comes as `Initialized` is the state at subscription. It keeps its word and the mark
of a state found on subscribing, which no rule takes for a happening; words of doors, access and
vehicles are not used for states at all.
"""

import re
from collections.abc import Callable
from typing import Any

from ingest.adapters._onvif.access import read_access, read_door
from ingest.adapters._onvif.notification import DELETED, INITIALIZED, Notification
from ingest.adapters._onvif.recognition import read_area, read_face, read_objects, read_plate
from ingest.adapters._onvif.topics import STATE, Row, Topics, item_rows
from ingest.adapters._onvif.values import condition, seen_object, told_state
from ingest.converters import whole
from ingest.message import Reading, Unreadable
from ingest.quick import changed
from schemas.event_data import (
    CameraData,
    DeviceTampered,
    EventData,
    LineCrossed,
    ObjectCounted,
    PersonCounted,
    VehicleCounted,
)

_NEVER_A_STATE = ("access.", "door.", "barrier.", "vehicle.", "plate.", "exit.", "person.",
                  "doorbell.", "help.", "loop.", "face.", "device.")  # fmt: skip
_VIDEO = ("VideoSourceConfigurationToken", "VideoSourceToken", "VideoSource",
          "VideoSourceConfiguration", "Source", "channel", "Channel", "video_source")  # fmt: skip
_RULES = ("Rule", "RuleName", "RuleToken", "areaid")
_OBJECT_IDS = ("ObjectId", "objectId", "ObjectID", "object_id")
_WAYS = ("Direction", "Action")
_COUNTS = ("Count", "count", "total", "Occupancy")
_VEHICLES = frozenset({"vehicle", "car", "truck", "bus", "motorcycle", "bicycle", "bike"})
_VEHICLE_NAME = re.compile(
    r"(?<![a-z])(?:vehicle|car|truck|lorry|bus)(?:s|es)?(?![a-z])(?! ?(?:park|stop))", re.IGNORECASE
)
_PERSON_NAME = re.compile(r"person|people|pedestrian|human", re.IGNORECASE)
_MEASURED = "Value"
"""A sensor's reading is a state, also where the topic that would name the sensor is lost."""
_NUMBERED = re.compile(r"(?:Camera|Device|Channel_?)(\d{1,4})")

_OWN: dict[tuple[str, ...], Callable[[Notification], list[Reading]]] = {
    ("accesscontrol",): read_access,
    ("door", "state"): read_door,
    ("ruleengine", "objectdetection"): read_objects,
    ("ruleengine", "recognition", "licenseplate"): read_plate,
    ("ruleengine", "recognition", "face"): read_face,
    ("openapp", "wiseai", "objectdetection"): read_objects,
    ("openapp", "wiseai", "ivaarea"): read_area,
}
"""Topics with content of their own; all others stand in a table."""
_TRIGGER = ("device", "trigger")
"""Of inputs and relays; some firmware sets the whole topic below another root (`VideoSource`)."""
_WIRED = ("RelayToken", "InputToken")
"""Sources that only inputs and relays have: with a `LogicalState` they need no topic."""


def read_notification(notification: Notification, topics: Topics) -> list[Reading]:
    """What a notification says. Raises Unreadable for a topic that no table has.

    A deleted property is not told, except where its end is what there is to tell.
    """
    if notification.operation == DELETED:
        return _deleted(notification, topics)
    folded = tuple(part.lower() for part in notification.path[:3])
    for length in range(1, len(folded) + 1):
        read = _OWN.get(folded[:length])
        if read is not None:
            return [_settled(reading, notification) for reading in read(notification)]
    if _TRIGGER in (folded[:2], folded[1:]) or (not folded and _is_wired(notification)):
        return [_settled(_input(notification), notification)]
    return [_settled(_by_table(notification, topics), notification)]


def _is_wired(notification: Notification) -> bool:
    return "LogicalState" in notification.data and any(t in notification.source for t in _WIRED)


def _deleted(notification: Notification, topics: Topics) -> list[Reading]:
    found = topics.find(notification.path)
    if found is None or not found[0].pulse or found[0].inactive == STATE:
        return []
    ended = _camera(notification, found[0], found[1], False)
    return [_settled(ended, notification)]


def _settled(reading: Reading, notification: Notification) -> Reading:
    """The reading with its time and topic, and as a state where it is one."""
    shared: dict[str, Any] = {
        "device": notification.device, "time": notification.time,
        "native": reading.native or notification.topic or None,
    }  # fmt: skip
    if reading.type == STATE:
        return changed(reading, **shared, key=notification.topic)
    if notification.operation != INITIALIZED:
        return changed(reading, **shared)
    if reading.type.startswith(_NEVER_A_STATE):
        fields = {"state": told_state(notification)}
        plain = Reading(STATE, channel=reading.channel, key=notification.topic, fields=fields)
        return changed(plain, **shared)
    return changed(reading, **shared, fields={**reading.fields, "retained": True})


def _input(notification: Notification) -> Reading:
    """A wired input or relay; relays are told apart, for both count from 1 (or 0)."""
    relay = notification.of_source("RelayToken", "relay", "RelayOutputToken")
    port = notification.of_source("InputToken", "AlarmInToken", "DigitalInputToken", "Token")
    on = condition(notification.data)
    if on is None:
        raise Unreadable("input without LogicalState or State", "$.Data")
    channel = f"relay {relay}" if relay else port or (notification.path[-1:] or [None])[0]
    return Reading("input.activated" if on else "input.cleared", channel=channel)


def _by_table(notification: Notification, topics: Topics) -> Reading:
    found = topics.find(notification.path)
    if found is not None and not _by_item(found[0], notification):
        row, rest = found
    elif not notification.path and _MEASURED in notification.data:
        return _state(notification)
    else:
        row, rest = _item_row(notification), ()
    if row.active == STATE:
        return _state(notification)
    on = condition(notification.data, row.item)
    if on is None and not row.pulse:
        raise Unreadable(f"{notification.topic} without an item that says whether it holds", "$")
    return _camera(notification, row, rest, on is not False)


def _by_item(row: Row, notification: Notification) -> bool:
    """Whether a vendor reports under another rule's topic and only the item tells it apart."""
    own = next((item_rows()[n.lower()] for n in notification.data if n.lower() in item_rows()), row)
    return row.active not in (own.active, STATE) and row.item is None


def _item_row(notification: Notification) -> Row:
    for name in notification.data:
        row = item_rows().get(name.lower())
        if row is not None:
            return row
    what = f"unknown topic {notification.topic!r}" if notification.path else "has no topic"
    raise Unreadable(f"{what}; this adapter's topics.csv lacks it", "$")


def _state(notification: Notification) -> Reading:
    channel = next(iter(notification.source.values()), None)
    text = str(channel) if channel not in (None, "") else None
    return Reading(STATE, channel=text, fields={"state": told_state(notification)})


def _camera(notification: Notification, row: Row, rest: tuple[str, ...], on: bool) -> Reading:
    word = _counted(row.active, notification) if on else row.inactive
    leaf = rest[0] if rest and _NUMBERED.match(rest[0]) else None
    zone = notification.of_source(*_RULES) or leaf
    track = notification.of_data(*_OBJECT_IDS)
    channel = notification.of_source(*_VIDEO, "port", "sensor") or _number(leaf)
    key = "/".join(filter(None, (zone, track))) or None
    fields = _fields(word, notification, row, zone, track)
    return Reading(word, channel=channel, key=key, fields=fields)


def _counted(word: str, notification: Notification) -> str:
    """A counter of passages counts people, unless it names a kind of vehicle."""
    if word != PersonCounted.TYPE:
        return word
    told, rule = seen_object(notification), notification.of_source(*_RULES) or ""
    by_name = told is None and _VEHICLE_NAME.search(rule) and not _PERSON_NAME.search(rule)
    return VehicleCounted.TYPE if told in _VEHICLES or by_name else word


def _number(leaf: str | None) -> str | None:
    """The camera in a profile's name (`Camera1Profile2`)."""
    found = _NUMBERED.match(leaf or "")
    return found[1] if found else None


def _fields(
    word: str, notification: Notification, row: Row, zone: str | None, track: str | None
) -> dict[str, Any]:
    data = EventData.TYPES[word]
    if word == STATE:
        return {"state": told_state(notification)}
    if issubclass(data, DeviceTampered):
        return {"zone": zone}
    if issubclass(data, PersonCounted | VehicleCounted):
        return {"count": whole(notification.of_data(*_COUNTS))}
    if not issubclass(data, CameraData):
        return {}
    told = row.object or seen_object(notification)
    fields: dict[str, Any] = {"object": told, "track": track, "zone": zone}
    if issubclass(data, LineCrossed):
        fields["crossing"] = notification.of_data(*_WAYS)
    if issubclass(data, ObjectCounted):
        fields["count"] = whole(notification.of_data(*_COUNTS))
    return fields
