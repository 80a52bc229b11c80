"""An endless multipart answer, cut into its parts as they come. Pure.

A part is whole where the next boundary line begins. Devices are silent for minutes behind a part,
so one whose `Content-Length` is reached is whole as soon as nothing follows it at once; the length
alone is not believed, because firmware of two makes counts wrong.
"""

import re

HEADERS_MAX = 8192

_OPENING = re.compile(rb"--[!-~]{1,200}[ \t]*\r?\n")
_LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]{1,9})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BLANK = re.compile(rb"\r?\n\r?\n")


class StreamTooLarge(Exception):
    """A part grew above the limit; the stream cannot be followed any further."""


class PartCutter:
    """Takes bytes in, gives whole parts out, each with its boundary line and headers as sent."""

    def __init__(self, boundary: str | None, bytes_max: int) -> None:
        """`boundary` as the Content-Type names it; without one the first line tells it."""
        self._bytes_max = bytes_max
        self._delimiter = _delimiter(boundary.encode()) if boundary else None
        self._buffer = bytearray()
        self._looked = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The parts that these bytes complete. Raises StreamTooLarge."""
        self._buffer += chunk
        if self._delimiter is None and (opening := _OPENING.search(self._buffer)):
            self._delimiter = _delimiter(bytes(opening[0]).strip()[2:])
        found = self._cut() if self._delimiter is not None else []
        if len(self._buffer) > self._bytes_max + HEADERS_MAX:
            self._buffer.clear()
            raise StreamTooLarge
        return found

    @property
    def is_whole(self) -> bool:
        """Whether what is left is a part that its own length says is whole."""
        blank = _BLANK.search(self._buffer)
        if blank is None:
            return False
        length = _LENGTH.search(self._buffer, 0, blank.end())
        return length is not None and len(self._buffer) - blank.end() >= int(length[1]) > 0

    def flush(self) -> list[bytes]:
        """What is left, as a part, because nothing follows it."""
        part = bytes(self._buffer)
        self._buffer.clear()
        self._looked = 0
        return [part] if _has_content(part) else []

    def _cut(self) -> list[bytes]:
        """Parts before each boundary line that stands in the buffer behind its first."""
        assert self._delimiter is not None
        found: list[bytes] = []
        begin = 0
        for mark in self._delimiter.finditer(self._buffer, self._looked):
            if mark.start() > begin:
                part = bytes(self._buffer[begin : mark.start()])
                found += [part] if _has_content(part) else []
            begin = mark.start()
        del self._buffer[:begin]
        # A boundary line may be cut in two; look again from a little before the end.
        self._looked = max(min(1, len(self._buffer)), len(self._buffer) - 256)
        return found


def is_picture(part: bytes) -> bool:
    """Whether a part is a picture and tells no event of its own."""
    blank = _BLANK.search(part)
    head = part[: blank.end()].lower() if blank else b""
    return b"content-type: image/" in head or b"content-type:image/" in head


def _delimiter(boundary: bytes) -> re.Pattern[bytes]:
    """A boundary line, also where the header names it with its dashes."""
    token = boundary.strip(b'"').removeprefix(b"--")
    return re.compile(rb"--" + re.escape(token) + rb"(?:--)?[ \t]*\r?\n")


def _has_content(part: bytes) -> bool:
    """Whether there is more than a boundary line and headers."""
    blank = _BLANK.search(part)
    return blank is not None and bool(part[blank.end() :].strip())
