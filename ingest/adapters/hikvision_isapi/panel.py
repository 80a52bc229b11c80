"""Alarm panels and radars: `cidEvent`, whose codes are contact-ID (SIA DC-05).

A code is QXYZ: Q 1 a new event or an opening, 3 a restore or a closing, 6 a state told before.
"""

from functools import cache
from typing import Any

from ingest.adapters.hikvision_isapi.alert import Alert, time_of
from ingest.adapters.hikvision_isapi.record import Record
from ingest.message import Reading, Unreadable
from ingest.tables import rows
from schemas.event_data import DeviceTampered, EventData, FireDetected, HelpRequested

_NEW = "1"
_ZONE = "zonealarm"
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
    code, zone = block.text("standardCIDcode"), block.text("zone")
    if not alert.active and code is None and block.text("code", "type") is None:
        return [alert.says("device.heartbeat", channel=None, native=f"{alert.event}/inactive")]
    word, fields = _own_code(block) if code is None else _meaning(block, code)
    return [
        alert.says(
            word,
            time=alert.common.time or time_of(block, "trigger"),
            channel=zone or alert.common.channel,
            native=f"{alert.event}/{code or block.text('code')}",
            fields=fields,
        )
    ]


def _meaning(block: Record, code: str) -> tuple[str, dict[str, Any]]:
    if len(code) != 4 or not code.isdecimal():
        raise Unreadable(f"standardCIDcode {code!r} is not four digits", block.path)
    row = contact_id().get(code[1:])
    if code[0] == _NEW and row is not None:
        return row["type"], _fields(row, block.text("zone"))
    if code[0] == _NEW and code[1] not in _STATE_CLASSES:
        reason = f"unknown contact-ID code {code}; this adapter's contact_id.csv lacks it"
        raise Unreadable(reason, block.path)
    return _state(block, contact_id=code)


def _own_code(block: Record) -> tuple[str, dict[str, Any]]:
    """Without the standard's code the maker's counts, whose first digit is the standard's; what it
    is about says `type`. Only an alarm of a zone is a happening.
    """
    code, kind = block.text("code") or "", (block.text("type") or "").lower()
    if not kind:
        raise Unreadable("standardCIDcode is not four digits, and no type stands there", block.path)
    if kind == "zonealarm" and code[:1] == _NEW:
        return "device.tampered", {"zone": block.text("zone")}
    return _state(block, code=code)


def _state(block: Record, **told: str) -> tuple[str, dict[str, Any]]:
    state = {**told, "event": block.text("type"), "zone": block.text("zone")}
    return "device.state_reported", {"state": state}


def _fields(row: dict[str, str], zone: str | None) -> dict[str, Any]:
    """The row's detail: a fire's hazard, a silent button; a housing is no zone that tripped."""
    data = EventData.TYPES[row["type"]]
    if issubclass(data, DeviceTampered):
        return {} if row["detail"] == "housing" else {"zone": zone}
    if issubclass(data, HelpRequested):
        return {"silent": row["detail"] == "silent"}
    return {"hazard": row["detail"]} if issubclass(data, FireDetected) else {}
