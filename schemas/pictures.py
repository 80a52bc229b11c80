"""Pictures by name: the link that stands in an event, and where the picture lies. Pure.

A picture is called after the SHA-256 of its bytes, so the same one is kept once, and one that was
changed is seen to be. An event links it as `picture:NAME`; it lies in FOLDER/ESTATE/DAY/NAME, where
the day is that of its receipt in UTC. Ingest writes there, the console reads.
"""

import re
from hashlib import sha256

from schemas.base import MS_PER_S, format_instant

CONTENT_TYPES = {
    "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif",
    "bmp": "image/bmp",
}  # fmt: skip
"""The forms of pictures that are kept, by the ending of their names."""

DAY_MS = 24 * 3600 * MS_PER_S
_LINK = "picture:"
_NAME = re.compile(rf"[0-9a-f]{{64}}\.({'|'.join(CONTENT_TYPES)})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def picture_name(content: bytes, ending: str) -> str:
    """The name of a picture of this form."""
    return f"{sha256(content).hexdigest()}.{ending}"


def picture_link(name: str) -> str:
    """How an event links a picture."""
    return _LINK + name


def linked_name(link: str) -> str | None:
    """The name behind such a link; None for any other link."""
    name = link.removeprefix(_LINK)
    return name if name != link and is_picture_name(name) else None


def is_picture_name(name: str) -> bool:
    """Whether a text has the form of a picture's name."""
    return _NAME.fullmatch(name) is not None


def is_intact(name: str, content: bytes) -> bool:
    """Whether the content is what the name says."""
    return sha256(content).hexdigest() == name.partition(".")[0]


def content_type(name: str) -> str:
    """The media type of a picture. Raises KeyError for a name that is none."""
    return CONTENT_TYPES[name.rpartition(".")[2]]


def day_of(at: int) -> str:
    """The day in UTC of an instant in ms, as its folder is called: `2026-03-01`."""
    return format_instant(at)[:10]


def is_day(name: str) -> bool:
    """Whether a folder is called like a day."""
    return _DAY.fullmatch(name) is not None


def first_day_kept(now: int, days: int) -> str:
    """The oldest day that is still kept at `now` (ms): each picture stays at least `days` days."""
    return day_of(max(0, now - days * DAY_MS))
