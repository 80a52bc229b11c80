"""ITSAPI notifications of Dahua traffic cameras to readings. Pure.

`TollgateInfo` tells of one vehicle, `KeepAlive` that the camera lives, `DeviceInfo` what it is.
The path of the request, which would name the notification, is lost on the way; the body decides.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.adapters._dahua.clock import wall_clock
from ingest.adapters._dahua.names import device_name, pictures, table
from ingest.adapters._dahua.vehicles import confidence_of, plate_text, vehicle_fields
from ingest.converters import flag, said, text_of
from ingest.loose import documents
from ingest.message import DeviceTime, Message, Picture, PictureKind, Reading, Unreadable

_DESCRIBING = ("DeviceName", "DeviceModel", "DeviceType", "Manufacturer", "SoftwareVersion")
_PICTURES: Mapping[str, PictureKind] = {
    "NormalPic": "scene", "CutoutPic": "plate", "VehiclePic": "vehicle", "CombinedPic": "scene",
}  # fmt: skip


def decode(message: Message) -> list[Reading]:
    """The reading of one notification. Raises Unreadable if it is none of the three."""
    body = documents(text_of(message.payload))[0]
    if not isinstance(body, dict):
        raise Unreadable("is no ITSAPI notification: not a JSON object", "$")
    if isinstance(body.get("Picture"), dict):
        return [_tollgate(body)]
    if "Active" in body:
        return [_keep_alive(body)]
    if any(key in body for key in _DESCRIBING):
        return [_device_info(body)]
    raise Unreadable("is no TollgateInfo, KeepAlive or DeviceInfo of ITSAPI", "$")


def _tollgate(body: Mapping[str, Any]) -> Reading:
    """A vehicle at the camera. `Direction` (Obverse, Reverse) is relative to the camera."""
    picture = table(body["Picture"])
    plate, vehicle = table(picture.get("Plate")), table(picture.get("Vehicle"))
    snap = table(picture.get("SnapInfo")) or table(body.get("SnapInfo"))
    if not (plate or vehicle or snap):
        raise Unreadable("tells of no plate and no vehicle", "$.Picture")
    text = None if flag(plate.get("IsExist")) is False else plate_text(plate.get("PlateNumber"))
    return Reading(
        type="vehicle.seen" if text is None else "plate.read",
        device=device_name(snap.get("DeviceID"), body.get("DeviceID")),
        time=_time(snap),
        subject=text,
        confidence=None if text is None else confidence_of(plate.get("Confidence")),
        native="TollgateInfo",
        pictures=tuple(_pictures(picture)),
        fields=vehicle_fields(snap, plate, vehicle),
    )


def _pictures(picture: Mapping[str, Any]) -> Iterator[str | Picture]:
    """The pictures in the notification; of those that were left out of it, their names."""
    for key, kind in _PICTURES.items():
        held = table(picture.get(key))
        content = held.get("Content")
        if isinstance(content, str) and content:
            yield Picture(said(held.get("PicName")) or key, kind, content)
        else:
            yield from pictures(held)


def _time(snap: Mapping[str, Any]) -> DeviceTime | None:
    raw = said(snap.get("AccurateTime")) or said(snap.get("SnapTime"))
    return None if raw is None else DeviceTime(raw, local=wall_clock(raw))


def _keep_alive(body: Mapping[str, Any]) -> Reading:
    return Reading(
        type="device.heartbeat", device=device_name(body.get("DeviceID")), native="KeepAlive"
    )


def _device_info(body: Mapping[str, Any]) -> Reading:
    """What the camera is. Addresses, users and passwords stay behind."""
    told = {key: said(body.get(key)) for key in _DESCRIBING}
    described = {key: value[:128] for key, value in told.items() if value is not None}
    return Reading(
        type="device.described",
        device=device_name(body.get("DeviceID"), body.get("DeviceName")),
        native="DeviceInfo",
        fields={"description": described},
    )
