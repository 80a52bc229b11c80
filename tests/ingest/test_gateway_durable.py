"""Where the broker itself forgets, an acknowledgement waits until the keeper has the records."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiokafka.structs import RecordMetadata, TopicPartition

from deploy.embedded.broker import BrokerSettings, run_broker
from ingest.gateway import Gateway
from ingest.gateway import durable as durable_module
from ingest.gateway.batch import Record
from ingest.gateway.durable import DurableCheck
from ingest.gateway.writer import KafkaWriter
from tests.ingest.parts import (
    Publisher,
    Reader,
    figure,
    probe_catalogue,
    rumqttd,
    running,
    settings,
    tansu,
    topics,
    until,
)
from tests.services.process import LOOPBACK, accepts, free_port


def written(partition: int, offset: int) -> RecordMetadata:
    where = TopicPartition("community.events", partition)
    return RecordMetadata("community.events", partition, where, offset, 0, 0, 0)


@asynccontextmanager
async def keeper(*answers: int) -> AsyncIterator[tuple[DurableCheck, list[dict[str, object]]]]:
    """A check against a keeper that gives these answers, and what it was asked."""
    asked: list[dict[str, object]] = []
    left = list(answers)

    async def stored(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return web.Response(status=left.pop(0))

    app = web.Application()
    app.router.add_post("/stored", stored)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, LOOPBACK, port).start()
    check = DurableCheck(f"http://{LOOPBACK}:{port}/")
    try:
        yield check, asked
    finally:
        await check.close()
        await runner.cleanup()


async def test_the_last_record_of_each_partition_is_asked_for() -> None:
    async with keeper(200, 200) as (check, asked):
        assert await check.lost([written(0, 4), written(0, 5), written(2, 9)]) == set()

    found = {(ask["topic"], ask["partition"], ask["offset"]) for ask in asked}
    assert found == {("community.events", 0, 5), ("community.events", 2, 9)}


async def test_it_is_asked_again_until_it_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable_module, "ASK_AGAIN_S", 0.01)
    async with keeper(503, 503, 200) as (check, asked):
        assert await check.lost([written(0, 4)]) == set()

    assert len(asked) == 3


async def test_what_went_with_an_earlier_broker_is_lost() -> None:
    async with keeper(409) as (check, _):
        assert await check.lost([written(3, 4)]) == {("community.events", 3)}


async def test_what_a_keeper_that_went_away_was_asked_for_is_lost() -> None:
    check = DurableCheck(f"http://{LOOPBACK}:{free_port()}/")
    assert await check.lost([written(3, 4)]) == {("community.events", 3)}
    await check.close()


async def test_a_topic_that_is_not_kept_needs_no_keeping() -> None:
    async with keeper(404) as (check, _):
        assert await check.lost([written(3, 4)]) == set()


async def test_on_a_real_kafka_nobody_is_asked() -> None:
    assert await DurableCheck(None).lost([written(3, 4)]) == set()


async def test_what_is_lost_is_written_again(tmp_path: Path) -> None:
    with tansu(tmp_path) as kafka:
        await topics(kafka.bootstrap)
        async with keeper(409, 200) as (check, asked):
            ours = settings(tmp_path, bootstrap=kafka.bootstrap, durable_url=check.url)
            writer = KafkaWriter(ours, lambda: None)
            await writer.write([[Record("community.late", b"k", b"[]")]])
            await writer.close()
        async with Reader(kafka.bootstrap, "community.late") as log:
            await log.read_until(lambda _: len(log.records) == 2)

    assert len(asked) == 2


async def test_with_the_embedded_broker_readings_are_acknowledged_once_stored(
    tmp_path: Path,
) -> None:
    kafka_port, keeper_port, stop = free_port(), free_port(), asyncio.Event()
    found = BrokerSettings(data=tmp_path, broker_port=kafka_port, durable_port=keeper_port)
    broker = asyncio.create_task(run_broker(found, stop))
    try:
        await until(lambda: accepts(keeper_port) or broker.done())
        with rumqttd() as mqtt:
            ours = settings(
                tmp_path, mqtt_port=mqtt.port, bootstrap=f"{LOOPBACK}:{kafka_port}",
                topic_filters=("#",), durable_url=f"http://{LOOPBACK}:{keeper_port}",
            )  # fmt: skip
            async with running(Gateway(ours, probe_catalogue())) as gateway:
                devices = Publisher(mqtt.port)
                for number in range(100):
                    devices.send("probe/d", {"type": "door.opened", "sequence": number})
                await until(lambda: figure(gateway, "acknowledged_messages_total") >= 100)
                devices.close()
    finally:
        stop.set()
        assert await broker == 0
