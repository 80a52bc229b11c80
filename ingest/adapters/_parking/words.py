"""Plates, colours and links as parking cameras write them. Pure."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from ingest.converters import said, share
from ingest.message import Unreadable
from schemas.plates import normal_plate

PLATE_CHARS_MAX = 64
LINK_CHARS_MAX = 2048

_NO_PLATE = frozenset(
    {"无", "无牌", "无牌车", "无车牌", "未识别", "未知", "none", "null", "noplate", "unknown",
     "unlicensed"}
)  # fmt: skip
_SEPARATORS = re.compile(r"[^0-9A-Za-z]+")
_FILLING = re.compile(r"[\s_\-]+")

_COLOURS = {
    "蓝": "blue", "黄": "yellow", "白": "white", "黑": "black", "绿": "green",
    "黄绿": "yellow-green", "渐变绿": "green", "红": "red", "灰": "grey",
    "银": "silver", "棕": "brown", "粉": "pink", "紫": "purple", "橙": "orange",
    "青": "cyan", "米": "beige",
}  # fmt: skip


def plate_text(value: Any) -> str | None:
    """A plate as the camera wrote it; None for `_无_`, `null`, `-` and the other words for none.

    Raises Unreadable for a text that is far too long to be one.
    """
    text = said(value)
    if text is not None and len(text) > PLATE_CHARS_MAX:
        raise Unreadable(f"has a plate of {len(text)} characters", "$")
    if text is None or _FILLING.sub("", text).lower() in _NO_PLATE or not normal_plate(text):
        return None
    return text


def colour(value: Any) -> str | None:
    """A colour in English and lower case, from Chinese (`蓝色`) or English; None for no colour."""
    text = said(value)
    if text is None or text in ("-", "未知", "其他", "其它"):
        return None
    return _COLOURS.get(text.removesuffix("色"), text.lower())


def rated(value: Any) -> float | None:
    """A confidence of 1 to 100 as a share; 0 is what a camera writes that did not rate."""
    return share(value, 100) or None


def links(paths: Iterable[Any], plate: str | None) -> tuple[str, ...]:
    """Addresses and paths of pictures, each once, without those that spell the plate.

    Cameras name pictures after the plate they show; such a name would carry the plate in clear to
    where only its pseudonym may stand.
    """
    texts = (text for path in paths if (text := said(path)) is not None)
    told = dict.fromkeys(text for text in texts if len(text) <= LINK_CHARS_MAX)
    if plate is None or not told:
        return tuple(told)
    bones = normal_plate(plate)
    return tuple(path for path in told if bones not in _letters(path))


def _letters(path: str) -> str:
    """A path's letters and digits in the one spelling of plates."""
    plain = unquote(path) if "%" in path else path
    return _SEPARATORS.sub("", plain).upper() if plain.isascii() else normal_plate(plain)
