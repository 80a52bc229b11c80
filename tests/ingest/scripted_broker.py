"""An MQTT 3.1.1 broker that does what a test says, packet by packet (OASIS mqtt-v3.1.1).

Real brokers behave; this one answers late, wrongly or not at all, and tells in which order it was
answered.
"""

import asyncio
import struct
from dataclasses import dataclass, field

from tests.services.process import LOOPBACK

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, UNSUBSCRIBE, DISCONNECT = 1, 3, 4, 8, 10, 14
GRANTED, FAILED = 1, 0x80


@dataclass
class ScriptedBroker:
    """One listener, which hangs up on any other version. Without `answers` it stays silent, and
    without `confirms` it confirms no subscription, without `confirms_publish` no message.
    """

    session_present: bool = False
    answers: bool = True
    confirms: bool = True
    confirms_publish: bool = True
    refused: frozenset[str] = frozenset()
    connects: list[bytes] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    unsubscribed: list[str] = field(default_factory=list)
    acked: list[int] = field(default_factory=list)
    published: list[bytes] = field(default_factory=list)
    goodbyes: int = 0
    port: int = 0

    async def __aenter__(self) -> "ScriptedBroker":
        """Listen, on a free port if none was given."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self._writer: asyncio.StreamWriter | None = None
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up and stop."""
        self._server.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Cut the connection without a word."""
        if self._writer is not None:
            self._writer.transport.abort()

    def send(self, packet: bytes) -> None:
        """Send bytes as they are."""
        assert self._writer is not None
        self._writer.write(packet)

    def publish(self, topic: str, payload: bytes, packet: int, *, duplicate: bool = False) -> None:
        """Hand a message over with QoS 1."""
        head = PUBLISH << 4 | 0x02 | (0x08 if duplicate else 0)
        body = _text(topic) + struct.pack(">H", packet) + payload
        self.send(bytes([head]) + _length(len(body)) + body)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        try:
            while True:
                await self._packet(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            writer.transport.abort()

    async def _packet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kind, flags = divmod((await reader.readexactly(1))[0], 16)
        body = await reader.readexactly(await _read_length(reader))
        if kind == CONNECT:
            self.connects.append(body)
            if body[6] != 4:  # Protocol level 4 is MQTT 3.1.1.
                raise OSError("another version")
            if self.answers:
                writer.write(bytes([0x20, 2, int(self.session_present), 0]))
        elif kind == SUBSCRIBE:
            self._subscribe(body, writer)
        elif kind == UNSUBSCRIBE:
            self.unsubscribed += _texts(body[2:], 0)
            writer.write(bytes([0xB0, 2]) + body[:2])
        elif kind == PUBACK:
            self.acked.append(struct.unpack(">H", body)[0])
        elif kind == PUBLISH and flags & 0x06:
            size = struct.unpack(">H", body[:2])[0]
            self.published.append(body[size + 4 :])
            if self.confirms_publish:
                writer.write(bytes([0x40, 2]) + body[size + 2 : size + 4])
        elif kind == DISCONNECT:
            self.goodbyes += 1

    def _subscribe(self, body: bytes, writer: asyncio.StreamWriter) -> None:
        asked = _texts(body[2:], 1)
        self.filters += asked
        codes = bytes(FAILED if one in self.refused else GRANTED for one in asked)
        if self.confirms:
            writer.write(bytes([0x90, 2 + len(codes)]) + body[:2] + codes)


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text.encode())) + text.encode()


def _texts(body: bytes, extra: int) -> list[str]:
    """Texts one after another, each with `extra` bytes behind it."""
    found = []
    while body:
        end = 2 + struct.unpack(">H", body[:2])[0]
        found.append(body[2:end].decode())
        body = body[end + extra :]
    return found


def _length(value: int) -> bytes:
    """MQTT's variable byte integer."""
    found = bytearray()
    while True:
        value, byte = divmod(value, 128)
        found.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(found)


async def _read_length(reader: asyncio.StreamReader) -> int:
    value = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value
