"""Devices that register, live and describe themselves, and records of the community register."""

from ingest.adapters.gat1400.record import Record
from ingest.message import Reading
from schemas.event_data import Scalar

_IDS = ("ApeID", "DeviceID", "ApsID", "DoorID", "TollgateID", "LaneId", "LaneID", "VIIDServerID")
_DESCRIBED = (
    "Name", "Model", "Manufacturer", "DeviceType", "DeviceVersion", "DeviceNo", "Place",
    "PlaceCode", "FunctionType", "PositionType", "Direction", "CapDirection", "MonitorDirection",
    "OwnerApsID", "TollgateID", "LaneNo", "CapCameraID", "DeviceID", "IsOnline", "CommunityID",
    "DataStatus",
)  # fmt: skip
"""What a device says of itself. Addresses, users and passwords are left where they are."""
_RECORDED = ("CommunityID", "BuildingID", "UnitID", "DataSourceID", "DataStatus")
_STATES = ("IsOnline", "TimeMode", "CurrentTime", "LocalTime", "TimeZone")


def read_online(record: Record) -> list[Reading]:
    """`Register`: a device announces itself."""
    return [Reading("device.online", record.text(*_IDS), native=record.name)]


def read_offline(record: Record) -> list[Reading]:
    """`UnRegister`: it says goodbye."""
    return [Reading("device.offline", record.text(*_IDS), native=record.name)]


def read_heartbeat(record: Record) -> list[Reading]:
    """`Keepalive`, with the sender's clock in some."""
    time = record.time("LocalTime", "CurrentTime")
    return [Reading("device.heartbeat", record.text(*_IDS), time, native=record.name)]


def read_description(record: Record) -> list[Reading]:
    """A camera, system, gate, lane or door, as the sender describes it."""
    device = record.text(*_IDS)
    fields = {"description": _chosen(record, _DESCRIBED)}
    return [Reading("device.described", device, native=record.name, key=device, fields=fields)]


def read_state(record: Record) -> list[Reading]:
    """Whether a device is online, or what a platform's clock says."""
    fields = {"state": _chosen(record, _STATES)}
    device = record.text(*_IDS)
    return [Reading("device.state_reported", device, native=record.name, key=device, fields=fields)]


def read_record(record: Record) -> list[Reading]:
    """An entry of the community's register: told that it came, without the people in it.

    A car's plate is the subject; owners, names, numbers and photographs are never read.
    """
    return [
        Reading(
            "device.described",
            subject=record.text("PlateNo"),
            native=record.name,
            key=record.text(f"{record.name}ID"),
            fields={"description": _chosen(record, _RECORDED)},
        )
    ]


def _chosen(record: Record, names: tuple[str, ...]) -> dict[str, Scalar]:
    return {name: text for name in names if (text := record.text(name)) is not None}
