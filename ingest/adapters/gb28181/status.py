"""Everything that is no alarm: alive, on and off, what a device is, where it is."""

from collections.abc import Mapping
from typing import Any

from ingest.adapters._china.clock import beijing_time
from ingest.converters import number, said
from ingest.message import Reading
from schemas.event_data import Scalar

_EVENTS = {
    "ON": "device.online", "OFF": "device.offline", "VLOST": "camera.video_lost",
    "DEFECT": "device.state_reported", "DEL": "device.state_reported",
    "ADD": "device.described", "UPDATE": "device.described",
}  # fmt: skip
"""Changes in a directory (GB/T 28181-2016, 9.11 and N.1)."""
_DESCRIBED = ("Name", "Manufacturer", "Model", "Owner", "CivilCode", "Parental", "ParentID",
              "Status", "DeviceType", "DeviceName", "Firmware", "Channel", "MaxCamera")  # fmt: skip
_STATUS = ("Online", "Status", "Reason", "Encode", "Record", "Result")
_POSITION = ("Longitude", "Latitude", "Speed", "Direction", "Altitude")


def read_keepalive(content: Mapping[str, Any]) -> list[Reading]:
    """A device is alive; `Status` other than OK stays in `native`."""
    status = said(content.get("Status"))
    native = "Keepalive" if status in (None, "OK") else f"Keepalive/{status}"
    return [Reading("device.heartbeat", _id(content), native=native)]


def read_catalog(content: Mapping[str, Any]) -> list[Reading]:
    """Entries of a directory: a change where `Event` tells one, else a description."""
    return [reading for item in _items(content.get("DeviceList")) for reading in _entry(item)]


def _items(holder: Any) -> list[Mapping[str, Any]]:
    listed = holder.get("Item") if isinstance(holder, Mapping) else None
    found = listed if isinstance(listed, list) else [listed]
    return [item for item in found if isinstance(item, Mapping)]


def _entry(item: Mapping[str, Any]) -> list[Reading]:
    event = (said(item.get("Event")) or "").upper()
    word = _EVENTS.get(event or "ADD", "device.state_reported")
    fields: dict[str, Any] = {}
    if word == "device.described":
        fields = {"description": _chosen(item, _DESCRIBED)}
    elif word == "device.state_reported":
        fields = {"state": {"Event": event}}
    device = _id(item)
    native = f"Catalog/{event}" if event else "Catalog"
    return [Reading(word, device, native=native, key=device, fields=fields)]


def read_device_info(content: Mapping[str, Any]) -> list[Reading]:
    """What a device is."""
    fields = {"description": _chosen(content, _DESCRIBED)}
    return [Reading("device.described", _id(content), native="DeviceInfo", fields=fields)]


def read_status(content: Mapping[str, Any]) -> list[Reading]:
    """What holds at a device, and the duty of its alarm inputs."""
    state = _chosen(content, _STATUS)
    for item in _items(content.get("Alarmstatus")):
        state[f"alarm.{_id(item)}"] = said(item.get("DutyStatus"))
    time = beijing_time(content.get("DeviceTime"), "$.DeviceTime")
    fields = {"state": state}
    return [
        Reading("device.state_reported", _id(content), time, native="DeviceStatus", fields=fields)
    ]


def read_position(content: Mapping[str, Any]) -> list[Reading]:
    """Where a moving device is: one position, or (2022) a list of them."""
    listed = _items(content.get("DeviceList")) or [content]
    return [
        Reading(
            "device.state_reported",
            _id(one) or _id(content),
            beijing_time(one.get("Time", one.get("CaptureTime")), "$.Time"),
            native="MobilePosition",
            key="MobilePosition",
            fields={"state": {name: number(one.get(name)) for name in _POSITION if name in one}},
        )
        for one in listed
        if one is not content or "Longitude" in content
    ]


def read_media_status(content: Mapping[str, Any]) -> list[Reading]:
    """The end of a recording that was sent (121)."""
    fields = {"state": {"NotifyType": said(content.get("NotifyType"))}}
    return [Reading("device.state_reported", _id(content), native="MediaStatus", fields=fields)]


def _id(content: Mapping[str, Any]) -> str | None:
    return said(content.get("DeviceID"))


def _chosen(content: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Scalar]:
    return {name: text for name in names if (text := said(content.get(name))) is not None}
