"""Frigate's JSON: tracked objects, review items, and what it finds out about them later.

One object is told many times: new, update after update, end. The time of each is the object's
start, so that all tell of one thing; `observed_at` is when it was seen: the frame, or for a review
item, which names none, when it was heard. `sequence` tells the readings apart: for an object the
frame in milliseconds, for a review item what it has gathered so far, which only grows. A re-send
has the same, and so the same id.
"""

from collections.abc import Mapping
from typing import Any

from ingest.adapters.frigate.kinds import kind_of
from ingest.converters import epoch_time, lenient_json, said, share
from ingest.message import DeviceTime, Message, Reading, Unreadable

_LIST_PLATES = "known_plates"
"""The list in Frigate's configuration that a named plate stands on."""

_ENDED = 1_000_000
_ALERT = 100_000


def json_object(message: Message) -> dict[str, Any]:
    """The payload as an object. Raises Unreadable."""
    data = lenient_json(message.payload)
    if not isinstance(data, dict):
        raise Unreadable("is no JSON object", "$")
    return data


def _part(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = data.get(name)
    if not isinstance(part, dict):
        raise Unreadable(f"has no {name} object", f"$.{name}")
    return part


def _phase(data: Mapping[str, Any], words: tuple[str, ...]) -> str:
    phase = data.get("type")
    if phase not in words:
        raise Unreadable(f"type {phase!r} is none of {', '.join(words)}", "$.type")
    return str(phase)


def _needed(data: Mapping[str, Any], name: str, path: str = "$") -> str:
    text = said(data.get(name))
    if text is None:
        raise Unreadable(f"has no {name}", f"{path}.{name}")
    return text


def _time(data: Mapping[str, Any], name: str, path: str) -> DeviceTime | None:
    value = data.get(name)
    return None if value is None else epoch_time(value, f"{path}.{name}")


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value if item) if isinstance(value, list) else ()


def _plate(value: Any) -> str | None:
    """A plate as text; some versions write it with its score as a pair."""
    return said(value[0] if isinstance(value, list) and value else value)


def event(message: Message, prefix: str) -> list[Reading]:
    """A tracked object: seen, seen again, gone. One that Frigate took back tells nothing."""
    data = json_object(message)
    phase, after = _phase(data, ("new", "update", "end", "clip_ready")), _part(data, "after")
    if phase == "clip_ready":
        return []  # version 0.8: the recording can be had now
    camera, label = _needed(after, "camera", "$.after"), _needed(after, "label", "$.after")
    if after.get("false_positive") is True:
        return []
    frame = _time(after, "frame_time", "$.after")
    zones = _texts(after.get("entered_zones" if phase == "end" else "current_zones"))
    fields: dict[str, Any] = {
        "object": kind_of(label), "track": _needed(after, "id", "$.after"), "zones": zones,
        "zone": zones[0] if len(zones) == 1 else None,
    }  # fmt: skip
    if phase != "end":
        fields["label"] = label
    return [
        Reading(
            "object.left" if phase == "end" else "object.seen", camera,
            _time(after, "start_time", "$.after"), camera,
            frame.instant if frame else None,
            _plate(after.get("recognized_license_plate")),
            confidence=share(after.get("score")), native=f"events/{phase}", key=fields["track"],
            fields=fields, observed=frame,
        )
    ]  # fmt: skip


def review(message: Message, prefix: str) -> list[Reading]:
    """A review item: what Frigate holds worth a look (`detection`) or more (`alert`)."""
    data = json_object(message)
    phase, after = _phase(data, ("new", "update", "end", "genai")), _part(data, "after")
    if phase == "genai":
        return _summary(after)
    camera, severity = _needed(after, "camera", "$.after"), after.get("severity")
    if severity not in ("detection", "alert"):
        raise Unreadable(f"severity {severity!r} is neither detection nor alert",
                         "$.after.severity")  # fmt: skip
    seen = after.get("data") if isinstance(after.get("data"), dict) else {}
    fields = _review_fields(after, seen or {})
    if phase == "end":
        fields.pop("label")
    return [
        Reading(
            "object.left" if phase == "end" else "object.seen", camera,
            _time(after, "start_time", "$.after"), camera,
            _ALERT * (severity == "alert") + _ENDED * (phase == "end") + _gathered(seen or {}),
            native=f"reviews/{phase}/{severity}", key=fields["track"], fields=fields,
            observed=DeviceTime("", instant=message.received_at),
        )
    ]  # fmt: skip


def _summary(after: Mapping[str, Any]) -> list[Reading]:
    """What a model wrote of a review item; nothing where it wrote nothing yet."""
    seen = after.get("data")
    written = seen.get("metadata") if isinstance(seen, dict) else None
    if not isinstance(written, dict):
        return []
    text = said(written.get("scene")) or said(written.get("shortSummary"))
    if text is None:
        return []
    camera, track = _needed(after, "camera", "$.after"), _needed(after, "id", "$.after")
    told = {"track": track, "title": said(written.get("title")), "text": text}
    return [
        Reading(
            "device.described", camera, _time(after, "start_time", "$.after"), camera,
            native="reviews/genai", key=track,
            fields={"description": {name: value for name, value in told.items() if value}},
        )
    ]  # fmt: skip


def _review_fields(after: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    labels = _texts(seen.get("objects")) or _texts(seen.get("audio"))
    kinds = {kind_of(label) for label in _texts(seen.get("objects"))}
    zones = _texts(seen.get("zones"))
    return {
        "object": kinds.pop() if len(kinds) == 1 else None,
        "track": _needed(after, "id", "$.after"),
        "zones": zones,
        "zone": zones[0] if len(zones) == 1 else None,
        "label": ", ".join(sorted(labels)) or None,
    }


def _gathered(seen: Mapping[str, Any]) -> int:
    """How much a review item holds; each of these lists only grows while it lasts."""
    names = ("detections", "objects", "verified_objects", "sub_labels", "zones", "audio")
    return sum(len(_texts(seen.get(name))) for name in names)


def update(message: Message, prefix: str) -> list[Reading]:
    """What Frigate found out about an object: a face, a plate, a class, a description."""
    data = json_object(message)
    match _phase(data, ("face", "lpr", "classification", "description")):
        case "face":
            return [_face(data)]
        case "lpr":
            return [_lpr(data)]
        case "classification":
            return [_class(data)]
        case _:
            return [_description(data, prefix)]


def _found(
    kind: str, data: Mapping[str, Any], subject: str | None, fields: Mapping[str, Any]
) -> Reading:
    camera, track = _needed(data, "camera"), said(data.get("id"))
    return Reading(
        kind, camera, _time(data, "timestamp", "$"), camera, None, subject,
        confidence=share(data.get("score")), native=f"tracked_object_update/{data['type']}",
        key=track, fields=fields,
    )  # fmt: skip


def _face(data: Mapping[str, Any]) -> Reading:
    """The best match so far, published after each try; how sure it is stands in `confidence`."""
    name = said(data.get("name"))
    fields = {"object": "person", "track": said(data.get("id"))}
    return _found("face.recognized" if name else "face.seen", data, name, fields)


def _lpr(data: Mapping[str, Any]) -> Reading:
    plate = _plate(data.get("plate"))
    fields = {"list_name": _LIST_PLATES if said(data.get("name")) else None}
    return _found("plate.read" if plate else "vehicle.seen", data, plate, fields)


def _class(data: Mapping[str, Any]) -> Reading:
    label, attribute = said(data.get("sub_label")), said(data.get("attribute"))
    if label is None and attribute is not None:
        label = f"{said(data.get('model')) or 'attribute'}: {attribute}"
    if label is None:
        raise Unreadable("has neither sub_label nor attribute", "$.sub_label")
    return _found("object.seen", data, None, {"label": label, "track": said(data.get("id"))})


def _description(data: Mapping[str, Any], prefix: str) -> Reading:
    """A model's sentence about an object; old versions do not say which camera saw it."""
    camera = said(data.get("camera"))
    told = {"track": _needed(data, "id"), "text": _needed(data, "description")}
    return Reading(
        "device.described", camera or prefix, channel=camera, key=told["track"],
        native="tracked_object_update/description", fields={"description": told},
    )  # fmt: skip


def trigger(message: Message, prefix: str) -> list[Reading]:
    """An object that looks or reads like something the operator described."""
    data = json_object(message)
    camera, name = _needed(data, "camera"), _needed(data, "name")
    track = said(data.get("event_id"))
    return [
        Reading(
            "object.seen", camera, channel=camera, confidence=share(data.get("score")),
            native=f"triggers/{data.get('type')}", key=track,
            fields={"label": name, "track": track},
        )
    ]  # fmt: skip
