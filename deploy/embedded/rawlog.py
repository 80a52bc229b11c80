"""A partition's log as it really is: read with its true end, written at exact offsets.

Two things that a broker's ordinary clients do not offer, both needed to copy a log that lives in
memory and to lay it again into an empty broker:

* `fetch` answers each partition's high watermark beside its records. The broker's own answer to
  "where is the end" is the start of its last batch plus one, which is too low whenever that batch
  holds several records.
* `append` writes records with gaps between their offsets. A record batch carries each record's
  offset as a delta from the batch's first, and a broker takes the deltas as they are, so a batch
  with deltas 5 and 9 on an empty partition puts records at 5 and 9, as compaction would leave
  them. https://kafka.apache.org/documentation/#recordbatch

One broker, one connection. The last batch of a partition must have no gap: the broker pages by
record count, and reads a batch with a gap at the end again and again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from aiokafka.conn import AIOKafkaConnection, create_conn
from aiokafka.protocol.commit import OffsetCommitRequest, OffsetFetchRequest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

Headers = tuple[tuple[str, bytes], ...]

FETCH_BYTES = 16 * 1024 * 1024
PARTITION_BYTES = 4 * 1024 * 1024
REQUEST_TIMEOUT_MS = 30_000
BATCH_BYTES = 1024 * 1024
ALL_REPLICAS = -1
NO_GENERATION = -1


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands in a log; `timestamp` in milliseconds since the epoch."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def size(self) -> int:
        """Bytes of key and value."""
        return len(self.key or b"") + len(self.value or b"")


@dataclass(frozen=True, slots=True)
class Slice:
    """What one fetch found of one partition: records from the asked offset on, and the end."""

    place: Place
    records: tuple[Record, ...]
    high: int
    batches: int


class LogError(ConnectionError):
    """The broker refused a request, or did not do what was asked of it."""


class RawLog:
    """One connection to one broker."""

    def __init__(self, connection: AIOKafkaConnection) -> None:
        """Use `connect` instead."""
        self._connection = connection

    @classmethod
    async def connect(cls, host: str, port: int) -> "RawLog":
        """Connect. Raises OSError or KafkaError when nobody answers."""
        return cls(await create_conn(host, port, request_timeout_ms=REQUEST_TIMEOUT_MS))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    async def fetch(self, positions: Mapping[Place, int], wait_ms: int) -> list[Slice]:
        """What stands from each position on. The broker reads the partitions in this order.

        It answers at once when there is something, else after `wait_ms`, having looked again half
        way. When the wait is over it also stops listing the batches it has, so a short wait on a
        long log may find nothing where there is something; `high` tells.
        """
        topics = _by_topic(positions, PARTITION_BYTES)
        answer = await self._connection.send(FetchRequest(wait_ms, 1, FETCH_BYTES, 0, topics))
        found = []
        for topic, partitions in answer.topics:
            for item in partitions:
                place, code, high, raw = Place(topic, item[0]), item[1], item[2], item[-1]
                _check(code, f"reading {topic}/{place.partition}")
                found.append(_slice(place, positions[place], high, raw))
        return found

    async def append(self, place: Place, base: int, records: Sequence[Record]) -> None:
        """Write records at their own offsets as one batch; the log's end must be `base`.

        Raises LogError when it was not: somebody else wrote too.
        """
        raw = encode_batch(base, records)
        topics = [(place.topic, [(place.partition, raw)])]
        answer = await self._connection.send(
            ProduceRequest(None, ALL_REPLICAS, REQUEST_TIMEOUT_MS, topics)
        )
        _, code, landed = answer.topics[0][1][0][:3]
        _check(code, f"writing {place.topic}/{place.partition}")
        if landed != base:
            raise LogError(
                f"{place.topic}/{place.partition} ended at {landed}, not {base}: "
                "another client wrote while the log was being laid"
            )

    async def commit(self, group: str, offsets: Mapping[Place, int]) -> None:
        """Store a consumer group's offsets, as an administrator does."""
        topics = [
            (topic, [(partition, offset, "") for partition, offset in items])
            for topic, items in _grouped((p.topic, (p.partition, o)) for p, o in offsets.items())
        ]
        answer = await self._connection.send(
            OffsetCommitRequest(group, NO_GENERATION, "", NO_GENERATION, topics)
        )
        for topic, partitions in answer.topics:
            for partition, code in partitions:
                _check(code, f"committing {group} on {topic}/{partition}")

    async def committed(self, group: str, places: Iterable[Place]) -> dict[Place, int]:
        """The group's offsets where it has any."""
        topics = [(topic, list(items)) for topic, items in _grouped(places)]
        answer = await self._connection.send(OffsetFetchRequest(group, topics))
        return {
            Place(topic, item[0]): item[1]
            for topic, partitions in answer.topics
            for item in partitions
            if item[1] >= 0
        }


def encode_batch(base: int, records: Sequence[Record]) -> bytes:
    """One record batch that puts each record at its own offset when it is appended at `base`."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=False, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=2**31 - 1,
    )  # fmt: skip
    for record in records:
        builder.append(
            record.offset - base, record.timestamp, record.key, record.value,
            list(record.headers),
        )  # fmt: skip
    return bytes(builder.build())


def decode_batches(raw: bytes | None, start: int) -> tuple[tuple[Record, ...], int]:
    """The records from offset `start` on, and the number of batches they came in."""
    found: list[Record] = []
    batches = 0
    memory = MemoryRecords(raw or b"")
    while memory.has_next():
        batch = memory.next_batch()
        batches += 1
        found.extend(
            Record(r.offset, r.timestamp, r.key, r.value, tuple(r.headers))
            for r in batch
            if r.offset >= start
        )
    return tuple(found), batches


def _slice(place: Place, start: int, high: int, raw: bytes | None) -> Slice:
    records, batches = decode_batches(raw, start)
    return Slice(place, records, high, batches)


def _by_topic(positions: Mapping[Place, int], size: int) -> list[Any]:
    rows = ((p.topic, (p.partition, offset, size)) for p, offset in positions.items())
    return list(_grouped(rows))


def _grouped(rows: Iterable[tuple[str, Any]]) -> list[tuple[str, list[Any]]]:
    topics: dict[str, list[Any]] = {}
    for topic, item in rows:
        topics.setdefault(topic, []).append(item)
    return list(topics.items())


def _check(code: int, doing: str) -> None:
    if code:
        raise LogError(f"the broker refused {doing}: error {code}")
