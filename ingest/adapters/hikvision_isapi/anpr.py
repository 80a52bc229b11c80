"""Plate readers: pushed `ANPR` alerts, and the list a recorder gives when it is asked."""

import re
from typing import Any

from ingest.adapters.hikvision_isapi.alert import Alert, time_of
from ingest.adapters.hikvision_isapi.record import Record
from ingest.converters import compact_time, iso_time, number, share
from ingest.message import DeviceTime, Picture, Reading, Unreadable

_NO_PLATE = frozenset({"noplate", "no plate", "unlicensed", "无车牌", "未识别"})
_COLOURS = frozenset("蓝黄白黑绿")
_PROVINCES = frozenset("京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新使领")
_LISTS = {
    "whitelist": "allow", "allowlist": "allow", "blacklist": "block", "blocklist": "block",
    "otherlist": "other", "temporarylist": "temporary",
}  # fmt: skip
_COMPACT_ZONED = re.compile(r"^(\d{8}T\d{6})(Z|[+-]\d\d:?\d\d)$")


def read_anpr(alert: Alert) -> list[Reading]:
    """A plate read, or a vehicle seen whose plate was not. Raises Unreadable with neither.

    `direction` is towards the camera or away from it, not in or out: it stands in `native`.
    """
    block = alert.record.part("ANPR") or alert.record
    if "licensePlate" not in block and "vehicleInfo" not in block:
        raise Unreadable("ANPR alert with neither plate nor vehicle", block.path)
    vehicle = block.part("vehicleInfo") or alert.record.part("vehicleInfo") or Record({})
    plate = _plate(block.text("licensePlate", "plateNumber"))
    return [
        alert.says(
            "plate.read" if plate else "vehicle.seen",
            subject=plate,
            time=alert.common.time or time_of(block, "dateTime", "detectionBeginTime"),
            sequence=vehicle.whole("index") or None,
            confidence=_confidence(block.raw("confidenceLevel", "confidence")),
            native=_native(alert.event, block),
            pictures=_pictures(alert, block),
            fields=_fields(block, vehicle),
        )
    ]


def read_plates(plates: Record) -> list[Reading]:
    """The answer to `vehicledetect/plates`: one reading each; the connection knows the device."""
    return [
        Reading(
            type="plate.read" if plate else "vehicle.seen",
            time=_capture_time(entry),
            subject=plate,
            native=_native("Plates", entry),
            pictures=tuple(filter(None, [entry.text("picName")])),
            fields=_fields(entry, Record({})),
        )
        for entry in plates.parts("Plate")
        for plate in [_plate(entry.text("plateNumber", "licensePlate"))]
    ]


def _plate(text: str | None) -> str | None:
    """The plate, without the colour that firmware for China writes before it (`蓝浙A…`)."""
    if text is None or text.lower() in _NO_PLATE:
        return None
    return text[1:] if text[0] in _COLOURS and text[1:2] in _PROVINCES else text


def _confidence(value: Any) -> float | None:
    """0 to 100 as 0 to 1; bridges that send a fraction write it with a point."""
    found = number(value)
    if found is not None and 0 < found <= 1 and "." in str(value):
        return share(value)
    return share(value, 100)


def _native(event: str, block: Record) -> str:
    return "/".join(filter(None, (event, block.text("direction"))))


def _fields(block: Record, vehicle: Record) -> dict[str, Any]:
    listed = block.text("vehicleListName", "listType", "matchingResult")
    return {
        "plate_colour": block.text("plateColor"),
        "plate_type": block.text("plateType"),
        "vehicle_type": block.text("vehicleType"),
        "vehicle_colour": vehicle.text("color"),
        "lane": block.text("line", "laneNo"),
        "list_name": _LISTS.get(listed.lower(), listed) if listed else None,
    }


def _pictures(alert: Alert, block: Record) -> tuple[str | Picture, ...]:
    """The pictures that came along, and the names of those that are only listed."""
    carried = alert.common.pictures
    here = {_stem(picture.name) for picture in carried if isinstance(picture, Picture)}
    listed = [
        info.text("fileName")
        for infos in block.parts("pictureInfoList")
        for info in infos.parts("pictureInfo") or [infos]
    ]
    missing = [name for name in listed if name and _stem(name) not in here]
    return (*carried, *dict.fromkeys(missing))


def _stem(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0].lower()


def _capture_time(entry: Record) -> DeviceTime | None:
    """`captureTime`: compact, with a zone or without. Digits after the seconds without a sign may
    be a fraction or an offset; they are left out, so the zone comes from the site.
    """
    text = entry.text("captureTime")
    if text is None:
        return None
    zoned = _COMPACT_ZONED.match(text)
    if zoned is None:
        return iso_time(text, entry.path) if "-" in text else compact_time(text, entry.path)
    local = compact_time(zoned[1], entry.path).local
    assert local is not None
    ahead = iso_time(f"{local.isoformat()}{zoned[2]}", entry.path)
    return DeviceTime(text, instant=ahead.instant, local=local)
