"""Alarm panels and radars: `cidEvent`, whose codes are contact-ID (SIA DC-05).

A code is QXYZ: Q 1 a new event or an opening, 3 a restore or a closing, 6 a state told before.
"""

from functools import cache
from typing import Any

from ingest.adapters.hikvision_isapi.alert import Alert, time_of
from ingest.message import Reading, Unreadable
from ingest.tables import rows
from schemas.event_data import DeviceTampered, EventData, FireDetected, HelpRequested

_NEW = "1"
_STATE_CLASSES = ("3", "4", "5", "6")
"""Troubles, openings and closings, bypasses and tests: states, by the standard's own grouping."""


@cache
def contact_id() -> dict[str, dict[str, str]]:
    """The alarms by their three digits."""
    return {row["code"]: row for row in rows(__package__, "contact_id.csv")}


def read_panel(alert: Alert) -> list[Reading]:
    """An alarm of a zone, or a state. Zones count as the panel counts them (from 0 on radars).

    Some panels keep the stream alive with an inactive event that has no content. Raises Unreadable
    for an alarm code the table has not.
    """
    block = alert.record.part("CIDEvent") or alert.record
    code = block.text("standardCIDcode") or ""
    if not alert.active and not code and block.text("code", "type") is None:
        return [alert.says("device.heartbeat", channel=None, native=f"{alert.event}/inactive")]
    if len(code) != 4 or not code.isdecimal():
        raise Unreadable(f"standardCIDcode {code!r} is not four digits", block.path)
    zone = block.text("zone")
    row = contact_id().get(code[1:])
    shared: dict[str, Any] = {
        "time": alert.common.time or time_of(block, "trigger"),
        "channel": zone or alert.common.channel,
        "native": f"{alert.event}/{code}",
    }
    if code[0] == _NEW and row is not None:
        return [alert.says(row["type"], fields=_fields(row, zone), **shared)]
    if code[0] == _NEW and code[1] not in _STATE_CLASSES:
        reason = f"unknown contact-ID code {code}; this adapter's contact_id.csv lacks it"
        raise Unreadable(reason, block.path)
    state = {"contact_id": code, "event": block.text("type"), "zone": zone}
    return [alert.says("device.state_reported", fields={"state": state}, **shared)]


def _fields(row: dict[str, str], zone: str | None) -> dict[str, Any]:
    """The row's detail: a fire's hazard, a silent button; a housing is no zone that tripped."""
    data = EventData.TYPES[row["type"]]
    if issubclass(data, DeviceTampered):
        return {} if row["detail"] == "housing" else {"zone": zone}
    if issubclass(data, HelpRequested):
        return {"silent": row["detail"] == "silent"}
    return {"hazard": row["detail"]} if issubclass(data, FireDetected) else {}
