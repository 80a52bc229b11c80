"""One passage, under the names of the pushed JSON, the polled list, ALPV events and older apps."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ingest.converters import epoch_time, iso_time, number, said, share, whole
from ingest.message import DeviceTime, Picture, Reading, Unreadable
from schemas.base import MS_PER_S
from schemas.event_data import Direction

_PLATES = ("plateUTF8", "plateText", "plateUnicode", "plateASCII", "text", "LPR", "plate")
_NO_PLATE = frozenset({"noplate", "no plate", "none", "unknown", "----/----", "n/a"})
_WAYS: dict[str, Direction] = {"in": "in", "out": "out", "2": "in", "3": "out"}
_LOCAL = re.compile(r"^(\d{4})(\d\d)(\d\d) (\d\d)(\d\d)(\d\d)(\d{3})?$")
_MAC = re.compile(r"^[0-9A-Fa-f]{12}$")
_NS_PER_S = 1_000_000_000
_PLATE_PICTURES = frozenset({"plate", "lp"})


def read_passage(told: Mapping[str, Any], *, needed: bool = True) -> Reading:
    """The passage. Raises Unreadable if neither plate nor car stands in it and one is `needed`."""
    plate = _plate(told)
    car = said(told.get("carID"))
    if needed and plate is None and car is None and "carState" not in told:
        raise Unreadable("is no passage: it has neither a plate nor a carID", "$")
    time = _time(told)
    state = said(told.get("carState"))
    return Reading(
        "plate.read" if plate else "vehicle.seen",
        device=_device(told),
        time=time,
        subject=plate,
        direction=_WAYS.get(str(told.get("carMoveDirection", told.get("DIRECTION"))).lower()),
        confidence=_confidence(told),
        native=f"carState/{state}" if state else "plate",
        pictures=_pictures(told),
        moment=_moment(car, time),
        fields={
            "lane": said(told.get("roiID")),
            "list_name": said(told.get("listName")) or _mode(told.get("listMode")),
            "vehicle_type": _lower(told.get("vehicleType", told.get("CAR_M_TYPE"))),
            "vehicle_colour": _lower(told.get("vehicleColor", told.get("CAR_COLOR"))),
        },
    )


def _plate(told: Mapping[str, Any]) -> str | None:
    text = next((text for name in _PLATES if (text := said(told.get(name))) is not None), None)
    return None if text is None or text.lower() in _NO_PLATE else text


def _moment(car: str | None, time: DeviceTime | None) -> str | None:
    """What the camera calls the passage. It counts anew after a restart, so the day goes with it:
    an update has a time of its own, and only the number joins it to what was told before.
    """
    if car is None or time is None or time.instant is None:
        return None
    return f"{car}@{time.instant // (24 * 3600 * MS_PER_S)}"


def _time(told: Mapping[str, Any]) -> DeviceTime | None:
    """The frame's UTC where it is told; else the camera's wall clock."""
    for name, per_s in (("capture_timestamp", 1000), ("TS", 1000), ("timestamp", 1000),
                        ("capture_ts", _NS_PER_S)):  # fmt: skip
        if (stamp := whole(told.get(name))) is not None and stamp > 0:
            return epoch_time(stamp, f"$.{name}", unit_per_s=per_s)
    text = said(told.get("datetime")) or said(told.get("localTime")) or said(told.get("MOD_TS"))
    return None if text is None else _wall_clock(text)


def _wall_clock(text: str) -> DeviceTime:
    found = _LOCAL.match(text)
    if found is None:
        return iso_time(text.replace(" GMT", "Z").replace(" UTC", "Z"), "$.datetime")
    numbers = [int(part) for part in found.groups("0")]
    numbers[6] *= 1000
    try:
        return DeviceTime(text, local=datetime(*numbers))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError as error:
        raise Unreadable(f"time {text!r}: {error}", "$.datetime") from error


def _device(told: Mapping[str, Any]) -> str | None:
    """The camera's serial number, which is its MAC address without colons."""
    info = told.get("camera_info")
    info = info if isinstance(info, Mapping) else {}
    named = said(info.get("SerialNumber")) or said(told.get("cameraId")) or said(told.get("device"))
    mac = (said(info.get("MACAddress")) or said(told.get("MACAddress")) or "").replace(":", "")
    return named or (mac if _MAC.match(mac) else None)


def _confidence(told: Mapping[str, Any]) -> float | None:
    value = told.get("plateConfidence", told.get("lpConfidence"))
    found = number(value)
    return share(value) if found is not None and found <= 1 else share(value, 100)


def _lower(value: Any) -> str | None:
    text = said(value)
    return text.lower() if text else None


def _mode(value: Any) -> str | None:
    text = _lower(value)
    return text if text in ("allow", "block") else None


def _pictures(told: Mapping[str, Any]) -> tuple[str | Picture, ...]:
    links = told.get("imagesURI")
    named = [*(links if isinstance(links, list) else [links]), told.get("LP_BMP")]
    listed = told.get("ImageArray", told.get("imageArray"))
    carried = [
        _carried(item.get("ImageType", item.get("imageType")), item.get("BinaryImage"))
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, Mapping)
    ]
    carried += [_carried("plate", told.get("lpImage")), _carried("image", told.get("image"))]
    return (*filter(None, map(said, named)), *filter(None, carried))


def _carried(shown: Any, content: Any) -> Picture | None:
    """A picture in base64 and what it shows; the car, if that is not told."""
    text = said(content)
    if text is None:
        return None
    name = str(shown or "image").lower()
    return Picture(name, "plate" if name in _PLATE_PICTURES else "vehicle", text)
