"""From bytes to texts and the pictures beside them: what carries Dahua events. Pure.

One event travels as a part of an endless HTTP answer, as a DHIP frame over TCP 5000, as a pushed
body (sometimes compressed) or through a bridge on MQTT; several may share one message.
"""

import re
import zlib
from dataclasses import dataclass

from ingest.converters import text_of
from ingest.message import Unreadable
from ingest.multipart import Part, parts

INFLATED_BYTES_MAX = 4 * 1024 * 1024
FRAMES_MAX = 1000

_DHIP_MAGIC = b"\x20\x00\x00\x00DHIP"
_DHIP_HEADER_BYTES = 32
_DHIP_LENGTH_AT = 16
_TEXT_TYPES = ("", "text/plain", "application/json", "text/json")
_PLAIN_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:[\t\r\n -~]{8}|[\t\r\n -~]{0,7}$)")
_JPEG = b"\xff\xd8"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, and the parts that followed it and are none; what came first goes with the first."""

    text: str
    others: tuple[Part, ...] = ()


def pieces(payload: bytes) -> list[Piece]:
    """The texts a message carries, in order. Raises Unreadable."""
    if _DHIP_MAGIC in payload:
        return list(map(Piece, _frames(payload)))
    body = _inflated(payload)
    found = [part for part in parts(body) if part.body.strip()]
    return _of_parts(found) if found else [Piece(text_of(body))]


def _of_parts(found: list[Part]) -> list[Piece]:
    texts = [number for number, part in enumerate(found) if _is_text(part)]
    if not texts:
        raise Unreadable("holds pictures and no event", "$")
    early = found[: texts[0]]
    told = []
    for begin, end in zip(texts, [*texts[1:], len(found)], strict=True):
        told.append(Piece(text_of(found[begin].body), (*early, *found[begin + 1 : end])))
        early = []
    return told


def _is_text(part: Part) -> bool:
    return part.content_type in _TEXT_TYPES and not part.body.startswith(_JPEG)


def _frames(body: bytes) -> list[str]:
    """DHIP frames: 32 bytes of header with the length, little-endian, at 16; then JSON."""
    found: list[str] = []
    at = 0
    while (magic := body.find(_DHIP_MAGIC, at)) >= 0 and len(found) < FRAMES_MAX:
        begin = magic + _DHIP_HEADER_BYTES
        length_at = magic + _DHIP_LENGTH_AT
        length = int.from_bytes(body[length_at : length_at + 4], "little")
        at = min(begin + length, len(body)) if length else begin
        found.append(text_of(body[begin:at]))
    kept = [text for text in found if text.strip()]
    if not kept:
        raise Unreadable("has a DHIP header and no text behind it", "$")
    return kept


def _inflated(payload: bytes) -> bytes:
    """A body without its compression; devices push with `Content-Encoding: deflate` or gzip.

    Raises Unreadable for a body that grows above `INFLATED_BYTES_MAX`.
    """
    for window in _windows(payload):
        engine = zlib.decompressobj(window)
        try:
            body = engine.decompress(payload, INFLATED_BYTES_MAX)
        except zlib.error:
            continue
        if engine.unconsumed_tail:
            raise Unreadable(f"grows above {INFLATED_BYTES_MAX} bytes when inflated", "$")
        return body if _PLAIN_START.match(body) and body else payload
    return payload


def _windows(payload: bytes) -> tuple[int, ...]:
    """How the bytes may be compressed. Bare deflate has no mark, so what is no text may be it."""
    if payload[:2] == b"\x1f\x8b" or _is_zlib(payload):
        return (zlib.MAX_WBITS | 32,)
    return () if _PLAIN_START.match(payload) else (-zlib.MAX_WBITS,)


def _is_zlib(payload: bytes) -> bool:
    """RFC 1950: method 8 in the first byte, and the first two a multiple of 31."""
    return payload[:1] == b"\x78" and int.from_bytes(payload[:2], "big") % 31 == 0
