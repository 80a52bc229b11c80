"""The link to a broker that behaves badly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import MQTTMessage

from ingest import link as link_module
from ingest.link import Connection, Link
from ingest.mqtt import MqttOptions, MqttRefused, VersionChoice, make_client
from tests.ingest.parts import settings, until
from tests.ingest.scripted_broker import ScriptedBroker
from tests.services.process import free_port


class Hearing:
    """A listener that keeps what it hears and subscribes to one filter."""

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        self.sessions: list[bool] = []
        self.refused: list[tuple[str, ...]] = []
        self.messages: list[MQTTMessage] = []
        self.ends: list[str] = []
        self.fails = False

    def opened(self, connection: Connection, *, session_present: bool) -> None:
        self.connections.append(connection)
        self.sessions.append(session_present)
        connection.subscribe(["a/#", "secret/#"])

    def subscribed(self, connection: Connection, refused: tuple[str, ...]) -> None:
        self.refused.append(refused)

    def heard(self, connection: Connection, message: MQTTMessage) -> None:
        if self.fails:
            raise ZeroDivisionError
        self.messages.append(message)

    def closed(self, connection: Connection, reason: str) -> None:
        self.ends.append(reason)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of tenths where the product has seconds."""
    monkeypatch.setattr(link_module, "BACKOFF_MIN_S", 0.05)
    monkeypatch.setattr(link_module, "ANSWER_WITHIN_S", 0.2)


@asynccontextmanager
async def linked(data: Path, port: int, **changes: Any) -> AsyncIterator[tuple[Link, Hearing]]:
    hearing = Hearing()
    usual: dict[str, Any] = {"mqtt_version": "311"}
    found = settings(data, mqtt_port=port, **usual | changes)
    link = Link(MqttOptions(found, "gw", keep_session=True), hearing)
    running = asyncio.create_task(link.run())
    try:
        yield link, hearing
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_session_is_kept_and_a_refused_filter_is_told(tmp_path: Path) -> None:
    script = ScriptedBroker(session_present=True, refused=frozenset({"secret/#"}))
    async with script as broker:
        async with linked(tmp_path, broker.port) as (_, hearing):
            await until(lambda: hearing.refused)
        await until(lambda: broker.goodbyes == 1)

    assert hearing.sessions == [True]
    assert hearing.refused == [("secret/#",)]
    assert broker.connects[0][7] & 0x02 == 0  # The clean-session flag.


async def test_a_broker_that_hangs_up_at_version_5_gets_3(tmp_path: Path) -> None:
    async with (
        ScriptedBroker() as broker,
        linked(tmp_path, broker.port, mqtt_version="auto") as (_, hearing),
    ):
        await until(lambda: hearing.sessions)
        broker.hang_up()
        await until(lambda: len(hearing.sessions) == 2)

    assert [body[6] for body in broker.connects] == [5, 4, 4]


async def test_a_broker_that_never_answers_is_left(tmp_path: Path) -> None:
    async with (
        ScriptedBroker(answers=False) as broker,
        linked(tmp_path, broker.port) as (_, hearing),
    ):
        await until(lambda: len(broker.connects) >= 2)

    assert hearing.sessions == []


async def test_a_broker_that_comes_later_is_found(tmp_path: Path) -> None:
    port = free_port()
    async with linked(tmp_path, port) as (link, hearing):
        await asyncio.sleep(0)
        assert link.connection is None
        async with ScriptedBroker(port=port) as broker:
            await until(lambda: hearing.sessions)
            assert broker.connects


async def test_a_packet_that_cannot_be_read_ends_the_connection_alone(tmp_path: Path) -> None:
    async with (
        ScriptedBroker() as broker,
        linked(tmp_path, broker.port) as (_, hearing),
    ):
        await until(lambda: hearing.refused)
        broker.send(bytes([0x32, 3, 0xFF, 0xFF, 0x00]))  # A topic longer than its packet.
        await until(lambda: len(hearing.sessions) == 2)

    assert len(hearing.ends) == 2


async def test_a_fault_of_ours_ends_the_connection_so_that_the_message_comes_again(
    tmp_path: Path,
) -> None:
    async with (
        ScriptedBroker() as broker,
        linked(tmp_path, broker.port) as (_, hearing),
    ):
        await until(lambda: hearing.refused)
        hearing.fails = True
        broker.publish("a/1", b"x", 1)
        await until(lambda: len(hearing.sessions) == 2)

    assert broker.acked == []


async def test_an_acknowledgement_stays_with_its_connection(tmp_path: Path) -> None:
    async with (
        ScriptedBroker() as broker,
        linked(tmp_path, broker.port) as (_, hearing),
    ):
        await until(lambda: hearing.refused)
        broker.publish("a/1", b"x", 7)
        await until(lambda: hearing.messages)
        broker.hang_up()
        await until(lambda: len(hearing.refused) == 2)
        old, new = hearing.connections

        assert not old.ack(7)
        assert broker.acked == []
        broker.publish("a/1", b"x", 8)
        await until(lambda: len(hearing.messages) == 2)
        assert new.ack(8)
        await until(lambda: broker.acked == [8])


async def test_while_reading_is_paused_nothing_is_heard_and_nothing_lost(tmp_path: Path) -> None:
    async with (
        ScriptedBroker() as broker,
        linked(tmp_path, broker.port) as (_, hearing),
    ):
        await until(lambda: hearing.refused)
        hearing.connections[0].pause()
        for packet in range(1, 6):
            broker.publish("a/1", b"x", packet)
        publishing = hearing.connections[0].publish("a/2", b"y")
        await until(lambda: broker.published)
        assert hearing.messages == []

        hearing.connections[0].resume()
        assert await publishing is None
        await until(lambda: [m.mid for m in hearing.messages] == [1, 2, 3, 4, 5])


async def test_a_publish_without_a_connection_says_so(tmp_path: Path) -> None:
    async with (
        ScriptedBroker() as broker,
        linked(tmp_path, broker.port) as (_, hearing),
    ):
        await until(lambda: hearing.refused)
        connection = hearing.connections[0]
        connection.close("enough")

        assert await connection.publish("a/1", b"x") == "not connected"


async def test_a_link_that_is_let_go_stays_away_until_it_is_wanted(tmp_path: Path) -> None:
    async with (
        ScriptedBroker() as broker,
        linked(tmp_path, broker.port) as (link, hearing),
    ):
        await until(lambda: hearing.refused)
        link.let_go("Kafka is away")
        await until(lambda: hearing.ends == ["Kafka is away"])
        assert link.connection is None
        link.want()
        await until(lambda: len(hearing.sessions) == 2)
        assert broker.goodbyes == 1


def test_a_version_that_worked_stays() -> None:
    choice = VersionChoice("auto")
    assert choice.refused()
    choice.opened()

    assert not choice.refused()
    assert choice.current == "311"


def test_if_neither_version_works_both_are_tried_in_turn() -> None:
    choice = VersionChoice("auto")

    assert [(choice.refused(), choice.current) for _ in range(3)] == [
        (True, "311"),
        (False, "5"),
        (True, "311"),
    ]


@pytest.mark.parametrize("version", ["5", "311"])
def test_a_version_that_was_asked_for_stays(version: Any) -> None:
    choice = VersionChoice(version)

    assert not choice.refused()
    assert choice.current == version


def test_a_certificate_that_is_missing_is_told(tmp_path: Path) -> None:
    found = settings(tmp_path, mqtt_ca=tmp_path / "none.pem")

    with pytest.raises(MqttRefused, match="mqtt_ca"):
        make_client(MqttOptions(found, "gw", keep_session=True), "5")
