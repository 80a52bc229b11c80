"""Access terminals: `AccessControllerEvent`, told by two numbers in decimal.

The manual prints them in hexadecimal. The table is for ISAPI only: one source for ISUP lists
several codes shifted by one.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from ingest.adapters.hikvision_isapi.alert import Alert
from ingest.adapters.hikvision_isapi.record import Record
from ingest.message import Reading, Unreadable
from ingest.tables import rows
from schemas.event_data import (
    AccessDenied,
    CredentialData,
    DeviceStateReported,
    EventData,
    HelpRequested,
)


@dataclass(frozen=True, slots=True)
class Code:
    """A row of `access_codes.csv`. `subject` says which of the two numbers stands for the person:
    the card that was shown, or the employee number.
    """

    type: str
    method: str
    subject: str
    reason: str
    state: str


@cache
def codes() -> dict[tuple[int, int], Code]:
    """The table by major and minor (`subEventType`)."""
    return {
        (int(row["major"]), int(row["minor"])): Code(
            row["type"], row["method"], row["subject"], row["reason"], row["state"]
        )
        for row in rows(__package__, "access_codes.csv")
    }


def read_access(alert: Alert) -> list[Reading]:
    """The reading of one access event. Raises Unreadable for a code the table has not."""
    block = alert.record.part("AccessControllerEvent") or alert.record
    major = block.whole("majorEventType", "major")
    minor = block.whole("subEventType", "minorEventType", "minor")
    if major is None or minor is None:
        raise Unreadable("has no majorEventType and subEventType", block.path)
    code = codes().get((major, minor))
    if code is None:
        reason = f"unknown code {major}/{minor}; this adapter's access_codes.csv lacks it"
        raise Unreadable(reason, block.path)
    pictures = alert.common.pictures or _picture(block)
    return [
        alert.says(
            code.type,
            channel=_channel(code, block),
            sequence=block.whole("serialNo") or None,
            subject=_subject(code, block),
            native=f"{major}/{minor}",
            pictures=pictures,
            fields=_fields(code, block),
        )
    ]


def _channel(code: Code, block: Record) -> str | None:
    """The door, or the input. Where only the reader is told: two readers belong to a door."""
    if code.type.startswith("input."):
        return _number(block, "alarmInNo", "caseSensorNo")
    reader = block.whole("cardReaderNo")
    return _number(block, "doorNo") or (str((reader + 1) // 2) if reader else None)


def _subject(code: Code, block: Record) -> str | None:
    card = _number(block, "cardNo")
    person = _number(block, "employeeNoString", "employeeNo")
    return {"card": card or person, "person": person or card}.get(code.subject)


def _number(block: Record, *names: str) -> str | None:
    """The first number that is set: 0 and blank mean none."""
    for name in names:
        text = block.text(name)
        if text is not None and text != "0":
            return text
    return None


def _fields(code: Code, block: Record) -> dict[str, Any]:
    data = EventData.TYPES[code.type]
    fields: dict[str, Any] = {}
    if issubclass(data, CredentialData):
        person, reader = block.text("name"), _number(block, "cardReaderNo")
        fields = {"method": code.method, "person": person, "reader": reader}
    if issubclass(data, AccessDenied):
        fields["reason"] = code.reason
    if issubclass(data, HelpRequested):
        fields["silent"] = code.state == "silent"
    if issubclass(data, DeviceStateReported):
        name, _, value = code.state.partition("=")
        fields["state"] = {name: {"true": True, "false": False}.get(value, value)}
    return fields


def _picture(block: Record) -> tuple[str, ...]:
    """The name of a picture that lies on the device; its address serves only who may log in."""
    url = block.text("pictureURL", "picURL")
    return (url.rpartition("/")[2].partition("@")[0],) if url else ()
