"""Vzenith's recognition results, as every transport and firmware writes them. Pure."""

import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.adapters._parking.words import colour, links, plate_text, rated
from ingest.adapters.vzenith.clock import frame_times
from ingest.adapters.vzenith.codes import (
    CAR_COLOURS,
    CAR_TYPES,
    PLATE_COLOURS,
    PLATE_TYPES,
    TRIGGERS,
)
from ingest.converters import flag, iso_time, said, whole
from ingest.message import DeviceTime, Picture, Reading, Unreadable
from ingest.pictures import named_or_carried

_NO_PLATE_TYPES = frozenset({30, 31})
_SCENES = ("imageFile", "full_image_content")
_CLOSE_UPS = ("imageFragmentFile", "small_image_content")
_PATHS = ("imagePath", "imageFragmentPath", "image_path")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a result and how. `coded`: the transport writes texts as base64."""

    device: str | None
    name: str
    sent: DeviceTime | None = None
    coded: bool = False
    pictures: tuple[Picture, ...] = ()


def table(value: Any) -> dict[str, Any]:
    """A JSON object, or an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def uncoded(value: Any, *, surely: bool) -> str | None:
    """A text that may be base64 of UTF-8 or GB18030.

    Plates have neither lower case nor padding, so a text without either is decoded only where the
    transport writes base64 (`surely`), and only if what comes out can be read.
    """
    text = said(value)
    if text is None or not (surely or text.endswith("=") or text.upper() != text):
        return text
    try:
        content = binascii.a2b_base64(text, strict_mode=True)
    except (ValueError, UnicodeError):
        return text
    for encoding in ("utf-8", "gb18030"):
        try:
            found = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return found if found.isprintable() and found else text
    return text


def read_plate(result: Mapping[str, Any], sender: Sender) -> Reading:
    """A result: the plate, or a vehicle without one. `direction` is a way across the picture."""
    plate = _plate(result, sender)
    time, exact = frame_times(result)
    replayed = flag(result.get("isoffline")) is True
    if time is None and not replayed:
        time = sender.sent  # of a buffered record this is only when it was sent
    return Reading(
        type="vehicle.seen" if plate is None else "plate.read",
        device=sender.device,
        time=time,
        subject=plate,
        confidence=None if plate is None else rated(result.get("confidence")),
        replayed=replayed,
        native=_native(sender.name, result),
        pictures=_pictures(result, sender, plate),
        fields=_looks(result),
        observed=exact,
    )


def _plate(result: Mapping[str, Any], sender: Sender) -> str | None:
    texts = [result.get("license"), _first_plate(result).get("license")]
    found = (plate_text(uncoded(text, surely=sender.coded)) for text in texts)
    return next((plate for plate in found if plate is not None), None)


def _first_plate(result: Mapping[str, Any]) -> dict[str, Any]:
    plates = result.get("plates")
    return table(plates[0]) if isinstance(plates, list) and plates else {}


def _native(name: str, result: Mapping[str, Any]) -> str:
    trigger = whole(result.get("triggerType", result.get("uBitsTrigType")))
    return name if trigger is None else f"{name}/{TRIGGERS.get(trigger, trigger)}"


def _looks(result: Mapping[str, Any]) -> dict[str, Any]:
    """Colours and kinds. Old firmware writes `carColor` 0 for want of an answer; where it also
    tells the brand it looks at the body, and 0 is white.
    """
    first = _first_plate(result)
    shade = whole(result.get("colorType", result.get("color", first.get("color"))))
    kind = whole(result.get("type", result.get("nType", first.get("type"))))
    brand = table(result.get("car_brand"))
    body = whole(result.get("carColor"))
    lane = whole(result.get("lane_line"))
    return {
        "plate_colour": PLATE_COLOURS.get(shade or 0),
        "plate_type": "fake" if flag(result.get("is_fake_plate")) else _plate_type(kind),
        "vehicle_colour": CAR_COLOURS.get(body) if brand and body is not None else None,
        "vehicle_type": CAR_TYPES.get(whole(brand.get("type")) or 0),
        "lane": str(lane) if lane else None,
    }


def _plate_type(kind: int | None) -> str | None:
    """The kind in words; a number that is not documented keeps itself."""
    return PLATE_TYPES.get(kind, f"code_{kind}") if kind else None


def _pictures(
    result: Mapping[str, Any], sender: Sender, plate: str | None
) -> tuple[str | Picture, ...]:
    scenes = [named_or_carried(said(result.get(name)), "scene", "scene") for name in _SCENES]
    plates = [named_or_carried(said(result.get(name)), "plate", "plate") for name in _CLOSE_UPS]
    paths = [uncoded(result.get(name), surely=sender.coded) for name in _PATHS]
    paths.append(uncoded(_first_plate(result).get("image_path"), surely=sender.coded))
    carried = [picture for found in (*scenes, *plates) for picture in found]
    return (*sender.pictures, *carried, *links(paths, plate))


def read_lane(payload: Mapping[str, Any], sender: Sender) -> Reading:
    """What a lane monitor saw: a vehicle that stays, or another event it tells by number only."""
    results = payload.get("result")
    items = [table(item) for item in results] if isinstance(results, list) else []
    told = next((table(item["plate_result"]) for item in items if item.get("plate_result")), {})
    event, text = whole(payload.get("event_type")), said(payload.get("time"))
    if event is None and not items:
        raise Unreadable("tells neither an event_type nor a result", "$.payload")
    plate = plate_text(uncoded(told.get("license"), surely=True))
    paths = (
        uncoded(table(item.get(f"{size}_image")).get(f"{size}_image_path"), surely=True)
        for item in items
        for size in ("full", "small")
    )
    return Reading(
        type="vehicle.seen" if plate is None else "plate.read",
        device=sender.device,
        time=iso_time(text, "$.payload.time") if text else sender.sent,
        sequence=whole(payload.get("result_id")),
        subject=plate,
        confidence=None if plate is None else rated(told.get("confidence")),
        replayed=flag(payload.get("isoffline")) is True,
        native=f"{sender.name}/{event}",
        pictures=links(paths, plate),
        fields={
            "plate_colour": colour(uncoded(told.get("color_type"), surely=True)),
            "plate_type": uncoded(told.get("type"), surely=True),
        },
    )
