"""When and how the gateway acknowledges, seen from a broker that is played packet by packet."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest.gateway import Gateway
from ingest.gateway.state import GatewayState, save
from tests.ingest.parts import (
    Reader,
    Tansu,
    figure,
    probe_catalogue,
    running,
    settings,
    tansu,
    topics,
    until,
)
from tests.ingest.scripted_broker import ScriptedBroker

READING = json.dumps({"type": "door.opened", "device": "d"}).encode()


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tansu]:
    with tansu(tmp_path_factory.mktemp("tansu")) as broker:
        asyncio.run(topics(broker.bootstrap))
        yield broker


@dataclass
class Scene:
    """A gateway between a played broker and Tansu."""

    gateway: Gateway
    broker: ScriptedBroker

    async def again(self) -> None:
        """Cut the connection; the gateway comes again, and its session is there."""
        self.broker.session_present = True
        count = len(self.broker.connects)
        self.broker.hang_up()
        await until(lambda: len(self.broker.connects) > count)
        await until(lambda: self.gateway.worker.ready is self.gateway.link.connection is not None)


@asynccontextmanager
async def played(data: Path, kafka: Tansu, **changes: Any) -> AsyncIterator[Scene]:
    async with ScriptedBroker() as broker:
        usual: dict[str, Any] = {
            "mqtt_port": broker.port, "mqtt_version": "311", "bootstrap": kafka.bootstrap,
            "gateway": data.name, "kafka_timeout_s": 1.0,
        }  # fmt: skip
        async with running(
            Gateway(settings(data, **usual | changes), probe_catalogue())
        ) as gateway:
            yield Scene(gateway, broker)


async def readings(kafka: Tansu, gateway: str, count: int) -> list[str]:
    """The readings a gateway wrote, once there are so many."""
    async with Reader(kafka.bootstrap, "community.events") as log:

        def ours() -> list[str]:
            found = log.of_type("door.opened")
            return [json.dumps(e) for e in found if e["data"]["gateway"] == gateway]

        await log.read_until(lambda _: len(ours()) >= count)
        return ours()


async def test_in_the_order_of_hearing(tmp_path: Path, kafka: Tansu) -> None:
    async with played(tmp_path, kafka) as scene:
        for packet in (*range(5, 300), 2, 1):
            scene.broker.publish("probe/d", READING if packet % 7 else b"{", packet)
        await until(lambda: len(scene.broker.acked) == 297)

    assert scene.broker.acked == [*range(5, 300), 2, 1]


async def test_not_before_kafka_has_it(tmp_path: Path, kafka: Tansu) -> None:
    async with played(tmp_path, kafka) as scene:
        kafka.freeze()
        try:
            for packet in range(1, 4):
                scene.broker.publish("probe/d", READING, packet)
            await until(lambda: figure(scene.gateway, "kafka_retries_total") > 0)
            assert scene.broker.acked == []
        finally:
            kafka.thaw()
        await until(lambda: scene.broker.acked == [1, 2, 3])


async def test_a_refused_message_not_before_kafka_has_it_either(
    tmp_path: Path, kafka: Tansu
) -> None:
    async with played(tmp_path, kafka) as scene:
        kafka.freeze()
        try:
            scene.broker.publish("probe/d", b"{", 1)
            await until(lambda: figure(scene.gateway, "kafka_retries_total") > 0)
            assert scene.broker.acked == []
        finally:
            kafka.thaw()
        await until(lambda: scene.broker.acked == [1])


async def test_what_the_broker_sends_again_is_the_same_reading(
    tmp_path: Path, kafka: Tansu
) -> None:
    async with played(tmp_path, kafka) as scene:
        scene.broker.publish("probe/d", READING, 1)
        await until(lambda: scene.broker.acked == [1])
        await scene.again()
        scene.broker.publish("probe/d", READING, 1, duplicate=True)
        await until(lambda: scene.broker.acked == [1, 1])

    assert len(set(await readings(kafka, tmp_path.name, 2))) == 1


async def test_what_a_device_sends_anew_is_another_reading(tmp_path: Path, kafka: Tansu) -> None:
    async with played(tmp_path, kafka) as scene:
        scene.broker.publish("probe/d", READING, 1)
        await until(lambda: scene.broker.acked == [1])
        await scene.again()
        scene.broker.publish("probe/d", READING, 1)
        await until(lambda: scene.broker.acked == [1, 1])

    assert len(set(await readings(kafka, tmp_path.name, 2))) == 2


async def test_a_large_body_that_is_refused_is_on_disk(tmp_path: Path, kafka: Tansu) -> None:
    async with played(tmp_path, kafka) as scene:
        scene.broker.publish("probe/d", b"{" * 600_000, 1)
        await until(lambda: scene.broker.acked == [1])

    assert len(list((tmp_path / "rejected").iterdir())) == 1


async def test_a_filter_no_longer_wanted_is_taken_back(tmp_path: Path, kafka: Tansu) -> None:
    state = GatewayState(since=1, filters={"old/#", "probe/#"})
    save(tmp_path / f"{tmp_path.name}.state.json", state)
    async with ScriptedBroker(session_present=True) as broker:
        found = settings(
            tmp_path, gateway=tmp_path.name, mqtt_port=broker.port, mqtt_version="311",
            bootstrap=kafka.bootstrap,
        )  # fmt: skip
        async with running(Gateway(found, probe_catalogue())):
            await until(lambda: broker.unsubscribed)

    assert broker.unsubscribed == ["old/#"]
    assert broker.filters == ["probe/#", "relay/probe/#", f"smart-community/{tmp_path.name}/clock"]


async def test_before_its_subscription_is_confirmed_a_gateway_sends_no_tick(
    tmp_path: Path, kafka: Tansu
) -> None:
    async with played(tmp_path, kafka) as scene:
        await until(lambda: scene.broker.published)
        scene.broker.confirms = False
        kafka.freeze()  # So the worker cannot yet have seen that the connection is another.
        try:
            scene.broker.publish("probe/d", READING, 1)
            await until(lambda: scene.gateway.inbox.held == 1)
            scene.broker.hang_up()
            await until(lambda: len(scene.broker.filters) == 6)
            sent, clock = len(scene.broker.published), scene.gateway.memory.clock
            began = clock.now()
            await until(lambda: clock.now() > began + 1500)
            assert len(scene.broker.published) == sent
        finally:
            kafka.thaw()


async def test_if_not_even_our_ticks_come_back_the_connection_is_replaced(
    tmp_path: Path, kafka: Tansu
) -> None:
    async with played(tmp_path, kafka, silence_s=0.3) as scene:
        scene.broker.session_present = True
        await until(lambda: len(scene.broker.connects) >= 2)

    assert scene.broker.published
