"""Attendance terminals: ATTLOG and OPERLOG lines, and the same records as a server hands them on.

Attendance push 2.4.2 (V4.0), chapters 11.2, 11.4, 11.7 and appendices 3 to 5. Pure.
"""

import re
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from ingest.adapters.zkteco.methods import attendance_method
from ingest.adapters.zkteco.records import Row, number_of, wall_clock
from ingest.converters import said, whole
from ingest.message import DeviceTime, Reading, Unreadable
from schemas.base import MS_PER_S
from schemas.event_data import Direction

_TIME = r"(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d|\d{10})(?:[ \t]+(?P<rest>.*))?$"
_PUNCH = re.compile(r"^(?P<pin>\S{1,64})[ \t]+" + _TIME)
_OPERATION = re.compile(r"^OPLOG[ \t]+(?P<code>\d{1,5})[ \t]+\S*[ \t]+" + _TIME)
_WAYS: dict[str, Direction] = {
    "0": "in", "1": "out", "2": "out", "3": "in", "4": "in", "5": "out",
}  # fmt: skip
"""Clock in and out, break out and back, overtime in and out; 8 and 9 (meal) are no way."""
_ALARMS = {
    50: "door.closed", 51: "door.opened", 53: "exit.requested", 54: "door.forced",
    55: "device.tampered", 58: "access.denied", 65535: "device.state_reported",
}  # fmt: skip
_OPERATIONS = {
    0: "device.online", 1: "device.offline", 2: "access.denied", 21: "device.clock_set",
    29: "door.unlocked", 32: "access.duress", 33: "doorbell.rung", 34: "access.denied",
    53: "exit.requested", 54: "device.state_reported", 55: "device.state_reported",
}  # fmt: skip
_ALARM, _DENIED_PASSBACK = 3, 34
OFFSET_MAX_S = 14 * 3600
_OFFSET = re.compile(r"^[+-]\d{1,5}$")
_IDENTITY_NUMBER = re.compile(r"^\d{15}$|^\d{17}[\dXx]$")


def punch_line(line: str) -> Reading:
    """The reading of an ATTLOG line of columns. Raises Unreadable."""
    found = _PUNCH.match(line)
    if found is None:
        raise Unreadable("is no line of an attendance log", "$")
    columns = re.split(r"\t| +", found["rest"] or "")
    if _verified_only(columns):
        return _witness(found["pin"], found["time"], columns)
    return _punch(found["pin"], found["time"], columns[0], (*columns, "")[1], _offset(columns))


def _verified_only(columns: list[str]) -> bool:
    """A terminal for identity cards compares a face with a card and lets nobody in (type 1)."""
    return len(columns) >= 7 and bool(_IDENTITY_NUMBER.match(columns[5])) and columns[6] == "1"


def _witness(pin: str, time: str, columns: list[str]) -> Reading:
    """The identity number stands in the sixth column behind the time, and is never taken."""
    kind = {"0": "access.granted", "1": "access.denied", "2": "access.denied"}.get(columns[0])
    reason = {"1": "unknown_credential", "2": "blocked"}.get(columns[0])
    fields: dict[str, Any] = {"method": "id_card"} | ({"reason": reason} if reason else {})
    return Reading(
        kind or "access.presented", time=wall_clock(time), subject=number_of(pin), fields=fields,
        native=f"identity card check, status {columns[0]}",
    )  # fmt: skip


def punch_row(row: Row) -> Reading:
    """The reading of an ATTLOG line of pairs (`PIN`, `DateTime`, `Verified`, `Status`)."""
    time = row.get("datetime", row.get("time", ""))
    return _punch(
        row.get("pin", ""), time, row.get("status", ""), row.get("verified", row.get("verify", ""))
    )


def _offset(columns: list[str]) -> int | None:
    """Seconds ahead of UTC, where a newer terminal tells them: the ninth column behind the time."""
    told = columns[8] if len(columns) > 8 else ""
    return int(told) if _OFFSET.match(told) and abs(int(told)) <= OFFSET_MAX_S else None


def _punch(pin: str, time: str, status: str, verify: str, ahead_s: int | None = None) -> Reading:
    clock = wall_clock(time)
    if ahead_s is not None and clock.local is not None:
        utc = clock.local.replace(tzinfo=UTC) - timedelta(seconds=ahead_s)
        clock = DeviceTime(clock.raw, instant=round(utc.timestamp() * MS_PER_S), local=clock.local)
    return Reading(
        "access.granted", time=clock, subject=number_of(pin),
        direction=_WAYS.get(status), native=f"status {status}" if status else None,
        fields={"method": attendance_method(verify)},
    )  # fmt: skip


def operation_line(line: str) -> Reading:
    """The reading of an OPLOG line. Raises Unreadable.

    Whatever has no meaning of its own is somebody at the device's menu.
    """
    found = _OPERATION.match(line)
    if found is None:
        raise Unreadable("is no line of an operation log", "$")
    code = int(found["code"])
    objects = [whole(text) or 0 for text in re.split(r"\t| +", found["rest"] or "")]
    kind = _OPERATIONS.get(code, "device.operated")
    native = f"OPLOG {code}"
    if code == _ALARM:
        reason = next((number for number in objects[:2] if number in _ALARMS), objects[0])
        kind, native = _ALARMS.get(reason, "device.state_reported"), f"OPLOG 3, alarm {reason}"
    return Reading(
        kind, time=wall_clock(found["time"]), native=native,
        subject=str(objects[0]) if code == 2 and objects[0] else None,
        fields=_operation_fields(kind, code, native),
        key=f"{code}/{'/'.join(map(str, objects))}",
    )  # fmt: skip


def _operation_fields(kind: str, code: int, native: str) -> Mapping[str, Any]:
    if kind == "device.state_reported":
        return {"state": {"alarm": "off"} if native.endswith("65535") else {"operation": native}}
    if kind == "access.denied":
        return {"reason": "anti_passback" if code == _DENIED_PASSBACK else "unknown"}
    return {}


def server_row(row: Mapping[str, Any]) -> Reading:
    """A record as BioTime's interface writes it (`emp_code`, `punch_time`, `punch_state`)."""
    time = said(row.get("punch_time"))
    if time is None:
        raise Unreadable("has no punch_time", "$.punch_time")
    status, verify = said(row.get("punch_state")) or "", said(row.get("verify_type")) or ""
    punch = _punch(said(row.get("emp_code")) or "", time, status, verify)
    return Reading(
        punch.type, device=said(row.get("terminal_sn")), time=punch.time, subject=punch.subject,
        direction=punch.direction, native=punch.native, fields=punch.fields,
        sequence=whole(row.get("id")),
    )  # fmt: skip
