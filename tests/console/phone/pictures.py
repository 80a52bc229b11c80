"""Small photos as phones make them, built by hand: a JPEG with Exif and GPS, a PNG, a WebP."""

from zlib import compress, crc32

GPS = b"GPS 31.2304N 121.4737E"
ORIENTATION = b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


EXIF = b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01" + ORIENTATION + b"\x00\x00\x00\x00" + GPS
TABLE = segment(0xDB, bytes(65))
FRAME = segment(0xC0, b"\x08\x00\x01\x00\x01\x01\x01\x11\x00")
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x55\xff\x00\x55"
JPEG = b"".join(
    (b"\xff\xd8", segment(0xE1, EXIF), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + GPS),
     segment(0xFE, GPS), TABLE, FRAME, SCAN, b"\xff\xd9", b"a film behind it " + GPS)
)  # fmt: skip


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + crc32(name + body).to_bytes(4)


PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    (chunk(b"IHDR", b"\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"), chunk(b"eXIf", EXIF),
     chunk(b"tEXt", GPS), chunk(b"IDAT", compress(b"\x00\x01\x02\x03")), chunk(b"IEND", b""))
)  # fmt: skip


def riff(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\x00" * (len(body) % 2)


_WEBP = b"WEBP" + b"".join(
    (riff(b"VP8X", b"\x0c" + bytes(9)), riff(b"VP8 ", b"frame"), riff(b"EXIF", EXIF))
)
WEBP = b"RIFF" + len(_WEBP).to_bytes(4, "little") + _WEBP
