"""What the keeper holds of each topic, and what a fresh broker is given of it. Pure.

A topic is kept in one of two ways: the latest value of each key (what compaction would leave), or
every record. Of the second kind only what nobody has finished with is laid into a fresh broker.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deploy.embedded.rawlog import BATCH_BYTES, Record
from schemas import topics
from schemas.topics import Topic

MB = 1024 * 1024
SINK_GROUP = "smart-community-sink"
AFTERWARDS_GROUP = "smart-community-afterwards"
COMMIT_KEY = b"commit|"
COMMIT_VERSION = 1
# A fresh broker goes on this far above the last stored offset. What an old broker had taken in and
# lost was below that, so an offset never means two records, and a reader that was further than the
# keeper finds the new records above and not below where it stands. The keeper is never this many
# records behind in one partition: a broker at its memory limit holds fewer.
JUMP = 1 << 22
# The longest way between two offsets of one batch; the format has 32 bits for it.
STRIDE = 1 << 30
SEED_HEADER = (("smart-community", b"seed"),)
SEED_KEY = b"seed"
EMPTY = b"[]"


@dataclass(frozen=True, slots=True)
class Keep:
    """How one topic is kept.

    `latest`: one value a key. `is_state`: rests on what was written to the others before it.
    `contiguous`: readers take a hole for a lost record; such a topic goes on where it ended, which
    is safe because whoever reads or writes it starts anew with the broker. `group`: what lies
    below this consumer group's commits is finished with; `checkpoints`: below the processors'
    checkpoints, which are the group's commits too. `seed_bytes` and `disk_bytes` bound what is
    laid and what is held; the oldest goes first. `envelope`: the value is a JSON array.
    """

    topic: Topic
    latest: bool = False
    is_state: bool = False
    contiguous: bool = False
    group: str | None = None
    checkpoints: bool = False
    seed_bytes: int | None = None
    disk_bytes: int | None = None
    envelope: bool = False

    @property
    def name(self) -> str:
        """The topic's name."""
        return self.topic.name

    def marker(self, offset: int, timestamp: int) -> Record:
        """A record that says nothing: an empty envelope, or no value for a key nobody has."""
        value = EMPTY if self.envelope else None
        return Record(offset, timestamp, SEED_KEY, value, SEED_HEADER)


# State comes first: a broker reads partitions in the order asked, so all that was written before
# a state record stands in the rest of the same answer, or is known to be missing from it.
KEEPS = (
    Keep(topics.STATE, latest=True, is_state=True),
    Keep(
        topics.EVENTS, contiguous=True, group=topics.APP, checkpoints=True, disk_bytes=256 * MB,
        envelope=True,
    ),
    Keep(topics.ALERTS, latest=True, seed_bytes=64 * MB),
    Keep(topics.VIEWS, latest=True, seed_bytes=32 * MB),
    Keep(
        topics.POINTS, group=SINK_GROUP, seed_bytes=96 * MB, disk_bytes=512 * MB, envelope=True,
    ),
    Keep(topics.SIGHTINGS, seed_bytes=16 * MB, disk_bytes=64 * MB, envelope=True),
    Keep(
        topics.LATE, group=AFTERWARDS_GROUP, seed_bytes=8 * MB, disk_bytes=64 * MB, envelope=True,
    ),
    Keep(topics.REJECTED, seed_bytes=24 * MB, disk_bytes=128 * MB),
    Keep(topics.ACTS, seed_bytes=8 * MB),
)  # fmt: skip


class CheckpointError(ValueError):
    """A checkpoint that cannot be read: the processors and the keeper are of different versions."""


def released(record: Record) -> tuple[int, int] | None:
    """The partition and the first offset that must be read again, if this is a checkpoint.

    Checkpoints stand in the state changelog under the key `commit|PARTITION`. Raises
    CheckpointError when one has another shape: guessing would drop events.
    """
    if record.key is None or not record.key.startswith(COMMIT_KEY) or record.value is None:
        return None
    try:
        partition = int(record.key[len(COMMIT_KEY) :])
        body = json.loads(record.value)
        version, position = body["v"], body["position"]
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"checkpoint {record.key!r} cannot be read: {error}") from error
    if version != COMMIT_VERSION or not isinstance(position, int):
        raise CheckpointError(f"checkpoint {record.key!r} has version {version!r}, not 1")
    return partition, position


def contiguous(records: tuple[Record, ...], position: int) -> tuple[Record, ...]:
    """The records that follow `position` without a hole.

    The broker hands out an offset before it has put the batch away, so of two producers' batches
    the second may show first. The first is then a moment late, not missing.
    """
    for index, record in enumerate(records):
        if record.offset != position + index:
            return records[:index]
    return records


Batch = tuple[int, list[Record]]
"""A batch for `RawLog.append`: its base offset and its records."""


def seed_batches(keep: Keep, records: Iterable[Record], end: int, at: int) -> Iterator[Batch]:
    """The batches that lay `records`, in offset order, into an empty partition.

    `end` is one above the last offset ever stored (0: nothing); `at` the timestamp of markers in
    milliseconds. Holes are left open, or filled with markers where readers count on none.
    """
    base = size = 0
    batch: list[Record] = []
    for record in records:
        position = batch[-1].offset + 1 if batch else base
        apart = record.offset > position if keep.contiguous else record.offset - base >= STRIDE
        if batch and (apart or size + record.size > BATCH_BYTES):
            yield base, batch
            base, batch, size = position, [], 0
        if apart:
            yield from _fill(keep, base, record.offset, at)
            base = record.offset
        batch.append(record)
        size += record.size
    if batch:
        yield base, batch
        base = batch[-1].offset + 1
    yield from _fill(keep, base, seeded_end(keep, end), at)


def _fill(keep: Keep, base: int, end: int, at: int) -> Iterator[Batch]:
    """Markers from `base` up to `end`, the last in a batch of its own without a hole."""
    while end - base > STRIDE:
        yield base, [keep.marker(base + STRIDE - 1, at)]
        base += STRIDE
    if end - base > 1:
        yield base, [keep.marker(end - 2, at)]
    if end > base:
        yield end - 1, [keep.marker(end - 1, at)]


def seeded_end(keep: Keep, end: int) -> int:
    """The end of a partition after `seed_batches` laid it."""
    if keep.contiguous:
        return max(end, 1)
    return end + JUMP if end else 1
