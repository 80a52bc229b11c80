"""The log of events on a broker that speaks Kafka: made, written to and read whole."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from console.devices import Views
from console.outbox.announcing import Speaker
from console.outbox.log import Log
from console.outbox.service import Outbox, Times
from console.register.office import RegisterOffice
from deploy.kafka.install import create_topics
from schemas.events import Event, decode
from schemas.topics import EVENTS
from tests.console.conftest import Broker
from tests.console.samples import NINE

PARTITIONS = 3
SILENT = Speaker(lambda tx, estate, at: [], lambda tx, estates, at: None)


async def make_log(broker: Broker) -> None:
    """The topic, as our installer makes it."""
    await create_topics(broker.bootstrap, PARTITIONS, topics=[EVENTS])


async def records_of(bootstrap: str) -> list[ConsumerRecord]:
    """Every record of the log, partition by partition."""
    spots = [TopicPartition(EVENTS.name, number) for number in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    await consumer.start()
    try:
        consumer.assign(spots)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(spots)
        found: list[ConsumerRecord] = []
        while any([await consumer.position(spot) < ends[spot] for spot in spots]):
            for some in (await consumer.getmany(timeout_ms=200)).values():
                found += some
    finally:
        await consumer.stop()
    return sorted(found, key=lambda record: (record.partition, record.offset))


async def events_of(bootstrap: str) -> list[Event]:
    """Every event of the log, each partition in its order."""
    return [event for record in await records_of(bootstrap) for event in decode(record.value)]


class Standing:
    """A wall clock for an outbox that tests move."""

    def __init__(self) -> None:
        self.at = NINE

    def __call__(self) -> int:
        return self.at


@asynccontextmanager
async def sending(
    office: RegisterOffice,
    bootstrap: str,
    speaker: Speaker = SILENT,
    clock: Standing | None = None,
    **kafka: Any,
) -> AsyncIterator[Outbox]:
    """An outbox that takes its turns when the test says so; left as it is, as by a kill."""
    times = Times(clock or Standing(), Views())
    outbox = Outbox(office.engine, Log(bootstrap, **kafka), times, speaker, "test")
    try:
        yield outbox
    finally:
        await outbox.close()


async def turns(outbox: Outbox) -> None:
    """All that there is to do."""
    async with asyncio.timeout(30):
        while await outbox.turn():
            pass


def ids(events: Sequence[Event]) -> list[str]:
    return [event.id for event in events]
