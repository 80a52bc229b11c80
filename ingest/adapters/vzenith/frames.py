"""Vzenith's TCP frames (port 8131), where a bridge hands them on unchanged. Pure.

Eight bytes: `VZ`, the type, a counter, the length of the body as 32 bits, big-endian. A text body
is JSON in GB2312, perhaps ended by a zero byte, behind which the pictures stand whose sizes the
JSON tells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.converters import lenient_json, whole
from ingest.message import Picture, Unreadable

MARK = b"VZ"
HEADER_BYTES = 8
FRAMES_MAX = 1000
TEXT, HEARTBEAT, BINARY = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its type, and of a text the parsed JSON and the pictures behind it."""

    kind: int
    data: Any = None
    pictures: tuple[Picture, ...] = ()


def frames(payload: bytes) -> Iterator[Frame]:
    """The frames of a payload in order. Raises Unreadable if one is cut or of an unknown type."""
    at, count = 0, 0
    while at < len(payload):
        head = payload[at : at + HEADER_BYTES]
        size = int.from_bytes(head[4:8], "big")
        body = payload[at + HEADER_BYTES : at + HEADER_BYTES + size]
        if len(head) < HEADER_BYTES or head[:2] != MARK or len(body) < size:
            raise Unreadable("is cut: no whole frame stands here", f"byte {at}")
        count += 1
        if count > FRAMES_MAX:
            raise Unreadable(f"has more than {FRAMES_MAX} frames", f"byte {at}")
        yield _frame(head[2], body)
        at += HEADER_BYTES + size


def _frame(kind: int, body: bytes) -> Frame:
    if kind in (HEARTBEAT, BINARY):
        return Frame(kind)
    if kind != TEXT:
        raise Unreadable(f"frame type {kind} is none of 0, 1, 2", "byte 2")
    text, _, rest = body.partition(b"\0")
    data = lenient_json(text)
    return Frame(kind, data, _pictures(data, rest) if isinstance(data, dict) else ())


def _pictures(data: Mapping[str, Any], rest: bytes) -> tuple[Picture, ...]:
    full, clip = whole(data.get("fullImgSize")) or 0, whole(data.get("clipImgSize")) or 0
    if full < 0 or clip < 0:
        return ()
    found = (
        Picture("scene", "scene", rest[:full]),
        Picture("plate", "plate", rest[full : full + clip]),
    )
    return tuple(picture for picture in found if picture.content)
