"""What an access event means: rows of `rtlog`, of the table `transaction`, and panel records. Pure.

The codes stand in `events.csv` (access push, appendices 2 and 19; the panels share 0 to 255).
"""

from dataclasses import dataclass
from typing import Any

from ingest.adapters.zkteco.methods import security_method
from ingest.adapters.zkteco.records import Row, code_of, number_of, packed_clock, wall_clock
from ingest.converters import whole
from ingest.message import DeviceTime, Reading, Unreadable
from ingest.tables import rows
from schemas.event_data import Direction, Method

_STATE = "device.state_reported"
_WAYS: dict[int, Direction] = {0: "in", 1: "out", 3: "out"}
"""Terminals write 1 for out, C3 panels 3; 2 is neither on both."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code stands for: the fact, a note on it (reason, state), the method, the words."""

    type: str
    note: str
    method: Method | None
    means: str


def _table() -> dict[int, Meaning]:
    return {
        int(row["code"]): Meaning(row["type"], row["note"], row["method"] or None, row["means"])  # type: ignore[arg-type]
        for row in rows(__package__, "events.csv")
    }


EVENTS = _table()
STATE_RECORD = 255


@dataclass(frozen=True, slots=True)
class Event:
    """One event as the device wrote it, whatever the form."""

    code: int
    time: DeviceTime
    door: int | None = None
    subject: str | None = None
    way: int | None = None
    method: Method = "unknown"
    index: int | None = None
    replayed: bool = False
    key: str = ""


def event_of(row: Row) -> Event:
    """The event of a row of `rtlog`, or of a queried `transaction`. Raises Unreadable."""
    code = code_of(row, "event", "eventtype")
    if code is None:
        raise Unreadable(f"event {row.get('event', '')[:20]!r} is no number", "$.event")
    queried = "time" not in row
    seconds = whole(row.get("time_second"))
    if queried and seconds is None:
        raise Unreadable("has no time", "$.time")
    return Event(
        code=code,
        time=packed_clock(seconds or 0) if queried else wall_clock(row["time"]),
        door=code_of(row, "eventaddr", "doorid"),
        subject=number_of(row.get("pin")) or number_of(row.get("cardno")),
        way=code_of(row, "inoutstatus", "inoutstate"),
        method=security_method(row.get("verifytype", row.get("verified"))),
        index=whole(row.get("index")),
        replayed=queried,
    )


def known(event: Event) -> bool:
    """Whether the code is in the table."""
    return event.code in EVENTS


def reading_of(event: Event) -> Reading:
    """What an event tells. A code that is not in the table is told as such, and as nothing else."""
    meant = EVENTS.get(event.code)
    if meant is None:
        unknown = {"state": {"unknown_code": event.code}}
        return _reading(event, _STATE, fields=unknown, channel=_door(event))
    fields = _fields(event, meant)
    credential = meant.type.startswith("access.")
    way = _WAYS.get(event.way) if event.way is not None else None
    return _reading(
        event, meant.type, fields=fields, channel=_channel(event, meant),
        subject=event.subject if credential or meant.type == _STATE else None,
        direction=way if credential and fields.get("method") != "remote" else None,
    )  # fmt: skip


def _reading(event: Event, kind: str, **parts: Any) -> Reading:
    return Reading(
        kind, time=event.time, sequence=event.index, replayed=event.replayed,
        native=f"event {event.code}", key=f"{event.code}{event.key}", **parts,
    )  # fmt: skip


def _fields(event: Event, meant: Meaning) -> dict[str, Any]:
    if meant.type == _STATE:
        name, _, value = meant.note.partition("=")
        return {"state": {name: value or True}}
    if meant.type == "doorbell.rung":
        return {"answered": False} if meant.note == "unanswered" else {}
    if not meant.type.startswith("access."):
        return {}
    fields: dict[str, Any] = {"method": meant.method or event.method}
    return fields | {"reason": meant.note} if meant.type == "access.denied" else fields


def _door(event: Event) -> str | None:
    return str(event.door) if event.door else None


def _channel(event: Event, meant: Meaning) -> str | None:
    """The door; auxiliary inputs are counted apart from the doors, so they are named apart."""
    if meant.type.startswith("input."):
        return meant.note or f"aux-{event.door or 1}"
    return _door(event)
