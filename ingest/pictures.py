"""Pictures that messages carry: decoded, looked at and named, so that events only link them. Pure.

What is taken is decided by the first and last bytes alone; no picture is ever rendered or searched
here. Close-ups of people are left behind undecoded unless the estate keeps them.
"""

import binascii
from dataclasses import dataclass, field
from typing import Literal

from ingest.message import Picture, PictureKind, Unreadable
from ingest.multipart import Part, parts
from schemas.pictures import picture_link, picture_name

PICTURE_BYTES_MAX = 8 * 1024 * 1024
"""Well above what an 8-megapixel camera sends; more is no snapshot."""

Missed = Literal["close_up", "retained", "empty", "not_base64", "not_an_image", "truncated",
                 "too_large", "without_event"]  # fmt: skip
"""Why a picture was not taken. `retained`: the broker kept it, nobody knows since when, and to take
it at each new subscription would begin its period anew. `without_event`: nothing came with it that
could link it.
"""

CLOSE_UPS: frozenset[PictureKind] = frozenset({"face", "person"})
"""A picture cut out around one person serves to recognise that person, whatever a device calls
it; what happened is to be seen on the others."""

_CARRIED_CHARS_MIN = 512
_ENCODED_STARTS = ("data:", "/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR")
_SLIPS = (("\r", ""), ("\n", ""), ("\t", ""), (" ", "+"), ("-", "+"), ("_", "/"))
"""Line ends are padding, the URL alphabet is another spelling, and a blank is a plus that went
through a form."""

_SEGMENTS_MAX = 1000
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})


@dataclass(frozen=True, slots=True)
class TakenPicture:
    """A picture to be stored for an estate, under the day and name that `schemas.pictures` tells.

    `day` is the day of its receipt in UTC.
    """

    estate: str
    day: str
    name: str
    content: bytes = field(repr=False)

    @property
    def link(self) -> str:
        """How its events link it."""
        return picture_link(self.name)


def take(picture: Picture, estate: str, day: str, *, close_ups: bool) -> TakenPicture | Missed:
    """What is to be stored of a picture, or why nothing is."""
    if picture.kind in CLOSE_UPS and not close_ups:
        return "close_up"
    content = picture.content
    if len(content) > (PICTURE_BYTES_MAX if isinstance(content, bytes) else PICTURE_BYTES_MAX * 2):
        return "too_large"
    if isinstance(content, str):
        decoded = _decoded(content)
        if decoded is None:
            return "not_base64"
        content = decoded
    fault = _fault(content)
    return fault or TakenPicture(estate, day, picture_name(content, _ending(content)), content)


def _fault(content: bytes) -> Missed | None:
    if not content:
        return "empty"
    if len(content) > PICTURE_BYTES_MAX:
        return "too_large"
    ending = _ending(content)
    if not ending:
        return "not_an_image"
    return None if _is_whole(content, ending) else "truncated"


def _decoded(text: str) -> bytes | None:
    """The bytes of base64 text or of a data URI (RFC 2397), None if it is neither."""
    if text[:5].lower() == "data:":
        head, _, text = text.partition(",")
        if not head.lower().endswith(";base64"):
            return None
    text = text.strip()
    for slip, meant in _SLIPS:
        if slip in text:
            text = text.replace(slip, meant)
    text = text.rstrip("=")
    try:
        return binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except ValueError:
        return None


def _ending(content: bytes) -> str:
    """The form of a picture by its first bytes, as the ending of its name; blank for none."""
    if content[:3] == b"\xff\xd8\xff":
        return "jpg"
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    # Two letters prove nothing; the length of the header behind them does.
    is_bmp = content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in _BMP_HEADERS
    return "bmp" if is_bmp else ""


def _is_whole(content: bytes, ending: str) -> bool:
    """Whether a picture's end is there. Devices pad it, so it need not be the last byte."""
    match ending:
        case "jpg":
            return _jpeg_ends(content)
        case "png":
            return b"IEND\xaeB`\x82" in content[-1024:]
        case "gif":
            return content.rstrip(b"\0\r\n").endswith(b";")
        case "webp":
            return int.from_bytes(content[4:8], "little") + 8 <= len(content)
    return int.from_bytes(content[2:6], "little") <= len(content)


def _jpeg_ends(content: bytes) -> bool:
    """Whether an end stands behind the first scan; a preview inside a header has one of its own.

    ITU-T T.81, annex B: a segment is FF, its marker, and its length with the length's two bytes.
    """
    at = 2
    for _ in range(_SEGMENTS_MAX):
        if content[at : at + 2] == b"\xff\xda":
            return content.rfind(b"\xff\xd9", at) > 0
        if content[at : at + 1] != b"\xff":
            return False
        filler = content[at + 1 : at + 2] == b"\xff"
        at += 1 if filler else 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return False


def is_picture(content: bytes) -> bool:
    """Whether bytes begin like a picture."""
    return _ending(content) != ""


def is_carried(text: str) -> bool:
    """Whether a text is a picture in base64, and not the address or path of one."""
    return text.startswith(_ENCODED_STARTS) or (
        len(text) >= _CARRIED_CHARS_MIN and "://" not in text[:32]
    )


def named_or_carried(text: str | None, name: str, kind: PictureKind) -> tuple[str | Picture, ...]:
    """What a field for a picture holds: the picture itself, its address, or nothing."""
    if not text:
        return ()
    return (Picture(name, kind, text) if is_carried(text) else text,)


def holds_only_pictures(payload: bytes) -> bool:
    """Whether a message is a picture, or parts of which each is one, and tells nothing else."""
    if is_picture(payload):
        return True
    try:
        found = parts(payload)
    except Unreadable:
        return False
    return bool(found) and all(map(_shows, found))


def _shows(part: Part) -> bool:
    return is_picture(part.body) or part.content_type.startswith("image/")
