"""The gateway between mosquitto, which speaks MQTT 5, and Apache Kafka."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.gateway import Gateway
from tests.ingest.certificates import Authority
from tests.ingest.parts import (
    Publisher,
    Reader,
    figure,
    probe_catalogue,
    running,
    settings,
    topics,
    until,
)
from tests.services import mosquitto as mosquitto_service
from tests.services.fixtures import running as service
from tests.services.kafka import Kafka
from tests.services.mosquitto import Mosquitto
from tests.services.process import free_port

pytestmark = pytest.mark.services
UNLIMITED = ["max_inflight_messages 0"]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    def start(data: Path) -> Mosquitto:
        return mosquitto_service.start(data, save_at_every_change=True, extra=UNLIMITED)

    with service(start, tmp_path / "mqtt") as running_broker:
        yield running_broker


@pytest.fixture
async def log(kafka: Kafka) -> str:
    await topics(kafka.bootstrap)
    return kafka.bootstrap


def gateway(data: Path, port: int, bootstrap: str, **changes: Any) -> Gateway:
    usual: dict[str, Any] = {"mqtt_port": port, "bootstrap": bootstrap, "kafka_timeout_s": 2.0}
    return Gateway(settings(data, gateway=data.name, **usual | changes), probe_catalogue())


def publish(devices: Publisher, numbers: range) -> None:
    for number in numbers:
        devices.send("probe/d", {"type": "door.opened", "device": "d", "sequence": number})


async def read(bootstrap: str, mark: str, count: int) -> list[int]:
    """The numbers of a gateway's readings as they stand in the log, once `count` are there."""
    async with Reader(bootstrap, "community.events") as reader:

        def numbers() -> list[int]:
            found = reader.of_type("door.opened")
            return [e["data"]["sequence"] for e in found if e["data"]["gateway"] == mark]

        await reader.read_until(lambda _: len(set(numbers())) >= count, within_s=60)
        return numbers()


async def test_readings_keep_their_order(tmp_path: Path, broker: Mosquitto, log: str) -> None:
    async with running(gateway(tmp_path, broker.port, log)):
        devices = Publisher(broker.port)
        publish(devices, range(1000))
        assert await read(log, tmp_path.name, 1000) == list(range(1000))
        devices.close()


async def test_a_broker_that_restarts_with_its_queue_is_no_gap(
    tmp_path: Path, broker: Mosquitto, log: str
) -> None:
    async with running(gateway(tmp_path, broker.port, log)) as found:
        since = found.memory.keeper.since
        await asyncio.to_thread(broker.kill)
        await until(lambda: found.worker.ready is None)
        await asyncio.to_thread(broker.start)
        await until(lambda: found.worker.ready is not None)
        assert found.memory.keeper.since == since

        devices = Publisher(broker.port)
        publish(devices, range(10))
        assert await read(log, tmp_path.name, 10) == list(range(10))
        devices.close()


async def test_kafka_killed_and_started_again_loses_nothing(
    tmp_path: Path, broker: Mosquitto, kafka: Kafka, log: str
) -> None:
    async with running(gateway(tmp_path, broker.port, log, in_flight=100)) as found:
        devices = Publisher(broker.port)
        publish(devices, range(200))
        await until(lambda: figure(found, "events_total") >= 200)
        await asyncio.to_thread(kafka.kill)
        acked = figure(found, "acknowledged_messages_total")
        publish(devices, range(200, 700))
        await devices.confirmed()
        await until(lambda: figure(found, "kafka_retries_total") > 0)
        assert found.inbox.held <= 100
        assert figure(found, "acknowledged_messages_total") <= acked + 100
        await asyncio.to_thread(kafka.start)
        numbers = await read(log, tmp_path.name, 700)
        devices.close()

    assert sorted(set(numbers)) == list(range(700))


async def test_a_gateway_comes_in_by_certificate_and_password(tmp_path: Path, log: str) -> None:
    authority = Authority(tmp_path)
    ours, theirs, port = authority.issue("gateway"), authority.issue("broker"), free_port()
    secured = [
        f"listener {port} 127.0.0.1",
        f"cafile {authority.file}",
        f"certfile {theirs.certificate}",
        f"keyfile {theirs.key}",
        "require_certificate true",
    ]

    def start(data: Path) -> Mosquitto:
        users = mosquitto_service.write_password_file(tmp_path / "users", {"gw": "secret"})
        return mosquitto_service.start(data, users, extra=secured)

    with service(start, tmp_path / "mqtt"):
        credentials = {
            "mqtt_ca": authority.file, "mqtt_cert": ours.certificate, "mqtt_key": ours.key,
            "mqtt_user": "gw", "mqtt_password": "secret",
        }  # fmt: skip
        async with running(gateway(tmp_path, port, log, **credentials)) as found:
            await until(lambda: found.memory.keeper.live)
