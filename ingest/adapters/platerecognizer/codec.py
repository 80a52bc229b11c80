"""Plate Recognizer webhooks to readings. Pure.

JSON with `hook` and `data`, alone, in the field `json` of a multipart form with the picture in
`upload`, or url-encoded. `data.results` holds one entry a vehicle; newer versions put plate and
looks into `props` of each. One of several makes that write plates in lower case: kept as written.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from ingest.adapters._parking.body import json_object, looks_like_json
from ingest.adapters._parking.words import colour, links, plate_text
from ingest.converters import iso_time, said, share
from ingest.message import DeviceTime, Message, Picture, PictureKind, Reading, Unreadable
from ingest.multipart import Part, parts

_KINDS: Mapping[str, PictureKind] = {"plate_img": "plate", "vehicle_img": "vehicle"}
Data = Mapping[str, Any]


def decode(message: Message) -> list[Reading]:
    """The readings of one webhook, one for each vehicle. Raises Unreadable."""
    text, pictures = _split(message.payload)
    body = json_object(text)
    hook, data = _table(body.get("hook")), _table(body.get("data")) or body
    event, results = said(hook.get("event")) or "recognition", data.get("results")
    shared = _shared(data, event)
    if not isinstance(results, list):
        return [_alive(shared, hook)]
    stored = pictures or links([data.get("filename")], None)
    return [_vehicle(_table(result), shared, stored) for result in results]


def _split(payload: bytes) -> tuple[bytes, tuple[Picture, ...]]:
    """The JSON and the pictures of a body."""
    if looks_like_json(payload):
        return payload, ()
    if payload[:5] == b"json=":
        return parse_qs(payload.decode("latin-1"), max_num_fields=20)["json"][0].encode(), ()
    found = parts(payload)
    text = next((part.body for part in found if part.name == "json"), None)
    if text is None:
        raise Unreadable("is neither JSON nor a form with the field json", "$")
    return text, tuple(_picture(part) for part in found if part.filename and part.name != "json")


def _picture(part: Part) -> Picture:
    name = part.name or "upload"
    return Picture(name, _KINDS.get(name, "scene"), part.body)


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _shared(data: Data, event: str) -> Reading:
    """What holds for all vehicles of a webhook."""
    return Reading("vehicle.seen", said(data.get("camera_id")), _time(data), native=event)


def _alive(shared: Reading, hook: Data) -> Reading:
    """A heartbeat; any other hook without results is not known."""
    if not str(shared.native).endswith("heartbeat"):
        raise Unreadable(f"hook {shared.native!r} has no results", "$.data.results")
    device = shared.device or said(hook.get("id"))
    return replace(shared, type="device.heartbeat", device=device)


def _time(data: Data) -> DeviceTime | None:
    """`timestamp` is UTC, also where it lacks the letter that says so (Snapshot)."""
    for name in ("timestamp", "timestamp_local"):
        text = said(data.get(name))
        if text is None:
            continue
        time = iso_time(text, f"$.data.{name}")
        if time.instant is not None:
            return time
    text = said(data.get("timestamp"))
    if text is None:
        return None
    return DeviceTime(text, maybe=iso_time(f"{text}Z", "$.data.timestamp").instant)


def _vehicle(result: Data, shared: Reading, pictures: tuple[str | Picture, ...]) -> Reading:
    """One vehicle. Its way (`direction`, in degrees across the picture) is neither in nor out."""
    found, vehicle = _table(result.get("plate")), _table(result.get("vehicle"))
    props = _table(found.get("props"))
    best = _best(props.get("plate")) if found else result
    plate = plate_text(best.get("value") if found else result.get("plate"))
    if plate is None and not vehicle and "plate" not in result:
        raise Unreadable("a result tells of no plate and no vehicle", "$.data.results")
    looks = _table(vehicle.get("props")) or result
    box = _table(result.get("box")) or _table(found.get("box")) or _table(vehicle.get("box"))
    return Reading(
        type="vehicle.seen" if plate is None else "plate.read",
        device=shared.device,
        time=shared.time,
        subject=plate,
        confidence=None if plate is None else share(best.get("score")),
        native=shared.native,
        pictures=pictures,
        fields={
            "vehicle_type": said(vehicle.get("type")),
            "vehicle_colour": colour(_named(_best(looks.get("color")), "color")),
        },
        # Vehicles without a plate share the instant of their picture; where they stand differs.
        key=None if plate is not None or not box else f"{box.get('xmin')},{box.get('ymin')}",
    )


def _best(values: Any) -> dict[str, Any]:
    """The first of a list of guesses: they come in falling order of their score."""
    return _table(values[0]) if isinstance(values, list) and values else {}


def _named(guess: Data, name: str) -> Any:
    return guess.get(name, guess.get("value"))
