"""Multipart bodies as devices really send them: unknown boundary, sloppy ends, wrong lengths. Pure.

The boundary is taken from the body's own first `--xxx` line, because what was published to MQTT
has lost its HTTP header. `Content-Length` of a part is not believed: firmware of several makes
counts characters, counts line ends differently, or leaves it out. RFC 2046, section 5.1.
"""

import re
from dataclasses import dataclass, field

from ingest.message import Unreadable

PARTS_MAX = 1000
HEADER_BYTES_MAX = 8192
BOUNDARY_CHARS_MAX = 200

_START_LINE = re.compile(rb"(?:[A-Z]{3,8} \S{1,2000} )?HTTP/1\.[01](?: [^\r\n]{0,200})?\r?\n")
_HEADER_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,60}:[^\r\n]*(?:\r?\n|$)")
_OPENING = re.compile(rb"--([!-~]{1,%d})[ \t]*(?:\r?\n|$)" % BOUNDARY_CHARS_MAX)
_LATER_OPENING = re.compile(
    rb"\n--([!-~]{1,%d})[ \t]*(?=\r?\n(?:\r?\n)?Content-|[\r\n]*\Z)" % BOUNDARY_CHARS_MAX,
    re.IGNORECASE,
)
"""A boundary line further down proves itself by what follows it: a part's header, or the end."""

_BARE_STARTS = (b"{", b"[", b"<")
"""Neither a header nor a boundary begins so."""

_PARAMETER = re.compile(r'(?:^|;)\s*(name|filename)\s*=\s*(?:"([^"]*)"|([^;\s]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its headers with lower-case names, and its body without the closing line end."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """The media type in lower case without parameters, or an empty text."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def is_image(self) -> bool:
        """Whether its header calls it a picture."""
        return self.content_type.startswith("image/")

    @property
    def name(self) -> str | None:
        """The form field's name."""
        return self._parameters().get("name")

    @property
    def filename(self) -> str | None:
        """The file's name, as a form field or as a plain part gives it."""
        return self._parameters().get("filename") or self.headers.get("content-id")

    def _parameters(self) -> dict[str, str]:
        text = self.headers.get("content-disposition", "")
        return {k.lower(): quoted or bare for k, quoted, bare in _PARAMETER.findall(text)}


def parts(payload: bytes) -> list[Part]:
    """The parts of a multipart body in order; empty if the payload is nothing of the kind.

    Accepts a stream that begins with its boundary line, one that was cut into and begins inside a
    part (with that part's headers or without), a single part with headers and no boundary at all,
    and any of them behind a recorded HTTP head. Raises Unreadable past `PARTS_MAX` or
    `HEADER_BYTES_MAX`.
    """
    if payload[:1] in _BARE_STARTS and b"\n--" not in payload:
        return []  # As all below would say; most messages are bare.
    body = _behind_http_head(payload.lstrip(b"\r\n"))
    opening = _OPENING.match(body)
    if opening is None and b"\n--" in body:
        opening = _LATER_OPENING.search(body)
    if opening is None:
        return [_part(body)] if _HEADER_LINE.match(body) else []
    return [_part(chunk) for chunk in _chunks(body, opening[1])]


def _behind_http_head(payload: bytes) -> bytes:
    """The body of a recorded request or answer; the payload itself if it is none."""
    start = _START_LINE.match(payload)
    bare = payload[start.end() :] if start else payload
    head = _split_headers(bare)
    if head is None:
        return bare
    body = head[1].lstrip(b"\r\n")
    return body if _OPENING.match(body) else bare


def _chunks(body: bytes, boundary: bytes) -> list[bytes]:
    """What stands between boundary lines, up to the closing one or the (cut) end."""
    token = boundary[:-2] if boundary.endswith(b"--") and len(boundary) > 2 else boundary
    delimiter = re.compile(rb"(?:\r?\n)?--" + re.escape(token) + rb"(--)?[ \t]*(?:\r?\n|$)")
    found: list[bytes] = []
    begin, closed = 0, False
    for mark in delimiter.finditer(body):
        if not closed:
            found.append(body[begin : mark.start()])
        if len(found) > PARTS_MAX:
            raise Unreadable(f"has more than {PARTS_MAX} parts", "$")
        begin, closed = mark.end(), mark[1] is not None
    if not closed:
        found.append(body[begin:])
    return [chunk for chunk in found if chunk.strip()]


def _part(chunk: bytes) -> Part:
    text = chunk.lstrip(b"\r\n")
    split = _split_headers(text)
    if split is None:
        return Part({}, text)
    return Part(*split)


def _split_headers(text: bytes) -> tuple[dict[str, str], bytes] | None:
    """Headers and what follows their blank line; None if the text starts with no header."""
    headers: dict[str, str] = {}
    at = 0
    while line := _HEADER_LINE.match(text, at):
        if line.end() > HEADER_BYTES_MAX:
            raise Unreadable(f"has part headers above {HEADER_BYTES_MAX} bytes", "$")
        name, _, value = line[0].decode("utf-8", "replace").partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
        at = line.end()
    if not headers:
        return None
    blank = re.compile(rb"\r?\n").match(text, at)
    return headers, text[blank.end() if blank else at :]
