"""Photos from phones: known by their first bytes, whole, and without what tells where and by what
they were taken. Pure.

Metadata goes by the containers' own structure (JPEG: ITU-T T.81 annex B and Exif 2.3; PNG: W3C PNG
chunks; WebP: RIFF chunks); the picture itself is not decoded. Of Exif only the orientation stays,
without which half of the photos would lie on their side.
"""

from collections.abc import Iterator
from typing import Literal

PHOTO_BYTES_MAX = 8 * 1024 * 1024
"""As much as ingest takes from a device; a phone's 12 megapixels make 3 to 6 MB."""
PHOTOS_MAX = 3
ByteOrder = Literal["little", "big"]

_SOI, _SOS, _APP0, _APP2, _COM = 0xD8, 0xDA, 0xE0, 0xE2, 0xFE
_ORIENTATION = 0x0112
_TAGS_MAX = 200
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT")
)
_WEBP_DROPPED = frozenset((b"EXIF", b"XMP "))
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04


class NoPhoto(ValueError):
    """What was sent is no photo that can be kept. The text is the key of its words."""


def stripped(content: bytes) -> tuple[bytes, str]:
    """A photo without its metadata, and the ending of its name. Raises NoPhoto."""
    if len(content) > PHOTO_BYTES_MAX:
        raise NoPhoto("photo_large")
    try:
        if content[:3] == b"\xff\xd8\xff":
            return _jpeg(content), "jpg"
        if content.startswith(_PNG):
            return _png(content), "png"
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp(content), "webp"
    except (IndexError, ValueError) as error:
        raise NoPhoto("photo_broken") from error
    raise NoPhoto("photo_none")


def _jpeg(content: bytes) -> bytes:
    """Segments up to the scan, without application data and comments; colour profiles stay."""
    kept, orientation, at = [content[:2]], 1, 2
    while (marker := content[at + 1]) != _SOS:
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4])
        if content[at] != 0xFF or end <= at + 3 or end > len(content):
            raise ValueError("no segment")
        body = content[at + 4 : end]
        if marker == 0xE1 and body.startswith(b"Exif\x00\x00"):
            orientation = _orientation(body[6:])
        if not (_APP0 < marker <= 0xEF or marker == _COM) or _is_profile(marker, body):
            kept.append(content[at:end])
        at = end
    scan = content[at:]
    last = scan.find(b"\xff\xd9")
    if last < 0:
        raise ValueError("its end is missing")
    # Phones append previews and films behind the end; they have metadata of their own.
    return b"".join([kept[0], _exif(orientation), *kept[1:], scan[: last + 2]])


def _is_profile(marker: int, body: bytes) -> bool:
    return (marker == _APP2 and body.startswith(b"ICC_PROFILE\x00")) or (
        marker == 0xEE and body.startswith(b"Adobe")
    )


def _orientation(tiff: bytes) -> int:
    """The orientation (1 to 8) that a TIFF header of Exif tells; 1 where it tells none."""
    order: ByteOrder = "little" if tiff[:2] == b"II" else "big"
    first = _number(tiff[4:8], order)
    for entry in range(min(_number(tiff[first : first + 2], order), _TAGS_MAX)):
        at = first + 2 + entry * 12
        if _number(tiff[at : at + 2], order) == _ORIENTATION:
            told = _number(tiff[at + 8 : at + 10], order)
            return told if 1 <= told <= 8 else 1
    return 1


def _number(part: bytes, order: ByteOrder) -> int:
    return int.from_bytes(part, order)


def _exif(orientation: int) -> bytes:
    """An Exif segment that tells the orientation and nothing else; none for the usual one."""
    if orientation == 1:
        return b""
    entry = _ORIENTATION.to_bytes(2) + b"\x00\x03\x00\x00\x00\x01" + orientation.to_bytes(2)
    tiff = b"MM\x00\x2a\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00" + b"\x00\x00\x00\x00"
    body = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body


def _png(content: bytes) -> bytes:
    kept, last = [_PNG], b""
    for name, chunk in _png_chunks(content):
        last = name
        if name in _PNG_KEPT:
            kept.append(chunk)
    if last != b"IEND":
        raise ValueError("its end is missing")
    return b"".join(kept)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and whole chunk, up to the end of the picture."""
    at, name = len(_PNG), b""
    while at < len(content) and name != b"IEND":
        end = at + 12 + int.from_bytes(content[at : at + 4])
        name = content[at + 4 : at + 8]
        if end > len(content):
            raise ValueError("a chunk is cut off")
        yield name, content[at:end]
        at = end


def _webp(content: bytes) -> bytes:
    end = 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise ValueError("its end is missing")
    kept, at = [], 12
    while at + 8 <= end:
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        after = at + 8 + size + size % 2
        chunk = content[at:after]
        if content[at : at + 4] == b"VP8X":
            flags = chunk[8] & ~(_EXIF_FLAG | _XMP_FLAG)
            chunk = chunk[:8] + bytes([flags]) + chunk[9:]
        if content[at : at + 4] not in _WEBP_DROPPED:
            kept.append(chunk)
        at = after
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
