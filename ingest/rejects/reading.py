"""`community.rejected` read from its beginning to where it ends now."""

import asyncio
from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from ingest.kafka import kafka_connection
from ingest.rejects.entries import Entry, read_entry
from ingest.settings import IngestSettings
from schemas.topics import REJECTED

ANSWER_WITHIN_S = 20.0
FETCH_WAIT_MS = 200
ASSIGNED_LOOK_S = 0.02


class LogAway(RuntimeError):
    """Kafka does not answer, or has no such topic; one line on how to mend it."""


async def read_log(settings: IngestSettings) -> list[Entry]:
    """All entries that Kafka still has. Raises LogAway."""
    # From the earliest on by itself: a seek may lose against the look-up of the latest offset
    # that runs since the assignment, and then nothing would be read.
    consumer = AIOKafkaConsumer(
        **kafka_connection(settings), group_id=None, enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=FETCH_WAIT_MS, max_partition_fetch_bytes=REJECTED.record_bytes_max,
    )  # fmt: skip
    try:
        await asyncio.wait_for(consumer.start(), ANSWER_WITHIN_S)
        return [entry async for entry in _entries(consumer)]
    except (KafkaError, OSError, TimeoutError) as error:
        raise LogAway(
            f"no Kafka broker answers at {settings.bootstrap}: start it, or give --bootstrap"
        ) from error
    finally:
        await consumer.stop()


async def _entries(consumer: AIOKafkaConsumer) -> AsyncIterator[Entry]:
    # To ask for a topic may create it, so first whether it is there.
    if REJECTED.name not in await consumer.topics():
        raise LogAway(f"Kafka has no topic {REJECTED.name}: run `smart-community install-topics`")
    consumer.subscribe([REJECTED.name])
    async with asyncio.timeout(ANSWER_WITHIN_S):
        while not consumer.assignment():  # noqa: ASYNC110  # aiokafka tells nobody.
            await asyncio.sleep(ASSIGNED_LOOK_S)
    spots = sorted(consumer.assignment())
    ends = await consumer.end_offsets(spots)
    while [spot for spot in spots if await consumer.position(spot) < ends[spot]]:
        batches = await asyncio.wait_for(consumer.getmany(timeout_ms=1000), ANSWER_WITHIN_S)
        for record in (record for batch in batches.values() for record in batch):
            entry = read_entry(record.value or b"", record.timestamp)
            if entry is not None:
                yield entry
