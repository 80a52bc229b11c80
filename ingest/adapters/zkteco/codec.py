"""ZKTeco: HTTP bodies of the attendance and the access push, and what C3 panels answer. Pure.

Which table a body is stands in the URL alone. The topic may carry it behind the make
(`devices/DEVICE/zkteco/TABLE`) and decides only where the content leaves it open.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ingest.adapters.zkteco import attendance, panel
from ingest.adapters.zkteco.events import event_of, reading_of
from ingest.adapters.zkteco.records import Row, lines_of, rows, wall_clock
from ingest.adapters.zkteco.states import door_states, options
from ingest.converters import load_json, text_of
from ingest.message import Message, Reading, Unreadable
from ingest.topics import push_device

_PICTURE = re.compile(rb"PIN=[^\n]*\s+SN=.{0,200}?CMD=\w+\0", re.DOTALL)
_PEOPLE = re.compile(
    r"(?:USER|FP|FACE|FVEIN|USERPIC|BIODATA|BIOPHOTO|IDCARD|WORKCODE|SMS|USER_SMS|"
    r"user|extuser|mulcarduser|identitycard|templatev10|biodata|biophoto|userpic|userauthorize|"
    r"DeviceAuthorization)[ \t]+~?\w+=",
    re.IGNORECASE,
)
"""Lines of the register: people's data, templates and pictures. Nothing happened, none is taken."""
_FAULT = re.compile(r"(?:ERRORLOG\s+)?ErrCode=", re.IGNORECASE)
"""What a device could not do; the security push writes it in small letters."""
_ANSWER = re.compile(r"ID=-?\d+[&\s]+Return=-?\d+[&\s]+CMD=")
_PUNCH = re.compile(r"\S{1,64}[ \t]+(?:\d{4}-\d\d-\d\d[ T]\d\d:|\d{10}(?:\s|$))")
_OPTIONS = re.compile(r"(?:^|[,\n])~?[A-Za-z]\w*=[^\t]*(?:,~?[A-Za-z]\w*=|$)")


def decode(message: Message) -> list[Reading]:
    """The readings of one body or record. Raises Unreadable."""
    payload = message.payload
    if panel.is_frame(payload):
        payload = panel.frame_data(payload)
        if not payload or not _is_text(payload):
            return panel.records(payload)
    elif not _is_text(payload) and panel.holds_records(payload):
        return panel.records(payload)
    if _PICTURE.match(payload):
        return []  # the photo of an attendance that has a line of its own
    return _text(text_of(payload).strip(), message)


def _is_text(payload: bytes) -> bool:
    return not any(byte in payload[:64] for byte in range(9))


def _text(text: str, message: Message) -> list[Reading]:
    table = message.topic.rpartition("/")[2].lower()
    if not text:
        return _empty(message)
    if text.startswith(("{", "[")):
        return [attendance.server_row(row) for row in _server_rows(load_json(text))]
    if _ANSWER.match(text):
        return []
    lines = lines_of(text)
    if _is_options(lines[0], table):
        return [options(text, named=push_device(message.topic) is not None)]
    return _lines(lines, table)


def _empty(message: Message) -> list[Reading]:
    """A poll has no body, and neither has an access table without news: the device is there."""
    if push_device(message.topic) is None:
        raise Unreadable("is empty", "$")
    return [Reading("device.heartbeat", native="poll")]


def _server_rows(body: Any) -> list[Mapping[str, Any]]:
    found = body.get("data", [body]) if isinstance(body, dict) else body
    kept: list[Mapping[str, Any]] = (
        [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    )
    if not kept:
        raise Unreadable("holds no attendance record", "$")
    return kept


def _is_options(line: str, table: str) -> bool:
    if table in ("options", "registry"):
        return "=" in line
    return line.startswith("~") or ("\t" not in line and ",~" in line) or _plain_options(line)


def _plain_options(line: str) -> bool:
    return "," in line and "time=" not in line and bool(_OPTIONS.match(line))


_Reader = Callable[[str], Reading]


def _lines(lines: list[str], table: str) -> list[Reading]:
    """Lines of columns are read one by one; lines of pairs as rows, which may go over two lines."""
    told = [line for line in lines if not _PEOPLE.match(line)]
    readers = [_column_reader(line) for line in told]
    if any(readers):
        return _each(
            [(reader or _refuse, line) for reader, line in zip(readers, told, strict=True)]
        )
    return _rows(rows(told), table)


def _column_reader(line: str) -> _Reader | None:
    if line.startswith("OPLOG"):
        return attendance.operation_line
    if _FAULT.match(line):
        return _error
    return attendance.punch_line if _PUNCH.match(line) else None


def _refuse(line: str) -> Reading:
    raise Unreadable("is no line of a log", "$")


def _error(line: str) -> Reading:
    code = re.search(r"(?i)errcode=(\w+)", line)
    state = {"error_code": code[1] if code else "unknown"}
    return Reading("device.state_reported", native="ERRORLOG", fields={"state": state})


def _each(work: list[tuple[Callable[..., Reading], Any]]) -> list[Reading]:
    """Each line's reading. One that cannot be read is told as such, if others can: none is lost.

    Raises Unreadable with the first fault if there is nothing but faults.
    """
    found: list[Reading] = []
    faults: list[Unreadable] = []
    for at, (reader, line) in enumerate(work, start=1):
        try:
            found.append(reader(line))
        except Unreadable as fault:
            faults.append(fault)
            state = {"unreadable_line": at}
            found.append(Reading("device.state_reported", fields={"state": state}, key=str(at)))
    if faults and len(faults) == len(work):
        raise faults[0]
    return found


def _rows(found: list[dict[str, str]], table: str) -> list[Reading]:
    """Raises Unreadable if there is nothing but events whose codes are unknown."""
    kept = [row for row in found if not _PERSON & row.keys() or row.keys() & _CLOCKS]
    readings = _each([(_row_reader(row, table), row) for row in kept])
    unknown = [reading.fields.get("state", {}).get("unknown_code") for reading in readings]
    if unknown and None not in unknown:
        raise Unreadable(f"event {unknown[0]} is not one this adapter knows", "$.event")
    return readings


_PERSON = {"name", "passwd", "password", "privilege", "pri", "tmp", "template", "content"}
_CLOCKS = {"time", "datetime", "time_second"}
_PUNCHED = {"pin", "time", "verified", "status"}
"""A row of attendance that was asked for in the security push's words."""


def _row_reader(row: Row, table: str) -> Callable[[Row], Reading]:
    if "event" in row or "eventtype" in row:
        return _event
    if "sensor" in row and "time" in row:
        return door_states
    if "datetime" in row or ("pin" in row and table == "attlog") or row.keys() >= _PUNCHED:
        return attendance.punch_row
    return _shown if "pin" in row or "cardno" in row else _unknown_row


def _event(row: Row) -> Reading:
    return reading_of(event_of(row))


def _shown(row: Row) -> Reading:
    """A swipe of which the device does not say what came of it."""
    event = event_of({**row, "event": "0"})
    meant = reading_of(event)
    return Reading(
        "access.presented", time=wall_clock(row.get("time")), channel=meant.channel,
        sequence=event.index, subject=event.subject, direction=meant.direction,
        fields=meant.fields,
    )  # fmt: skip


def _unknown_row(row: Row) -> Reading:
    raise Unreadable(f"fields {', '.join(sorted(row))[:60]!r} are no table this adapter knows", "$")
