"""Qianyi parking cameras over MQTT to readings. Pure.

One flat JSON object a message: `cmd` says what it is, `sn` who sent it. The topics are the camera's
own choice and told in its `camera_register` on `/serverAll`; by default `aiot/plate/SERIAL` or
`/qymqtt/SERIAL/qymqttpost`. Known from the maker's protocol document only.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ingest.adapters._parking.body import json_object
from ingest.adapters._parking.words import colour, links, plate_text, rated
from ingest.converters import epoch_time, said, whole
from ingest.message import DeviceTime, Message, Picture, PictureKind, Reading, Unreadable
from ingest.pictures import named_or_carried
from schemas.base import MS_PER_S
from schemas.event_data import Direction

_WAYS: Mapping[str, Direction] = {"in": "in", "out": "out"}
_QUIET = frozenset({"iooutput", "barrierKeepOpen", "syncSysTime", "rs485", "tarkphoto", "snapshot"})
"""Commands to a camera; their answers end in `_rsp`."""

_UPLOADS = (b'name="bigFile"', b'name="smallFile"')
_SAYS = {"mqtt_herat": "device.heartbeat", "heart_beat": "device.heartbeat",
         "offline": "device.offline"}  # fmt: skip
_DESCRIBING = ("model", "softVersion")
_PICTURES: tuple[tuple[str, PictureKind], ...] = (("full_pic", "scene"), ("plate_pic", "plate"))


def decode(message: Message) -> list[Reading]:
    """The readings of one message. Raises Unreadable."""
    if message.payload[:2] == b"--" and any(name in message.payload for name in _UPLOADS):
        return []  # pictures of a result, sent apart: they tell nothing of their own
    data = json_object(message.payload)
    command = said(data.get("cmd"))
    if command is None:
        raise Unreadable("has no cmd", "$.cmd")
    device = said(data.get("sn")) or said(data.get("device_name")) or _of_topic(message.topic)
    if command == "result":
        return [_result(data, device)]
    if command == "camera_register":
        return _registered(data, device)
    if command in _SAYS:
        return [Reading(_SAYS[command], device, native=command)]
    if command in _QUIET or command.endswith("_rsp"):
        return []
    raise Unreadable(f"cmd {command!r} is not known", "$.cmd")


def _of_topic(topic: str) -> str | None:
    """The serial number in `aiot/plate/SERIAL` or `/qymqtt/SERIAL/qymqttpost`."""
    match topic.strip("/").split("/"):
        case ["aiot", "plate", serial] | [_, serial, "qymqttpost"]:
            return serial
    return None


def _registered(data: Mapping[str, Any], device: str | None) -> list[Reading]:
    """A camera registers after each start and each new connection, and says what it is."""
    told = {name: text for name in _DESCRIBING if (text := said(data.get(name))) is not None}
    online = Reading("device.online", device, native="camera_register")
    if not told:
        return [online]
    fields = {"description": told}
    return [online, Reading("device.described", device, native="camera_register", fields=fields)]


def _result(data: Mapping[str, Any], device: str | None) -> Reading:
    """A read plate; the string `null` is none. `inout` is the lane the camera is set to watch."""
    plate = plate_text(data.get("plate_num"))
    replayed = data.get("type") == "offline"
    return Reading(
        type="vehicle.seen" if plate is None else "plate.read",
        device=device,
        time=_time(data, replayed=replayed),
        subject=plate,
        direction=_WAYS.get(str(data.get("inout")).lower()),
        confidence=None if plate is None else rated(data.get("confidence")),
        replayed=replayed,
        native="/".join(filter(None, ("result", said(data.get("trigger_type"))))),
        pictures=_pictures(data, plate),
        fields={
            "plate_colour": colour(data.get("plate_color")),
            "plate_type": said(data.get("plate_type")),
            "vehicle_type": said(data.get("vehicle_type")),
            "vehicle_colour": colour(data.get("car_color")),
        },
    )


def _time(data: Mapping[str, Any], *, replayed: bool) -> DeviceTime | None:
    """`utc_ts`; without it the wall clock; without that, of a live result, when it was made:
    `msg_id` begins with that in ms.
    """
    if data.get("utc_ts") is not None:
        return epoch_time(data["utc_ts"], "$.utc_ts")
    local = said(data.get("local_time"))
    if local is not None:
        return DeviceTime(local, local=_wall_clock(local))
    made = whole((said(data.get("msg_id")) or "")[:13])
    if replayed or made is None or made < 1_000_000_000 * MS_PER_S:
        return None
    return epoch_time(made // MS_PER_S, "$.msg_id")


def _wall_clock(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace("/", "-")).replace(tzinfo=None)
    except ValueError as error:
        raise Unreadable(f"time {text!r} is not yyyy/MM/dd HH:mm:ss", "$.local_time") from error


def _pictures(data: Mapping[str, Any], plate: str | None) -> tuple[str | Picture, ...]:
    found = [
        picture
        for name, kind in _PICTURES
        for picture in named_or_carried(said(data.get(name)), kind, kind)
    ]
    paths = [picture for picture in found if isinstance(picture, str)]
    carried = [picture for picture in found if isinstance(picture, Picture)]
    told = (data.get(f"{name}_path") for name, _ in _PICTURES)
    return (*carried, *links((*paths, *told), plate))
