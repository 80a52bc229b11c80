"""Milesight plate cameras to readings. Pure.

The webhook is one JSON object of texts, `-` where the camera does not know. Asked for its last
plates (`operator.cgi?action=get.lpr.lastdata&format=inf`) a camera answers in lines, `plate_0=...`
and on. Both write wall clock without a zone; the webhook adds milliseconds, which the id leaves out
so that both forms of one reading share it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ingest.adapters._parking.body import json_object, looks_like_json
from ingest.adapters._parking.words import colour, links, plate_text
from ingest.converters import iso_time, number, said, share, text_of
from ingest.message import DeviceTime, Message, Picture, Reading, Unreadable
from ingest.pictures import named_or_carried

PLATES_MAX = 1000
_LINE = re.compile(r"^([a-z_]{1,40})_(\d{1,6})=(.*)$", re.MULTILINE)
_LISTS = {"white": "allow", "black": "block", "visitor": "visitor"}
_WAYS = {"1": "approach", "2": "away"}
"""`direction` of the list; the webhook spells it out. Towards the camera is neither in nor out."""


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    if not looks_like_json(message.payload):
        return _listed(text_of(message.payload))
    data = json_object(message.payload)
    if "plate" not in data:
        raise Unreadable("is no plate notification: it has no plate", "$.plate")
    return [_reading(data, _pictures(data), "webhook")]


def _listed(text: str) -> list[Reading]:
    """One reading for each number in the list."""
    entries: dict[str, dict[str, str]] = {}
    for key, at, value in _LINE.findall(text):
        entries.setdefault(at, {})[key] = value.strip()
    if not entries or len(entries) > PLATES_MAX:
        raise Unreadable(f"is no list of 1 to {PLATES_MAX} plates, and no JSON", "$")
    return [
        _reading(
            {**entry, "direction": _WAYS.get(entry.get("direction", ""))},
            links([entry.get("path")], plate_text(entry.get("plate"))),
            "lastdata",
        )
        for entry in entries.values()
    ]


def _reading(data: Mapping[str, Any], pictures: tuple[str | Picture, ...], form: str) -> Reading:
    plate = plate_text(data.get("plate"))
    time, exact = _times(data)
    listed = (_known(data, "type") or "").lower()
    return Reading(
        type="vehicle.seen" if plate is None else "plate.read",
        device=_known(data, "device_sn") or _known(data, "device"),
        time=time,
        subject=plate,
        confidence=None if plate is None else _confidence(data.get("confidence")),
        native="/".join(filter(None, (form, (_known(data, "direction") or "").lower()))),
        pictures=pictures,
        fields={
            "plate_colour": colour(_known(data, "plate_color")),
            "vehicle_type": _known(data, "vehicle_type"),
            "vehicle_colour": colour(_known(data, "vehicle_color")),
            "lane": _known(data, "detection_region") or _known(data, "roi_id"),
            "list_name": _LISTS.get(listed, listed or None),
        },
        observed=exact,
    )


def _known(data: Mapping[str, Any], name: str) -> str | None:
    text = said(data.get(name))
    return None if text == "-" else text


def _times(data: Mapping[str, Any]) -> tuple[DeviceTime | None, DeviceTime | None]:
    """The time to the second, and to the millisecond where it is told so exactly."""
    text = _known(data, "time") or _known(data, "time_msec")
    if text is None:
        return None, None
    exact = iso_time(text, "$.time")
    if exact.local is None or exact.local.microsecond == 0:
        return exact, None
    return replace(exact, local=exact.local.replace(microsecond=0)), exact


def _confidence(value: Any) -> float | None:
    """A share, or of a hundred: which, the number itself tells."""
    found = number(value)
    return None if not found else share(found, 1 if found <= 1 else 100)


def _pictures(data: Mapping[str, Any]) -> tuple[str | Picture, ...]:
    return (
        *named_or_carried(_known(data, "full_image"), "scene", "scene"),
        *named_or_carried(_known(data, "plate_image"), "plate", "plate"),
    )
