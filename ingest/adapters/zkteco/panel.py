"""C3 and inBio panels as they are pulled over TCP 4370: frames, and records of 16 bytes. Pure.

A frame is AA, version, C8 (answer) or C9 (error), length, data, checksum, 55. The data is text like
the terminals', or records: two numbers, method, door, event, way, packed time; event 255 marks the
state of all doors. https://github.com/vwout/zkaccess-c3-py has both, with captures.
"""

import struct
from typing import Any

from ingest.adapters.zkteco.events import STATE_RECORD, Event, known, reading_of
from ingest.adapters.zkteco.methods import security_method
from ingest.adapters.zkteco.records import packed_clock
from ingest.message import Reading, Unreadable

_START, _END, _ANSWER, _ERROR = 0xAA, 0x55, 0xC8, 0xC9
_HEAD, _TAIL = 5, 3
_RECORD = struct.Struct("<4s4sBBBBI")
_SESSION_BYTES = 4
"""Session and counter, which stand before the data where the panel keeps sessions."""
_CONTACT = {1: "closed", 2: "open"}


def is_frame(payload: bytes) -> bool:
    """Whether the payload is one frame of a panel."""
    return len(payload) >= _HEAD + _TAIL and payload[0] == _START and payload[-1] == _END


def frame_data(payload: bytes) -> bytes:
    """The data of a frame; nothing of one that only tells an error. Raises Unreadable."""
    kind, length = payload[2], int.from_bytes(payload[3:5], "little")
    data, told = payload[_HEAD:-_TAIL], int.from_bytes(payload[-_TAIL:-1], "little")
    if len(data) != length:
        raise Unreadable(f"frame says {length} bytes and holds {len(data)}", "$")
    if told != checksum(payload[1:-_TAIL]):
        raise Unreadable("checksum of the frame is wrong", "$")
    if kind not in (_ANSWER, _ERROR):
        raise Unreadable(f"frame of kind {kind:#04x} is no answer of a panel", "$")
    return b"" if kind == _ERROR else data


def checksum(data: bytes) -> int:
    """CRC-16 with the polynomial 0xA001 from 0, as the panels reckon it."""
    found = 0
    for byte in data:
        found = found >> 8 ^ _CRC[(found ^ byte) & 0xFF]
    return found


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC = tuple(map(_crc_of, range(256)))


def holds_records(data: bytes) -> bool:
    """Whether the data can only be records: no text has such bytes where door and way stand."""
    return len(data) % _RECORD.size == 0 and all(
        data[at + 9] < 32 and data[at + 11] in (0, 1, 2, 3, 15)
        for at in range(0, len(data), _RECORD.size)
    )


def records(data: bytes) -> list[Reading]:
    """The readings of records, with or without the session before them. Raises Unreadable."""
    if not data.strip(b"\0"):
        return []
    body = data[_SESSION_BYTES:] if len(data) % _RECORD.size == _SESSION_BYTES else data
    if not body:
        return []
    if not holds_records(body):
        raise Unreadable("is neither text nor records of a panel", "$")
    parts = [_RECORD.unpack_from(body, at) for at in range(0, len(body), _RECORD.size)]
    if not any(part[4] == STATE_RECORD or known(_event(part)) for part in parts):
        raise Unreadable(f"event {parts[0][4]} is not one this adapter knows", "$.event")
    return [_state(part) if part[4] == STATE_RECORD else reading_of(_event(part)) for part in parts]


def _event(part: tuple[Any, ...]) -> Event:
    """Which of the two numbers is the card is disputed, so neither is told; both tell apart."""
    first, second, method, door, code, way, seconds = part
    return Event(
        code, packed_clock(seconds), door=door, way=way, method=security_method(str(method)),
        key=f"/{first.hex()}/{second.hex()}",
    )  # fmt: skip


def _state(part: tuple[Any, ...]) -> Reading:
    alarms, contacts, *_, seconds = part
    state: dict[str, Any] = {
        f"door_{door}": _CONTACT.get(contact & 15, "unknown")
        for door, contact in enumerate(contacts, start=1)
        if contact & 15
    } | {f"alarm_{door}": alarm for door, alarm in enumerate(alarms, start=1) if alarm}
    return Reading(
        "device.state_reported", time=packed_clock(seconds), native="state record",
        fields={"state": state},
    )  # fmt: skip
