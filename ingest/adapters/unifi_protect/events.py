"""Protect's events to readings. Pure.

An event is told when it begins, as often as it changes, and when it ends, and the device it
concerns may tell the same instant once more as its own state. So `time` is the event's start, and
what only one of these forms knows stays out of the identity.
"""

from collections.abc import Mapping
from typing import Any

from ingest.adapters.unifi_protect.items import Item
from ingest.adapters.unifi_protect.table import CHOSEN, KINDS, MEANINGS, QUIET, STATE, Meaning
from ingest.converters import epoch_time, number, said, share
from ingest.message import DeviceTime, Reading, Unreadable
from ingest.quick import changed
from schemas.event_data import AccessPresented, CameraData, EventData
from schemas.event_fields import Scalar

MS = 1000
_PARTS = ("sensorId", "lightId", "doorlockId", "deviceId")
_PLATE = "licensePlate"
_TRACKED = frozenset({"smartDetectZone", "smartDetectLine", "smartDetectLoiterZone"})
_SECRET = frozenset({"adoptedBy", "pin", "nfc", "fingerprint", "detectedThumbnails"})


def instant(value: Any) -> DeviceTime | None:
    """Milliseconds since 1970 as a time; None for anything else, which firmware does send."""
    try:
        return None if number(value) is None else epoch_time(value, unit_per_s=MS)
    except Unreadable:
        return None


def read_event(item: Item, known: Mapping[str, Any] | None = None) -> list[Reading]:
    """The reading of one event; `known` is what the message told of it before.

    An update that does not say of what kind the event is, is a state. Raises Unreadable for a type
    the table lacks.
    """
    content = {**(known or {}), **item.content}
    kind = said(content.get("type"))
    if kind in QUIET:
        return []
    if kind is None:
        state: dict[str, Scalar] = {"event": item.id, "ended": "end" in item.content}
        return [_state(content, item, state)]
    meaning = meaning_of(kind, content)
    ended = known is not None and item.content.get("end") is not None
    if ended and meaning.ended is not None:
        return [_reading(meaning.ended, meaning, content, item, instant(content.get("end")))]
    return _begun(meaning, content, item)


def _begun(meaning: Meaning, content: Mapping[str, Any], item: Item) -> list[Reading]:
    """An event from its start; whatever of a plate crosses a line or loiters, is read as well."""
    time = instant(content.get("start"))
    reading = _reading(meaning.type, meaning, content, item, time)
    if reading.subject is None or meaning.type not in ("line.crossed", "loitering.started"):
        return [reading]
    plate = Reading(
        "plate.read", reading.device, time, subject=reading.subject, key=reading.key,
        confidence=reading.confidence, native=reading.native,
    )  # fmt: skip
    return [changed(reading, subject=None), plate]


def meaning_of(kind: str, content: Mapping[str, Any]) -> Meaning:
    """What an event of a type means. Raises Unreadable for a type the table lacks."""
    words = CHOSEN.get(kind)
    if words is not None:
        told = next((word for word in _words(content) if word in words), None)
        return STATE if told is None else words[told]
    found = MEANINGS.get(kind)
    if found is None:
        raise Unreadable(f"event type {kind[:64]!r} is not known here; see the README", "$.type")
    return found


def _words(content: Mapping[str, Any]) -> list[str]:
    """The words of an event that settle what it is, where its type alone does not."""
    about = metadata(content)
    told = [plain(about.get(name)) for name in ("alarmType", "button", "inputState")]
    return [word for word in (*told, *kinds(content)) if word]


def kinds(content: Mapping[str, Any]) -> list[str]:
    """What was detected, in Protect's words."""
    told = content.get("smartDetectTypes")
    return [word for word in told if isinstance(word, str)] if isinstance(told, list) else []


def metadata(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event's own facts, by kind of event."""
    about = content.get("metadata")
    return about if isinstance(about, dict) else {}


def plain(value: Any) -> str | None:
    """A value as text, unwrapped from `{"text": …}` or `{"number": …}`."""
    if isinstance(value, dict):
        value = value.get("text", value.get("number"))
    return said(value)


def device_of(content: Mapping[str, Any]) -> str | None:
    """The device an event concerns: a camera, or whatever its metadata names."""
    about = metadata(content)
    named = (plain(about.get(name)) for name in _PARTS)
    return said(content.get("camera")) or said(content.get("device")) or next(
        filter(None, named), None
    )  # fmt: skip


def _reading(
    word: str, meaning: Meaning, content: Mapping[str, Any], item: Item, time: DeviceTime | None
) -> Reading:
    kind = str(content["type"])
    if word in ("device.state_reported", "device.described"):
        return _state(content, item, _facts(content), word, time)
    plate = _plate_of(content) if kind in _TRACKED else None
    if plate is not None and word == "object.seen":
        word = "plate.read"
    return Reading(
        word, device_of(content), time, plain(metadata(content).get("inputChannel")),
        subject=plate or _person(meaning, content),
        confidence=share(content.get("score"), 100) or None, native=f"event/{kind}",
        fields=_fields(word, meaning, content, item), key=_key(kind, content, item),
    )  # fmt: skip


def _key(kind: str, content: Mapping[str, Any], item: Item) -> str | None:
    """What tells detections of one instant apart; other events a device may tell once more."""
    if kind not in _TRACKED:
        return None
    return "/".join((item.id or "", *sorted(kinds(content))))


def _fields(word: str, meaning: Meaning, content: Mapping[str, Any], item: Item) -> dict[str, Any]:
    data = EventData.TYPES[word]
    if meaning.hazard is not None:
        return {"hazard": meaning.hazard}
    if meaning.zone is not None or meaning.silent:
        return {"silent": True} if meaning.silent else {"zone": meaning.zone}
    if issubclass(data, AccessPresented):
        return {"method": meaning.method}
    fields: dict[str, Any] = {}
    if issubclass(data, CameraData) and str(content["type"]) in _TRACKED:
        seen = kinds(content)
        objects = {KINDS.get(name, name) for name in seen}
        fields = {"object": objects.pop() if len(objects) == 1 else None, "track": item.id}
        if word == "object.seen":
            fields["label"] = ", ".join(sorted(seen)) or None
    return fields


def _person(meaning: Meaning, content: Mapping[str, Any]) -> str | None:
    """The card that was shown, or else whose it is; of a finger only whose it is."""
    if meaning.method is None:
        return None
    held = metadata(content).get("nfc" if meaning.method == "card" else "fingerprint")
    if not isinstance(held, dict):
        return None
    return said(held.get("nfcId")) or said(held.get("ulpId")) or said(held.get("userId"))


def _plate_of(content: Mapping[str, Any]) -> str | None:
    """The plate, which stands in the thumbnails, or in older versions in the metadata."""
    if _PLATE not in kinds(content):
        return None
    about = metadata(content)
    older = about.get(_PLATE)
    if isinstance(older, dict):
        return said(older.get("name"))
    shown = about.get("detectedThumbnails")
    rows = [row for row in shown if isinstance(row, dict)] if isinstance(shown, list) else []
    vehicles = [row for row in rows if row.get("type") == "vehicle"]
    groups = [row["group"] for row in vehicles if isinstance(row.get("group"), dict)]
    names = (said(row.get(name)) for name, found in (("matchedName", groups), ("name", vehicles))
             for row in found)  # fmt: skip
    return next(filter(None, names), None)


def _facts(content: Mapping[str, Any]) -> dict[str, Scalar]:
    """What a state or description says, without people's names and numbers."""
    told = {name: plain(value) for name, value in metadata(content).items() if name not in _SECRET}
    found: dict[str, Scalar] = {name: text for name, text in told.items() if text is not None}
    return {"event": str(content["type"]), **found, **_seen(content)}


def _seen(content: Mapping[str, Any]) -> dict[str, Scalar]:
    seen = kinds(content)
    return {"detected": ", ".join(seen)} if seen else {}


def _state(
    content: Mapping[str, Any], item: Item, facts: dict[str, Scalar],
    word: str = "device.state_reported", time: DeviceTime | None = None,
) -> Reading:  # fmt: skip
    name = "description" if word == "device.described" else "state"
    return Reading(
        word, device_of(content), time, native=f"event/{said(content.get('type')) or 'change'}",
        key=item.id, fields={name: facts},
    )  # fmt: skip
