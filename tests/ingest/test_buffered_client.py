"""Packets read ahead and acknowledgements written together: none lost, none out of order."""

import struct
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from ingest.buffered_client import BufferedClient
from ingest.link import PACKETS_AT_ONCE
from tests.ingest.parts import until
from tests.ingest.scripted_broker import ScriptedBroker
from tests.ingest.test_link import linked

MANY = 3 * PACKETS_AT_ONCE


class Wire:
    """A socket that takes what it has room for, and then blocks, or breaks."""

    def __init__(self) -> None:
        self.room = 0
        self.broken = False
        self.coming: list[bytes] = []
        self.sent = b""
        self.calls = 0

    def send(self, content: bytes | bytearray) -> int:
        self.calls += 1
        if self.broken:
            raise ConnectionResetError
        if not self.room:
            raise BlockingIOError
        taken = bytes(content[: self.room])
        self.room -= len(taken)
        self.sent += taken
        return len(taken)

    def recv(self, size: int) -> bytes:
        if not self.coming:
            raise BlockingIOError
        found, rest = self.coming[0][:size], self.coming[0][size:]
        self.coming[:1] = [rest] if rest else []
        return found

    def close(self) -> None:
        self.broken = True


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def client(wire: Wire) -> BufferedClient:
    return on_wire(wire, MQTTProtocolVersion.MQTTv311)


def on_wire(wire: Wire, version: MQTTProtocolVersion) -> BufferedClient:
    found = BufferedClient(CallbackAPIVersion.VERSION2, protocol=version, manual_ack=True)
    found.on_socket_register_write = lambda *_: None  # As with an event loop: nothing at once.
    found._sock = wire  # type: ignore[assignment]
    return found


@dataclass(frozen=True)
class Sent:
    """A message as a broker sends it; `properties` only with MQTT 5."""

    topic: str
    payload: bytes
    qos: int = 1
    packet: int = 7
    duplicate: bool = False
    retained: bool = False
    properties: bytes = b""

    def to_bytes(self, version: MQTTProtocolVersion) -> bytes:
        head = 0x30 | self.duplicate << 3 | self.qos << 1 | self.retained
        name = self.topic.encode()
        body = struct.pack(">H", len(name)) + name
        body += struct.pack(">H", self.packet) if self.qos else b""
        if version == MQTTProtocolVersion.MQTTv5:
            body += bytes([len(self.properties)]) + self.properties
        body += self.payload
        size, left = b"", len(body)
        while not size or left:
            left, seven = divmod(left, 128)
            size += bytes([seven | (0x80 if left else 0)])
        return bytes([head]) + size + body


def of(message: MQTTMessage) -> Sent:
    """What was heard, without properties."""
    return Sent(
        message.topic, bytes(message.payload), message.qos, message.mid, message.dup, message.retain
    )


def heard(client: BufferedClient, wire: Wire) -> tuple[list[Sent], int]:
    """All that comes over a wire, in order, and how many of it were cut out."""
    found: list[Sent] = []
    cut_out = 0
    client.on_message = lambda _client, _data, message: found.append(of(message))
    while wire.coming or client.has_read_ahead:
        client.read_ahead()
        if (message := client.next_message()) is None:
            assert client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
        else:
            found.append(of(message))
            cut_out += 1
    return found, cut_out


VERSIONS = (MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5)
TEXT_KIND = b"\x03\x00\x04text"
"""The property: the payload's kind is `text` (MQTT 5.0, section 3.3.2.3.9)."""
MESSAGES = st.builds(
    Sent,
    topic=st.text("abc/东", min_size=1, max_size=150),
    payload=st.integers(0, 20_000).map(lambda size: (bytes(range(250)) * 80)[:size]),
    qos=st.just(1),
    packet=st.integers(1, 65_535),
    duplicate=st.booleans(),
    retained=st.booleans(),
    properties=st.sampled_from([b"", b"", TEXT_KIND]),
) | st.builds(
    Sent,
    topic=st.just("a/1"),
    payload=st.binary(max_size=8),
    qos=st.just(0),
    packet=st.just(0),
    retained=st.booleans(),
)


@pytest.mark.parametrize("version", VERSIONS)
@given(messages=st.lists(MESSAGES, max_size=8), cuts=st.lists(st.integers(1, 400), max_size=8))
def test_what_is_cut_out_is_what_was_sent(
    version: MQTTProtocolVersion, messages: list[Sent], cuts: list[int]
) -> None:
    wire, content = Wire(), b"".join(message.to_bytes(version) for message in messages)
    at = 0
    for cut in cuts:
        wire.coming += [content[at : at + cut]] if content[at : at + cut] else []
        at += cut
    wire.coming += [content[at:]] if content[at:] else []

    found, _ = heard(on_wire(wire, version), wire)

    assert found == [replace(message, properties=b"") for message in messages]


@pytest.mark.parametrize("version", VERSIONS)
def test_plain_messages_are_all_cut_out(version: MQTTProtocolVersion) -> None:
    wire = Wire()
    sizes = (3, 100, 200, 5_000, 16_000)
    wire.coming = [b"".join(Sent("a/1", bytes(size)).to_bytes(version) for size in sizes)]

    found, cut_out = heard(on_wire(wire, version), wire)

    assert [len(message.payload) for message in found] == list(sizes)
    assert cut_out == len(sizes)


@pytest.mark.parametrize(
    ("version", "packet"),
    [
        (VERSIONS[0], Sent("a/1", b"x" * 9, qos=2).to_bytes(VERSIONS[0])),
        (VERSIONS[1], Sent("a/1", b"x" * 9, properties=TEXT_KIND).to_bytes(VERSIONS[1])),
        (VERSIONS[0], Sent("", b"x" * 9).to_bytes(VERSIONS[0])),
        (VERSIONS[0], Sent("a/1", b"x" * 20_000).to_bytes(VERSIONS[0])),
        (VERSIONS[0], Sent("a/1", b"x" * 9).to_bytes(VERSIONS[0])[:-1]),
        (VERSIONS[0], b"\x32\x06\x00\x09a/1\x00\x07"),
        (VERSIONS[0], b"\xd0\x00\xd0\x00"),
        (VERSIONS[0], b"\x32"),
    ],
    ids=["QoS 2", "properties", "no topic", "long", "cut off", "a topic beyond its packet",
         "a ping's answer", "one byte"],
)  # fmt: skip
def test_all_else_is_left_to_paho(version: MQTTProtocolVersion, packet: bytes) -> None:
    wire = Wire()
    wire.coming = [packet]
    client = on_wire(wire, version)

    client.read_ahead()

    assert client.next_message() is None
    assert client.has_read_ahead


def test_a_dead_wire_is_found_by_reading_on(client: BufferedClient, wire: Wire) -> None:
    client.read_ahead()
    assert not client.has_read_ahead
    wire.coming = [b"", b""]  # An end stays the end.
    client.read_ahead()
    assert client.loop_read() == MQTTErrorCode.MQTT_ERR_CONN_LOST


def test_bytes_that_came_put_off_the_ping(client: BufferedClient, wire: Wire) -> None:
    client._last_bytes_received = 0.0
    wire.coming = [Sent("a/1", b"xyz").to_bytes(VERSIONS[0])]
    client.read_ahead()
    assert client._last_bytes_received > 0


def acks(*numbers: int) -> bytes:
    return b"".join(b"\x40\x02" + struct.pack(">H", number) for number in numbers)


def test_acknowledgements_leave_together(client: BufferedClient, wire: Wire) -> None:
    for number in range(1, 101):
        client.ack(number, 1)
    wire.room = 10_000
    assert client.loop_write() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert wire.sent == acks(*range(1, 101))
    assert wire.calls == 1
    assert not client.want_write()


def test_what_did_not_fit_leaves_later(client: BufferedClient, wire: Wire) -> None:
    for number in range(1, 6):
        client.ack(number, 1)
    for room in (6, 0, 3, 100):
        assert client.want_write()
        wire.room = room
        assert client.loop_write() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert wire.sent == acks(1, 2, 3, 4, 5)
    assert not client.want_write()


def test_a_packet_of_which_a_part_is_out_goes_first(client: BufferedClient, wire: Wire) -> None:
    client.publish("a", b"x" * 20, qos=0)
    wire.room = 5
    client.loop_write()
    client.ack(1, 1)
    client.ack(2, 1)
    for room in (7, 2, 10_000, 10_000):
        wire.room = room
        client.loop_write()
    assert wire.sent == b"\x30\x17\x00\x01a" + b"x" * 20 + acks(1, 2)
    assert not client.want_write()


def test_a_wire_that_breaks_is_told(client: BufferedClient, wire: Wire) -> None:
    client.ack(1, 1)
    wire.broken = True
    assert client.loop_write() == MQTTErrorCode.MQTT_ERR_CONN_LOST


async def test_a_backlog_is_read_whole_and_acknowledged_in_order(tmp_path: Path) -> None:
    async with (
        ScriptedBroker() as broker,
        linked(tmp_path, broker.port) as (_, hearing),
    ):
        await until(lambda: hearing.refused)
        for packet in range(1, MANY + 1):
            broker.publish("a/1", bytes(packet % 50), packet)
        await until(lambda: len(hearing.messages) == MANY)
        assert [len(m.payload) for m in hearing.messages] == [n % 50 for n in range(1, MANY + 1)]
        for message in hearing.messages:
            assert hearing.connections[0].ack(message.mid)
        await until(lambda: len(broker.acked) == MANY)
        assert broker.acked == list(range(1, MANY + 1))


async def test_a_goodbye_comes_behind_the_acknowledgements(tmp_path: Path) -> None:
    async with ScriptedBroker() as broker:
        async with linked(tmp_path, broker.port) as (_, hearing):
            await until(lambda: hearing.refused)
            broker.publish("a/1", b"x", 7)
            await until(lambda: hearing.messages)
            hearing.connections[0].ack(7)
        await until(lambda: broker.goodbyes == 1)
    assert broker.acked == [7]
