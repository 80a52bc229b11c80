"""The judge on a real Kafka: what a backlog holds is told once, whoever is killed in between."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from deploy.kafka.install import create_topics
from processors.afterwards.logs import Span, TopicLogs
from processors.afterwards.service import run_afterwards
from processors.afterwards.settings import AfterwardsSettings
from processors.core.afterwards import Hearings
from schemas.alerts import Alert
from schemas.events import Event, encode
from schemas.topics import ALERTS, EVENTS, LATE
from tests.core.make import event
from tests.core.test_afterwards import HOUR_S, replayed, ticks
from tests.e2e.log import read_all
from tests.services import kafka as kafka_service
from tests.services.fixtures import running
from tests.services.kafka import Kafka

pytestmark = pytest.mark.services
WITHIN_S = 30.0
LOOK_S = 0.2
LONG_S = 4.0
"""Several times what the judge waits for quiet."""


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterable[Kafka]:
    with running(kafka_service.start, tmp_path / "kafka") as started:
        yield started


async def write(bootstrap: str, topic: str, events: Iterable[Event]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for one in events:
            await producer.send_and_wait(topic, encode([one]), one.estate.encode(), 0)


@contextlib.asynccontextmanager
async def judge(bootstrap: str) -> AsyncIterator[None]:
    settings = AfterwardsSettings(bootstrap=bootstrap, afterwards_quiet_s=0.5)
    stop = asyncio.Event()
    working = asyncio.create_task(run_afterwards(settings, TopicLogs(bootstrap), stop))
    try:
        yield
    finally:
        stop.set()
        await working


async def told(bootstrap: str) -> list[Alert]:
    return [Alert.model_validate_json(value) for value in await read_all(bootstrap, ALERTS.name, 1)]


async def wait_told(bootstrap: str, count: int) -> list[Alert]:
    end = asyncio.get_running_loop().time() + WITHIN_S
    while len(found := await told(bootstrap)) < count:
        assert asyncio.get_running_loop().time() < end, found
        await asyncio.sleep(LOOK_S)
    return found


async def test_a_backlog_is_judged_and_told_once(own_kafka: Kafka) -> None:
    bootstrap = own_kafka.bootstrap
    await create_topics(bootstrap, 1)
    backlog = [replayed("access.duress", 600, HOUR_S), replayed("door.forced", 700, HOUR_S)]
    await write(bootstrap, EVENTS.name, [*ticks(HOUR_S), *backlog])
    await write(bootstrap, LATE.name, backlog)

    async with judge(bootstrap):
        first = await wait_told(bootstrap, 2)
        more = replayed("access.duress", 800, HOUR_S)
        await write(bootstrap, EVENTS.name, [more])
        await write(bootstrap, LATE.name, [more])
        await wait_told(bootstrap, 3)
    async with judge(bootstrap):
        await asyncio.sleep(LONG_S)

    assert [(a.rule, a.found_afterwards, a.delivery) for a in first] == [
        ("duress", True, "list"), ("door_forced", True, "list"),
    ]  # fmt: skip
    assert [a.rule for a in await told(bootstrap)] == ["duress", "door_forced", "duress"]


async def test_other_estates_of_the_partition_are_left_out(own_kafka: Kafka) -> None:
    bootstrap = own_kafka.bootstrap
    await create_topics(bootstrap, 1)
    mine = replayed("access.duress", 600, HOUR_S)
    await write(bootstrap, EVENTS.name, [event("door.forced", 500), mine, *ticks(HOUR_S)])

    hearings, others = Heard(), Heard()
    logs = TopicLogs(bootstrap)
    await logs.read(Span("e", 0, mine.at, mine.at), hearings)
    await logs.read(Span("other", 0, 0, 0), others)

    assert hearings.words.count("access.duress") == 1
    assert "door.forced" not in hearings.words
    assert others.words == []


class Heard(Hearings):
    """Notes what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def heard(self, event: Event) -> None:
        """See Hearings."""
        super().heard(event)
        self.words.append(event.type)
