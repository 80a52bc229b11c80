"""One record of a board's event list. Pure.

Types: 0 none, 1 swipe, 2 door, 3 alarm, 255 overwritten. Reasons are the board's own numbers, as
https://github.com/uhppoted/uhppoted-lib names them (locales/en). Without a reason the card and
`access-granted` say what happened, also under type 2.
"""

from collections.abc import Mapping
from typing import Any

from ingest.adapters.uhppoted.clock import board_time
from ingest.converters import flag, said, whole
from ingest.message import Reading, Unreadable
from schemas.event_data import DeniedReason, Direction

Record = Mapping[str, Any]

_HAPPENED: dict[int, tuple[str, dict[str, Any]]] = {
    20: ("exit.requested", {}),
    23: ("door.opened", {}),
    24: ("door.closed", {}),
    25: ("access.granted", {"method": "pin"}),
    28: ("device.online", {}),
    29: ("device.online", {}),
    31: ("exit.requested", {}),
    32: ("exit.requested", {}),
    33: ("exit.requested", {}),
    34: ("exit.requested", {}),
    37: ("door.held", {}),
    38: ("door.forced", {}),
    39: ("fire.detected", {"hazard": "fire"}),
    40: ("door.locked", {}),
    41: ("device.tampered", {"zone": "theft"}),
    42: ("device.tampered", {"zone": "24h"}),
    43: ("help.requested", {}),
    44: ("access.granted", {"method": "remote"}),
    45: ("access.granted", {"method": "remote"}),
}
_SWIPES = frozenset({0, 1, 2, 3})
_REFUSED: dict[int, DeniedReason] = {
    5: "other", 6: "no_permission", 7: "wrong_pin", 8: "anti_passback", 9: "other", 10: "mode",
    11: "mode", 12: "interlock", 13: "wrong_time", 15: "wrong_time", 18: "unknown",
}  # fmt: skip
_WAYS: dict[int, Direction] = {1: "in", 2: "out"}
_NONE, _SWIPE, _OVERWRITTEN = 0, 1, 255


def reading_of(record: Record, *, replayed: bool = False) -> Reading | None:
    """The reading of a record, None for one that holds nothing. Raises Unreadable.

    `replayed` is a record that somebody asked for.
    """
    kind = whole(record.get("event-type"))
    reason = whole(record.get("event-reason", record.get("event-result"))) or 0
    if kind in (_NONE, _OVERWRITTEN) and not said(record.get("timestamp")):
        return None
    word, fields = _meaning(record, kind, reason)
    credential = word.startswith("access.")
    card, door = _number(record, "card-number"), _number(record, "door-id")
    return Reading(
        word, device=_number(record, "device-id"),
        time=board_time(record.get("timestamp"), "$.timestamp"), channel=door,
        sequence=whole(record.get("event-id")),
        subject=card if credential and fields.get("method") == "card" else None,
        direction=_way(record) if credential and fields.get("method") == "card" else None,
        replayed=replayed, native=f"type {kind}, reason {reason}", fields=fields,
    )  # fmt: skip


def _meaning(record: Record, kind: int | None, reason: int) -> tuple[str, dict[str, Any]]:
    if reason in _HAPPENED:
        return _HAPPENED[reason]
    granted = flag(record.get("access-granted"))
    if reason in _REFUSED:
        # Some boards let in whom they ask for more of; what they say they did goes first.
        if granted:
            return "access.granted", {"method": "card"}
        return "access.denied", {"method": "card", "reason": _REFUSED[reason]}
    if reason in _SWIPES:
        return _swipe(granted, kind, known=_number(record, "card-number") is not None)
    raise Unreadable(f"event reason {reason} is not one this adapter knows", "$.event-reason")


def _swipe(granted: bool | None, kind: int | None, *, known: bool) -> tuple[str, dict[str, Any]]:
    if not known and kind != _SWIPE:
        raise Unreadable("has neither a reason nor a card", "$.event-reason")
    if granted is None:
        return "access.presented", {"method": "card"}
    if granted:
        return "access.granted", {"method": "card"}
    return "access.denied", {"method": "card", "reason": "unknown"}


def _way(record: Record) -> Direction | None:
    return _WAYS.get(whole(record.get("direction")) or 0)


def _number(record: Record, name: str) -> str | None:
    """A number as text; 0 says that there is none."""
    found = whole(record.get(name))
    return str(found) if found else None
