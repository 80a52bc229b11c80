"""The pictures of an event: those that travel as parts beside it, and paths to others. Pure."""

from collections.abc import Iterable

from ingest.adapters._dahua.names import pictures, table
from ingest.adapters.dahua_stream.element import Element
from ingest.message import Picture, PictureKind
from ingest.multipart import Part

_NAMES: tuple[tuple[str, PictureKind], ...] = (
    ("face", "face"), ("scene", "scene"), ("global", "scene"), ("background", "scene"),
    ("plate", "plate"), ("cutout", "plate"), ("human", "person"),
)  # fmt: skip
_CODES: dict[str, PictureKind] = {
    "FaceDetection": "face", "FaceRecognition": "face", "FaceAnalysis": "face",
    "AccessControl": "face", "AccessCtl": "face", "HumanTrait": "person",
}  # fmt: skip
"""Events about one person: what has no other name shows that person from near."""


def carried(parts: Iterable[Part], code: str) -> tuple[Picture, ...]:
    """The pictures that came beside an event of this code."""
    return tuple(_picture(part, code) for part in parts)


def _picture(part: Part, code: str) -> Picture:
    name = part.filename or part.name or "picture"
    named = next((kind for word, kind in _NAMES if word in name.lower()), None)
    return Picture(name, named or _CODES.get(code, "scene"), part.body)


def pictures_of(element: Element) -> tuple[str | Picture, ...]:
    """All pictures of an event; a path is left out where the picture itself is there."""
    paths = pictures(element.data, table(element.data.get("SceneImage")))
    here = {picture.name for picture in element.pictures}
    return (*element.pictures, *(path for path in paths if path.rpartition("/")[2] not in here))
