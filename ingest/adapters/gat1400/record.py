"""One object of a message: its name, its fields, and what the standard builds into its ids."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ingest.adapters._china.clock import beijing_time
from ingest.converters import said
from ingest.message import DeviceTime, Picture, PictureKind

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from ingest.quick import dataclass

_DEVICE_DIGITS = 20
_PICTURES: dict[str, PictureKind] = {
    "01": "vehicle", "02": "plate", "03": "plate", "04": "face", "05": "face", "06": "vehicle",
    "07": "scene", "08": "scene", "09": "vehicle", "10": "person", "11": "face", "12": "vehicle",
    "13": "scene", "14": "scene", "100": "scene",
}  # fmt: skip
"""What a sub-image shows, by its `Type` (GA/T 1400.3, image types)."""


@dataclass(frozen=True, slots=True)
class Record:
    """An object and where it stands in the payload."""

    name: str
    content: Mapping[str, Any]
    path: str

    def text(self, *names: str) -> str | None:
        """The first of the fields that says something. Blanks stand for nothing everywhere."""
        for name in names:
            if (text := said(self.content.get(name))) is not None:
                return text
        return None

    def time(self, *names: str) -> DeviceTime | None:
        """The first of the fields that is a time, else the first picture's. Raises Unreadable."""
        for name in names:
            found = beijing_time(self.content.get(name), f"{self.path}.{name}")
            if found is not None:
                return found
        shots = (beijing_time(p.get("ShotTime"), self.path) for p in self.sub_images())
        return next((shot for shot in shots if shot is not None), None)

    def device(self, *ids: str) -> str | None:
        """The device that captured it; where the sender left that blank, the head of an id.

        Every id of the standard begins with the 20 digits of the device that made the record.
        """
        named = self.text("DeviceID", "ApeID", "TollgateID")
        if named is not None:
            return named
        made = self.text(*ids, "SourceID")
        if made is None or len(made) < _DEVICE_DIGITS or not made[:_DEVICE_DIGITS].isdecimal():
            return None
        return made[:_DEVICE_DIGITS]

    def key(self, name: str) -> str | None:
        """The record's own id, unless it is only the device's."""
        text = self.text(name)
        return text if text is not None and len(text) > _DEVICE_DIGITS else None

    def sub_images(self) -> list[Mapping[str, Any]]:
        """The pictures inside the object."""
        holder = self.content.get("SubImageList")
        listed = holder.get("SubImageInfoObject") if isinstance(holder, Mapping) else None
        found = listed if isinstance(listed, list) else [listed]
        return [item for item in found if isinstance(item, Mapping)]

    def pictures(self, kind: PictureKind) -> tuple[str | Picture, ...]:
        """Links and carried pictures; `kind` is what they show unless they say it.

        Links to faces are not told: whoever has the link has the face.
        """
        found: list[str | Picture] = []
        if kind != "face":
            found += [link for at in range(1, 6) if (link := self.text(f"StorageUrl{at}"))]
        for image in self.sub_images():
            shown = _shown(image, kind)
            content, link = said(image.get("Data")), said(image.get("StoragePath"))
            if content is not None:
                found.append(Picture(said(image.get("ImageID")) or shown, shown, content))
            elif link is not None and shown != "face":
                found.append(link)
        return tuple(found)


def _shown(image: Mapping[str, Any], kind: PictureKind) -> PictureKind:
    told = _PICTURES.get((said(image.get("Type")) or "").zfill(2), kind)
    return kind if kind == "face" and told != "scene" else told
