"""Where the log of an estate is read from: the topics themselves.

The embedded stack, whose broker forgets, has another reader over its keeper's file. A log is read
a few records at a time: it may hold a week, and what is held of it `Hearings` packs.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from processors.core.afterwards import Hearings
from schemas.events import Event, EventError, decode
from schemas.topics import ALERTS, EVENTS, LATE, Topic

FETCH_MS = 500
RECORDS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Span:
    """What is wanted of an estate: its log since a moment (ms), and its late events since one."""

    estate: str
    partition: int
    since: int
    late_since: int


class Logs(Protocol):
    """A reader of logs."""

    async def read(self, span: Span, hearings: Hearings) -> None:
        """Tell what was written of an estate: what came too late, then everything."""

    async def told(self, span: Span, alerts: set[str]) -> set[str]:
        """Which of these alerts have been told since."""

    async def everything(self, since: int) -> list[Event]:
        """What was written of all estates since a moment."""


class TopicLogs:
    """Reads the partition from the moment on, by the time at which each record was written."""

    def __init__(self, bootstrap: str) -> None:
        """`bootstrap` is Kafka's address."""
        self._bootstrap = bootstrap

    async def read(self, span: Span, hearings: Hearings) -> None:
        """See Logs. Raises KafkaError while the broker is away."""
        key = span.estate.encode()
        async with self._consumer() as consumer:
            for topic, since, hear in hearers(span, hearings):
                # What happened in the span was heard in it or later, so never written before it.
                async for records in _records(consumer, topic, span.partition, since):
                    values = [record.value for record in records if record.key == key]
                    await asyncio.to_thread(hear_all, values, span.estate, since, hear)

    async def told(self, span: Span, alerts: set[str]) -> set[str]:
        """See Logs. Raises KafkaError while the broker is away."""
        if not alerts:
            return set()
        async with self._consumer() as consumer:
            batches = _records(consumer, ALERTS, span.partition, span.since)
            return alerts & {r.key.decode() async for records in batches for r in records
                             if r.key.decode() in alerts}  # fmt: skip

    async def everything(self, since: int) -> list[Event]:
        """See Logs. Raises KafkaError while the broker is away."""
        async with self._consumer() as consumer:
            found: list[Event] = []
            for partition in sorted(consumer.partitions_for_topic(EVENTS.name) or ()):
                async for records in _records(consumer, EVENTS, partition, since):
                    found.extend(all_events((record.value for record in records), since))
            return found

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False, group_id=None
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()


async def _records(
    consumer: AIOKafkaConsumer, topic: Topic, partition: int, since: int
) -> AsyncIterator[list[ConsumerRecord]]:
    """The records since a moment, some at a time."""
    spot = TopicPartition(topic.name, partition)
    consumer.assign([spot])
    start = (await consumer.offsets_for_times({spot: max(0, since)}))[spot]
    end = (await consumer.end_offsets([spot]))[spot]
    if start is None:
        return
    consumer.seek(spot, start.offset)
    while await consumer.position(spot) < end:
        found = await consumer.getmany(spot, timeout_ms=FETCH_MS, max_records=RECORDS_AT_ONCE)
        if records := found.get(spot):
            yield records


Hear = Callable[[Event], None]


def hearers(span: Span, hearings: Hearings) -> tuple[tuple[Topic, int, Hear], ...]:
    """What is read, in this order: the topic, since when, and who hears its events."""
    return (LATE, span.late_since, hearings.late), (EVENTS, span.since, hearings.heard)


def hear_all(values: Iterable[bytes | None], estate: str, since: int, hear: Hear) -> None:
    """Tell the events of one estate in these envelopes; one that cannot be read is left out."""
    for event in all_events(values, since):
        if event.estate == estate:
            hear(event)


def all_events(values: Iterable[bytes | None], since: int) -> Iterator[Event]:
    """The events since a moment in these envelopes; one that cannot be read is left out."""
    for value in values:
        yield from (event for event in _decoded(value or b"[]") if event.at >= since)


def _decoded(value: bytes) -> list[Event]:
    try:
        return decode(value)
    except EventError:
        return []
