"""As much of MQTT as a doorkeeper must read. Pure: bytes in, what they say out.

MQTT 3.1.1 (OASIS, 2014) sections 2.2, 3.1 and 3.2; MQTT 5.0 (OASIS, 2019) the same sections and
2.2.2 for properties.
"""

from dataclasses import dataclass
from enum import Enum

CONNECT, CONNACK, PUBLISH, SUBSCRIBE = 1, 2, 3, 8
CONNECT_BYTES_MAX = 256 * 1024
LENGTH_BYTES_MAX = 4
KEEP_ALIVE_MAX = 65_535
V311, V5 = 4, 5


class PacketError(ValueError):
    """Bytes that are no MQTT."""


class Refusal(Enum):
    """Why a client is not let in: the CONNACK codes of 3.1.1 and 5."""

    UNSUPPORTED_VERSION = (0x01, 0x84)
    CLIENT_ID_REFUSED = (0x02, 0x85)
    BAD_PASSWORD = (0x04, 0x86)
    SERVER_AWAY = (0x03, 0x88)


@dataclass(frozen=True, slots=True)
class Header:
    """A packet's first byte and lengths: `size` bytes in all, `start` of them the header."""

    kind: int
    flags: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Connect:
    """What a client says of itself. `keep_alive_at` is where in the packet its seconds stand."""

    level: int
    client_id: str
    user: str | None
    password: bytes | None
    keep_alive_s: int
    keep_alive_at: int


class _Reader:
    """Takes fields off a packet. Raises PacketError past its end."""

    def __init__(self, raw: bytes, at: int) -> None:
        self.raw = raw
        self.at = at

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.raw):
            raise PacketError("the packet ends too early")
        found = self.raw[self.at : end]
        self.at = end
        return found

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def binary(self) -> bytes:
        return self.take(self.number(2))

    def text(self) -> str:
        try:
            return self.binary().decode()
        except UnicodeDecodeError as error:
            raise PacketError("a text is not UTF-8") from error

    def skip_properties(self) -> None:
        length, used = read_length(self.raw, self.at)
        if length is None:
            raise PacketError("the packet ends too early")
        self.take(used + length)


def read_length(raw: bytes, at: int) -> tuple[int | None, int]:
    """A length of one to four bytes, and how many it took; None when not all of it is there."""
    value = 0
    for index in range(LENGTH_BYTES_MAX):
        if at + index >= len(raw):
            return None, 0
        byte = raw[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            return value, index + 1
    raise PacketError("a length has more than four bytes")


def read_header(raw: bytes) -> Header | None:
    """The header of the packet that `raw` begins with; None when not all of it is there."""
    if not raw:
        return None
    length, used = read_length(raw, 1)
    if length is None:
        return None
    return Header(raw[0] >> 4, raw[0] & 0x0F, 1 + used, 1 + used + length)


def read_connect(raw: bytes) -> Connect:
    """The whole packet as a CONNECT. Raises PacketError."""
    header = read_header(raw)
    if header is None or header.kind != CONNECT:
        raise PacketError("the first packet is no CONNECT")
    reader = _Reader(raw, header.start)
    if reader.text() not in ("MQTT", "MQIsdp"):
        raise PacketError("this is not MQTT")
    level, flags = reader.number(1), reader.number(1)
    keep_alive_at = reader.at
    keep_alive_s = reader.number(2)
    if level == V5:
        reader.skip_properties()
    client_id = reader.text()
    if flags & 0x04:
        if level == V5:
            reader.skip_properties()
        reader.text()
        reader.binary()
    user = reader.text() if flags & 0x80 else None
    password = reader.binary() if flags & 0x40 else None
    return Connect(level, client_id, user, password, keep_alive_s, keep_alive_at)


def connack(level: int, why: Refusal) -> bytes:
    """The answer to a client that is not let in."""
    old, new = why.value
    return bytes([0x20, 3, 0, new, 0]) if level == V5 else bytes([0x20, 2, 0, old])


def with_keep_alive(raw: bytes, connect: Connect) -> bytes:
    """The CONNECT with the longest keep-alive instead of none, which our broker does not take."""
    if connect.keep_alive_s:
        return raw
    at = connect.keep_alive_at
    return raw[:at] + KEEP_ALIVE_MAX.to_bytes(2, "big") + raw[at + 2 :]


def publish_topic(raw: bytes, header: Header) -> str | None:
    """The topic of a PUBLISH, as soon as enough of it is there."""
    try:
        return _Reader(raw[: header.size], header.start).text()
    except PacketError:
        if len(raw) >= header.size:
            raise
        return None


def subscribe_filters(raw: bytes, header: Header, level: int) -> list[str]:
    """The filters of a whole SUBSCRIBE. Raises PacketError."""
    reader = _Reader(raw[: header.size], header.start)
    reader.take(2)
    if level == V5:
        reader.skip_properties()
    found = []
    while reader.at < header.size:
        found.append(reader.text())
        reader.take(1)
    return found
