"""The log as the outbox uses it: written to, and looked into for what may stand there already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2
from aiokafka.structs import RecordMetadata

from console.outbox.notes import Waiting
from console.outbox.stored import until_stored
from schemas.base import MS_PER_S
from schemas.events import Event, pack
from schemas.topics import EVENTS

BEFORE_MS, AFTER_MS = 60 * MS_PER_S, 300 * MS_PER_S
"""How far the clocks of those who write may lie apart, and how long a record may be on its way."""
GET_WAIT_MS = 500
REQUEST_BYTES_MAX = EVENTS.record_bytes_max
IN_FLIGHT_MAX = 16
TIMELY_MS = 1500
"""How long the client tries by itself. What comes later than an estate's lateness (2 s if nobody
says otherwise) is late, so it is given up before that, and dated anew."""


@dataclass(frozen=True, slots=True)
class Log:
    """One topic of a Kafka. `durable_url` is asked where it forgets (see `until_stored`)."""

    bootstrap: str
    durable_url: str | None = None
    topic: str = EVENTS.name

    async def producer(self) -> AIOKafkaProducer:
        """A producer that is started. It keys by estate, so an estate's events stay in order."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap, acks="all", max_request_size=REQUEST_BYTES_MAX,
            request_timeout_ms=TIMELY_MS,
        )  # fmt: skip
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer

    async def write(
        self, producer: AIOKafkaProducer, events: Mapping[str, Sequence[Event]]
    ) -> list[tuple[str, RecordMetadata]]:
        """Write events by estate, in their order; where each record stands, once all are safe."""
        written: list[tuple[str, RecordMetadata]] = []
        for estate, some in events.items():
            sent = []
            for value in pack(some):
                sent.append(await producer.send(self.topic, value, key=estate.encode()))
                if len(sent) == IN_FLIGHT_MAX:
                    written += [(estate, await future) for future in sent]
                    sent = []
            written += [(estate, await future) for future in sent]
        await until_stored(self.durable_url, [record for _, record in written])
        return written

    async def find(self, waiting: Sequence[Waiting]) -> list[Waiting]:
        """Those of the tried notes that stand in the log."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=None, enable_auto_commit=False
        )
        await consumer.start()
        try:
            spots = await _spots(consumer, self.topic, {one.note.estate for one in waiting})
            found: list[Waiting] = []
            for spot, estates in spots.items():
                here = [one for one in waiting if one.note.estate in estates]
                found += await _look(consumer, spot, here)
            return found
        finally:
            await consumer.stop()

    async def ends(self, partitions: Iterable[int]) -> dict[int, int]:
        """Where some partitions end now."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, group_id=None)
        await consumer.start()
        try:
            ends = await consumer.end_offsets([TopicPartition(self.topic, p) for p in partitions])
            return {spot.partition: end for spot, end in ends.items()}
        finally:
            await consumer.stop()


async def _spots(
    consumer: AIOKafkaConsumer, topic: str, estates: Iterable[str]
) -> dict[TopicPartition, set[str]]:
    """The partitions that estates stand in, as the producers' partitioner chooses them."""
    await consumer.topics()
    numbers = sorted(consumer.partitions_for_topic(topic) or ())
    if not numbers:
        raise KafkaError(f"there is no topic {topic}")
    found: dict[TopicPartition, set[str]] = {}
    for estate in sorted(estates):
        number = numbers[(murmur2(estate.encode()) & 0x7FFFFFFF) % len(numbers)]
        found.setdefault(TopicPartition(topic, number), set()).add(estate)
    return found


async def _look(
    consumer: AIOKafkaConsumer, spot: TopicPartition, waiting: Sequence[Waiting]
) -> list[Waiting]:
    """Read a partition over the time in which the notes may have come, and no further."""
    tried = [one.tried_at or 0 for one in waiting]
    consumer.assign([spot])
    end = (await consumer.end_offsets([spot]))[spot]
    begin = (await consumer.offsets_for_times({spot: max(0, min(tried) - BEFORE_MS)}))[spot]
    if begin is None or begin.offset >= end:
        return []
    consumer.seek(spot, begin.offset)
    found: dict[str, Waiting] = {}
    is_over = False
    while not is_over and await consumer.position(spot) < end:
        for records in (await consumer.getmany(spot, timeout_ms=GET_WAIT_MS)).values():
            found |= {one.note.id: one for one in waiting if _holds(records, one)}
            is_over = is_over or records[-1].timestamp > max(tried) + AFTER_MS
    return list(found.values())


def _holds(records: Iterable[object], one: Waiting) -> bool:
    """Whether one of the records has the event. Ids are hashes: no other text holds one."""
    wanted = f'"{one.note.id}"'.encode()
    return any(wanted in (getattr(record, "value", None) or b"") for record in records)
