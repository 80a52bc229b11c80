"""Reading a request's body: bounded, and without the compression that MQTT could not name."""

import zlib

from aiohttp import StreamReader

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class BodyTooLarge(Exception):
    """The body, as sent or unpacked, is above the limit."""


class BodyUnreadable(Exception):
    """The body is not packed as its Content-Encoding says."""


async def read_body(stream: StreamReader, limit: int) -> bytes:
    """The body as sent. Raises BodyTooLarge as soon as it is."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in stream.iter_any():
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge
        chunks.append(chunk)
    return b"".join(chunks)


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its Content-Encoding: `deflate` (zlib or bare, both are met) or `gzip`.

    Never more than `limit` bytes are unpacked, so a small body cannot become a large one. Raises
    BodyTooLarge or BodyUnreadable.
    """
    kind = encoding.strip().lower()
    if kind in ("", "identity"):
        return body
    if kind not in ("deflate", "gzip", "x-gzip"):
        raise BodyUnreadable(f"Content-Encoding {encoding!r}; send deflate, gzip or none")
    try:
        return _inflate(body, _GZIP_OR_ZLIB, limit)
    except zlib.error:
        try:
            return _inflate(body, -zlib.MAX_WBITS, limit)
        except zlib.error as error:
            raise BodyUnreadable(f"the body is not {kind}: {error}") from error


def _inflate(body: bytes, window: int, limit: int) -> bytes:
    unpacker = zlib.decompressobj(window)
    content = unpacker.decompress(body, limit + 1)
    if len(content) > limit:
        raise BodyTooLarge
    if not unpacker.eof:
        raise zlib.error("it ends in the middle")
    return content
