"""What devices answer when they are asked: event logs, work status, call status, description.

None of them names the device well enough; the topic they are published on does.
"""

from ingest.adapters.hikvision_isapi.access import read_access
from ingest.adapters.hikvision_isapi.alert import Alert, device_of, time_of
from ingest.adapters.hikvision_isapi.record import Record
from ingest.message import Reading, Unreadable
from schemas.event_data import Scalar

_DESCRIBED = ("deviceName", "deviceType", "model", "serialNumber", "macAddress", "firmwareVersion")


def read_log(log: Record) -> list[Reading]:
    """`AcsEvent`: rows of the terminal's own log, read as if it had pushed them."""
    return [
        reading
        for row in log.parts("InfoList")
        for reading in read_access(
            Alert("AcsEvent", True, row, Reading(type="", time=time_of(row, "time", "dateTime")))
        )
    ]


def read_work_status(status: Record) -> list[Reading]:
    """`AcsWorkStatus`: what holds now, by the device's own names; lists count doors from 1."""
    state: dict[str, Scalar] = {**status.scalars()}
    for name in ("doorLockStatus", "doorStatus", "magneticStatus", "cardReaderOnlineStatus"):
        values = status.raw(name)
        listed = values if isinstance(values, list) else [] if values is None else [values]
        state.pop(name, None)
        state |= {f"{name}.{place}": value for place, value in enumerate(listed, start=1)}
    return [Reading("device.state_reported", native="AcsWorkStatus", fields={"state": state})]


def read_call_status(call: Record) -> list[Reading]:
    """`CallStatus`: a door station rings, talks or rests. Raises Unreadable for another word."""
    status = call.text("status")
    if status not in ("idle", "ring", "onCall"):
        raise Unreadable(f"unknown call status {status!r}", call.path)
    if status == "ring":
        return [Reading("doorbell.rung", native="CallStatus/ring")]
    state = {"call": status}
    return [Reading("device.state_reported", native="CallStatus", fields={"state": state})]


def read_description(info: Record) -> list[Reading]:
    """`DeviceInfo`: what it is."""
    description = {name: info.text(name) for name in _DESCRIBED if info.text(name)}
    fields = {"description": description}
    return [Reading("device.described", device_of(info), native="DeviceInfo", fields=fields)]
