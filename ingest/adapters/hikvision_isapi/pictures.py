"""What the pictures beside an alert show, by the names their parts have. Pure."""

from collections.abc import Sequence

from ingest.message import Picture, PictureKind
from ingest.multipart import Part

_WORDS: tuple[tuple[str, PictureKind], ...] = (
    ("background", "scene"), ("pilot", "face"), ("face", "face"), ("idcard", "face"),
    ("plate", "plate"), ("human", "person"), ("body", "person"), ("person", "person"),
    ("vehicle", "vehicle"),
)  # fmt: skip
"""`pilotPicture` and `vicePilotPicture` of traffic cameras are the people in front."""

_OF_PEOPLE = frozenset(
    {"accesscontrollerevent", "facesnap", "facedetection", "facecapture", "identityinfoevent",
     "humanrecognition"}
)  # fmt: skip
"""Alerts about one person: what has no other name shows that person from near."""


def pictures_of(parts: Sequence[Part], event: str) -> tuple[Picture, ...]:
    """The pictures sent with an alert of this type."""
    if not parts:
        return ()
    return tuple(Picture(name, _kind(name, event), part.body)
                 for part in parts for name in [name_of(part)])  # fmt: skip


def name_of(part: Part) -> str:
    """What the device calls a picture."""
    return part.filename or part.name or "picture"


def _kind(name: str, event: str) -> PictureKind:
    folded = name.lower()
    found = next((kind for word, kind in _WORDS if word in folded), None)
    return found or ("face" if event.lower() in _OF_PEOPLE else "scene")
