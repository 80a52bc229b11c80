"""Where the log of an estate is read from: the topics themselves.

The embedded stack, whose broker forgets, has another reader over its keeper's file.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition

from processors.core.afterwards import Log
from schemas.events import Event, EventError, decode
from schemas.topics import ALERTS, EVENTS, LATE, Topic

FETCH_MS = 500


class Logs(Protocol):
    """A reader of logs."""

    async def read(self, estate: str, partition: int, since: int) -> Log:
        """What was written of an estate since a moment (ms since the epoch)."""

    async def everything(self, since: int) -> list[Event]:
        """What was written of all estates since a moment."""


class TopicLogs:
    """Reads the partition from the moment on, by the time at which each record was written."""

    def __init__(self, bootstrap: str) -> None:
        """`bootstrap` is Kafka's address."""
        self._bootstrap = bootstrap

    async def read(self, estate: str, partition: int, since: int) -> Log:
        """See Logs. Raises KafkaError while the broker is away."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False, group_id=None
        )
        await consumer.start()
        try:
            # What happened in the span was heard in it or later, so never written before it.
            key = estate.encode()
            events = [v async for k, v in _records(consumer, EVENTS, partition, since) if k == key]
            late = [v async for k, v in _records(consumer, LATE, partition, since) if k == key]
            known = {k.decode() async for k, _ in _records(consumer, ALERTS, partition, since)}
        finally:
            await consumer.stop()
        return Log(events_of(events, estate, since), events_of(late, estate, since), known)

    async def everything(self, since: int) -> list[Event]:
        """See Logs. Raises KafkaError while the broker is away."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False, group_id=None
        )
        await consumer.start()
        try:
            found: list[Event] = []
            for partition in sorted(consumer.partitions_for_topic(EVENTS.name) or ()):
                async for _, value in _records(consumer, EVENTS, partition, since):
                    found.extend(all_events([value], since))
            return found
        finally:
            await consumer.stop()


async def _records(
    consumer: AIOKafkaConsumer, topic: Topic, partition: int, since: int
) -> AsyncIterator[tuple[bytes, bytes | None]]:
    spot = TopicPartition(topic.name, partition)
    consumer.assign([spot])
    start = (await consumer.offsets_for_times({spot: max(0, since)}))[spot]
    end = (await consumer.end_offsets([spot]))[spot]
    if start is None:
        return
    consumer.seek(spot, start.offset)
    while await consumer.position(spot) < end:
        for record in (await consumer.getmany(spot, timeout_ms=FETCH_MS)).get(spot, ()):
            yield record.key, record.value


def events_of(values: Iterable[bytes | None], estate: str, since: int) -> tuple[Event, ...]:
    """The events of one estate in these envelopes; one that cannot be read is left out, as live."""
    found = all_events(values, since)
    return tuple(event for event in found if event.estate == estate)


def all_events(values: Iterable[bytes | None], since: int) -> Iterator[Event]:
    """The events since a moment in these envelopes."""
    for value in values:
        yield from (event for event in _decoded(value or b"[]") if event.at >= since)


def _decoded(value: bytes) -> list[Event]:
    try:
        return decode(value)
    except EventError:
        return []
