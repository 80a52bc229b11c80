"""Access terminals: `AccessControllerEvent`, told by two numbers in decimal.

The manual prints them in hexadecimal. The table is for ISAPI only: one source for ISUP lists
several codes shifted by one.
"""

from collections.abc import Mapping
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
    the card that was shown, or the employee number. `fields` are those that the code alone tells;
    `at_reader`: who it was and at which reader stands beside it.
    """

    type: str
    subject: str
    fields: Mapping[str, Any]
    at_reader: bool


@cache
def codes() -> dict[tuple[int, int], Code]:
    """The table by major and minor (`subEventType`)."""
    return {
        (int(row["major"]), int(row["minor"])): _code(row)
        for row in rows(__package__, "access_codes.csv")
    }


def _code(row: Mapping[str, str]) -> Code:
    data = EventData.TYPES[row["type"]]
    at_reader, fields = issubclass(data, CredentialData), dict[str, Any]()
    if at_reader:
        fields["method"] = row["method"]
    if issubclass(data, AccessDenied):
        fields["reason"] = row["reason"]
    if issubclass(data, HelpRequested):
        fields["silent"] = row["state"] == "silent"
    if issubclass(data, DeviceStateReported):
        name, _, value = row["state"].partition("=")
        fields["state"] = {name: {"true": True, "false": False}.get(value, value)}
    return Code(row["type"], row["subject"], fields, at_reader)


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
    if (door := _number(block, "doorNo")) is not None:
        return door
    reader = block.whole("cardReaderNo")
    return str((reader + 1) // 2) if reader else None


def _subject(code: Code, block: Record) -> str | None:
    names = _SUBJECTS.get(code.subject)
    return _number(block, *names) if names else None


_SUBJECTS = {
    "card": ("cardNo", "employeeNoString", "employeeNo"),
    "person": ("employeeNoString", "employeeNo", "cardNo"),
}


def _number(block: Record, *names: str) -> str | None:
    """The first number that is set: 0 and blank mean none."""
    for name in names:
        text = block.text(name)
        if text is not None and text != "0":
            return text
    return None


def _fields(code: Code, block: Record) -> Mapping[str, Any]:
    if not code.at_reader:
        return code.fields
    reader = _number(block, "cardReaderNo")
    return {**code.fields, "person": block.text("name"), "reader": reader}


def _picture(block: Record) -> tuple[str, ...]:
    """The name of a picture that lies on the device; its address serves only who may log in."""
    url = block.text("pictureURL", "picURL")
    return (url.rpartition("/")[2].partition("@")[0],) if url else ()
