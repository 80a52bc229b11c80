"""A gateway killed without warning while readings flow: nothing lost, nothing told twice."""

import asyncio
import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.gateway_process import gateway_process
from tests.ingest.parts import Publisher, Reader, rumqttd, tansu, topics
from tests.services import mosquitto as mosquitto_service
from tests.services.fixtures import running as service
from tests.services.kafka import Kafka
from tests.services.process import Service

AT = 1_772_000_000_000
READINGS = 2_000
KILLS = 3


async def flow(devices: Publisher, gateway: Service, clock: bool) -> None:
    """Publish all readings, and kill the gateway at moments that a seed gives."""
    moments = sorted(random.Random(20).sample(range(100, READINGS - 100), KILLS))
    for number in range(READINGS):
        reading: dict[str, Any] = {"type": "door.opened", "device": "d", "sequence": number}
        devices.send("probe/d", reading | ({"at": AT + number} if clock else {}))
        if number % 50 == 0:
            await devices.confirmed()
        if number in moments:
            gateway.kill()
            await asyncio.to_thread(gateway.start)
    await devices.confirmed()


async def copies(bootstrap: str, mark: str) -> dict[int, set[str]]:
    """All that the log says of each reading, read until each is there and two more ticks are."""
    async with Reader(bootstrap, "community.events") as log:
        await log.read_until(lambda _: len(_by_number(log, mark)) == READINGS, within_s=60)
        seen = len(log.of_type("clock.ticked"))
        await log.read_until(lambda _: len(log.of_type("clock.ticked")) >= seen + 2)
        return _by_number(log, mark)


def _by_number(log: Reader, mark: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for event in log.of_type("door.opened"):
        if event["data"]["gateway"] == mark:
            found[event["data"]["sequence"]].add(json.dumps(event))
    return found


async def test_between_the_brokers_of_the_wheels(tmp_path: Path) -> None:
    with tansu(tmp_path) as kafka, rumqttd() as mqtt:
        await topics(kafka.bootstrap)
        with gateway_process(
            tmp_path, mqtt.port, kafka.bootstrap, topic_filters="#", gateway="killed-1"
        ) as gateway:
            devices = Publisher(mqtt.port)
            await flow(devices, gateway, clock=True)
            told = await copies(kafka.bootstrap, "killed-1")
            devices.close()

    ids = [{json.loads(event)["id"] for event in events} for events in told.values()]
    assert sorted(told) == list(range(READINGS))
    assert {len(some) for some in ids} == {1}


@pytest.mark.services
async def test_between_mosquitto_and_kafka_even_without_a_device_clock(
    tmp_path: Path, kafka: Kafka
) -> None:
    await topics(kafka.bootstrap)
    with (
        service(mosquitto_service.start, tmp_path / "mqtt") as mqtt,
        gateway_process(tmp_path, mqtt.port, kafka.bootstrap, gateway="killed-2") as gateway,
    ):
        devices = Publisher(mqtt.port)
        await flow(devices, gateway, clock=False)
        told = await copies(kafka.bootstrap, "killed-2")
        devices.close()

    assert sorted(told) == list(range(READINGS))
    assert {len(events) for events in told.values()} == {1}
