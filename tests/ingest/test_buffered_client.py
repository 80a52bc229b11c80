"""Packets read ahead and acknowledgements written together: none lost, none out of order."""

import struct
from pathlib import Path

import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

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

    def close(self) -> None:
        self.broken = True


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def client(wire: Wire) -> BufferedClient:
    found = BufferedClient(CallbackAPIVersion.VERSION2, manual_ack=True)
    found.on_socket_register_write = lambda *_: None  # As with an event loop: nothing at once.
    found._sock = wire  # type: ignore[assignment]
    return found


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
