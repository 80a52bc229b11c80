"""Bodies that would grow or sink beyond measure, told by name where they are refused. Pure.

The readers refuse them anyway, each in its own words or because nobody claims such a body. A person
who looks through what was rejected should read at once what it was.
"""

import re

from ingest.multipart import PARTS_MAX

_PACKED = ((b"PK\x03\x04", "zip"), (b"\x1f\x8b", "gzip"), (b"x\x9c", "zlib"), (b"x\xda", "zlib"))
_ELEMENT = re.compile(rb"<[A-Za-z_]")
_LOOKED_AT = 4096
_DEEP = 200
"""Deeper than any message of the documented formats, and than a reader may go (Python: 1000)."""


def named(payload: bytes) -> str | None:
    """What is wrong with a refused body as a whole, or None for one that is only not understood."""
    for magic, name in _PACKED:
        if payload.startswith(magic):
            return f"is packed ({name}); send it unpacked, or name it in Content-Encoding"
    if payload.lstrip()[:1] == b"<" and b"<!ENTITY" in payload[:_LOOKED_AT]:
        return "has a DTD or entities, which are refused"
    if payload.count(b"\n--") > PARTS_MAX:
        return f"has more than {PARTS_MAX} parts"
    if _depth(payload[:_LOOKED_AT]) > _DEEP:
        return f"is too deeply nested, above {_DEEP} levels"
    return None


def _depth(start: bytes) -> int:
    """How deep a body goes in its first bytes: a bomb goes down at once. Texts count as if bare."""
    if start.lstrip().startswith(b"<"):
        opened = len(_ELEMENT.findall(start))
        return opened - start.count(b"</") - start.count(b"/>")
    brackets = sum(start.count(one) for one in (b"{", b"["))
    return brackets - sum(start.count(one) for one in (b"}", b"]"))
