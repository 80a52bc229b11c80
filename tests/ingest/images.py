"""The smallest pictures of each form, made here: enough to be taken, nothing to be seen."""

import base64

from schemas.pictures import picture_link, picture_name

JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
JPEG_END = b"\xff\xd9"


def jpeg(mark: bytes = b"") -> bytes:
    """A JPEG; `mark` stands in its only scan and makes it another one."""
    return b"\xff\xd8" + JFIF + SCAN + mark + b"\x7f\xa0" + JPEG_END


def png() -> bytes:
    """A PNG: signature, header and end."""
    return b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(17) + b"\0\0\0\0IEND\xaeB`\x82"


def gif() -> bytes:
    """A GIF."""
    return b"GIF89a" + bytes(7) + b";"


def webp() -> bytes:
    """A WebP whose length is told right."""
    return b"RIFF" + (12).to_bytes(4, "little") + b"WEBPVP8L" + bytes(4)


def bmp() -> bytes:
    """A BMP whose length is told right."""
    body = (40).to_bytes(4, "little") + bytes(40)
    return b"BM" + (14 + len(body)).to_bytes(4, "little") + bytes(8) + body


def base64_of(content: bytes) -> str:
    """A picture as JSON carries it."""
    return base64.b64encode(content).decode()


def link_to(content: bytes, ending: str = "jpg") -> str:
    """How an event links this picture."""
    return picture_link(picture_name(content, ending))
