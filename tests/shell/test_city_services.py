"""The stage across estates on a real Kafka: started, killed and started again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from deploy.kafka.install import create_topics
from processors.rules.catalogue import city_rules
from processors.shell.city import CityStage
from processors.shell.producer import Writer, make_producer
from processors.shell.settings import ProcessorSettings
from schemas.alerts import Alert
from schemas.sightings import Sighting, encode_sightings
from schemas.topics import ALERTS, SIGHTINGS
from tests.core.sightings import contents, sighting, told
from tests.e2e.log import read_all
from tests.services import kafka as kafka_service
from tests.services.fixtures import running
from tests.services.kafka import Kafka

pytestmark = pytest.mark.services
PARTITIONS = 3
WITHIN_S = 30.0
LOOK_S = 0.2
PLATES = [f"A{number:04}" for number in range(40)]


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterable[Kafka]:
    with running(kafka_service.start, tmp_path / "kafka") as started:
        yield started


async def write(bootstrap: str, sightings: Iterable[Sighting]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for one in sightings:
            key = one.plate.skeleton.encode()
            await producer.send_and_wait(SIGHTINGS.name, encode_sightings([one]), key)


@contextlib.asynccontextmanager
async def stage(bootstrap: str, *, killed: bool = False) -> AsyncIterator[CityStage]:
    """A stage at work; `killed` ends it in the middle of whatever it does."""
    producer = make_producer(bootstrap)
    await producer.start()
    settings, stop = ProcessorSettings(bootstrap=bootstrap), asyncio.Event()
    one = CityStage(settings, city_rules({}), Writer(producer))
    working = asyncio.create_task(one.run(stop))
    try:
        yield one
    finally:
        if killed:
            working.cancel()
        stop.set()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        await producer.stop()


async def feed(bootstrap: str) -> dict[str, Alert]:
    """What people see: of each alert the highest revision. Equal revisions must be equal."""
    found: dict[str, Alert] = {}
    for value in await read_all(bootstrap, ALERTS.name, PARTITIONS):
        alert = Alert.model_validate_json(value)
        known = found.get(alert.id)
        assert known is None or known.revision != alert.revision or known == alert
        if known is None or known.revision < alert.revision:
            found[alert.id] = alert
    return found


async def wait_for(bootstrap: str, expected: dict[str, Alert]) -> dict[str, Alert]:
    end = asyncio.get_running_loop().time() + WITHIN_S
    while contents(found := await feed(bootstrap)) != contents(expected):
        assert asyncio.get_running_loop().time() < end, (len(found), len(expected))
        await asyncio.sleep(LOOK_S)
    return found


async def test_killed_and_started_again_it_says_what_there_is_to_say(own_kafka: Kafka) -> None:
    bootstrap = own_kafka.bootstrap
    await create_topics(bootstrap, PARTITIONS)
    first = [sighting("lake", n, plate) for n, plate in enumerate(PLATES)]
    second = [sighting("river", 100 + n, plate) for n, plate in enumerate(PLATES)]
    later = [sighting("hill", 150 + n, plate) for n, plate in enumerate(PLATES)]

    await write(bootstrap, first)
    async with stage(bootstrap, killed=True):
        await write(bootstrap, second[:20])
        await asyncio.sleep(LOOK_S)
    async with stage(bootstrap, killed=True):
        await write(bootstrap, [*second[20:], *later])
        await asyncio.sleep(LOOK_S)
    async with stage(bootstrap):
        found = await wait_for(bootstrap, told(*first, *second, *later))
    assert len(found) == len(PLATES)

    count = len(await read_all(bootstrap, ALERTS.name, PARTITIONS))
    async with stage(bootstrap):
        last = sighting("river", 9_000, "Z9999"), sighting("lake", 9_001, "Z9999")
        await write(bootstrap, last)
        await wait_for(bootstrap, {**found, **told(*last)})
    assert len(await read_all(bootstrap, ALERTS.name, PARTITIONS)) == count + 1, "told once"


async def test_two_share_the_partitions_and_one_takes_over(own_kafka: Kafka) -> None:
    bootstrap = own_kafka.bootstrap
    await create_topics(bootstrap, PARTITIONS)
    first = [sighting("lake", n, plate) for n, plate in enumerate(PLATES)]
    second = [sighting("river", 100 + n, plate) for n, plate in enumerate(PLATES)]
    async with stage(bootstrap) as one:
        async with stage(bootstrap) as other:
            await write(bootstrap, first)
            end = asyncio.get_running_loop().time() + WITHIN_S
            while not (one.held and other.held):
                assert asyncio.get_running_loop().time() < end
                await asyncio.sleep(LOOK_S)
            assert set(one.held) | set(other.held) == set(range(PARTITIONS))
            assert not set(one.held) & set(other.held)
        await write(bootstrap, second)
        found = await wait_for(bootstrap, told(*first, *second))
    assert len(found) == len(PLATES)
