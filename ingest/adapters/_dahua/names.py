"""Who speaks and about what: the make's words for devices, objects, pictures and empty values."""

from collections.abc import Iterable, Mapping
from typing import Any

from ingest.converters import said

_PLACEHOLDERS = frozenset({"device serial number", "device model", "device name", "device id"})
_PICTURE_CHARS_MAX = 512
_PICTURE_KEYS = ("SnapURL", "SnapUrl", "snapshotUrl", "SnapPath", "FtpUrl", "PicName", "FilePath")
_OBJECTS = {
    "human": "person", "person": "person", "pedestrian": "person",
    "vehicle": "vehicle", "motor": "vehicle", "motorvehicle": "vehicle",
    "nonmotor": "non_motor", "face": "face", "humanface": "face", "animal": "animal",
}  # fmt: skip


def device_name(*candidates: Any) -> str | None:
    """The first candidate that is a name; the fillers of bridge manuals are none."""
    for candidate in candidates:
        name = None if candidate is None else said(candidate)
        if name is not None and name.lower() not in _PLACEHOLDERS:
            return name
    return None


def object_word(kind: Any) -> str | None:
    """Our word for an `ObjectType`; a kind this table does not hold stays as the device says it."""
    word = said(kind)
    return None if word is None else _OBJECTS.get(word.lower(), word.lower())


def pictures(*tables: Mapping[str, Any]) -> tuple[str, ...]:
    """Paths and addresses of pictures; the pictures themselves (base64) are left behind."""
    found = (said(table[key]) for table in tables for key in _PICTURE_KEYS if key in table)
    return tuple(dict.fromkeys(path for path in found if path is not None and _is_path(path)))


def _is_path(text: str) -> bool:
    return len(text) <= _PICTURE_CHARS_MAX and not text.startswith("data:")


def table(value: Any) -> Mapping[str, Any]:
    """A dict as it is; anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[Mapping[str, Any]]:
    """The dicts of a list, or the dict itself as a list."""
    rows: Iterable[Any] = value if isinstance(value, list) else [value]
    return [row for row in rows if isinstance(row, dict)]
