"""What is kept of each topic, and how it is laid into an empty partition."""

import json
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.embedded.keep import (
    JUMP,
    KEEPS,
    STRIDE,
    CheckpointError,
    Keep,
    contiguous,
    released,
    seed_batches,
    seeded_end,
)
from deploy.embedded.rawlog import BATCH_BYTES, Record
from schemas.events import decode
from schemas.topics import ALL_TOPICS, EVENTS, STATE

COMPACTED = Keep(STATE, latest=True)
UNBROKEN = Keep(EVENTS, contiguous=True, envelope=True)
INT32_MAX = 2**31 - 1


@dataclass
class Partition:
    """What a broker makes of batches: each begins where the log ends."""

    end: int = 0
    records: list[Record] = field(default_factory=list)
    last_is_whole: bool = False

    def append(self, base: int, records: list[Record]) -> None:
        assert base == self.end, "a batch must begin where the log ends"
        assert records[-1].offset - base <= INT32_MAX, "the format has 32 bits for a delta"
        assert [r.offset for r in records] == sorted({r.offset for r in records})
        assert records[0].offset >= base
        self.last_is_whole = records[-1].offset - base + 1 == len(records)
        self.end = records[-1].offset + 1
        self.records += records


def record(offset: int, size: int = 1) -> Record:
    return Record(offset, 7, b"key", b"x" * size)


def laid(keep: Keep, records: list[Record], end: int) -> Partition:
    partition = Partition()
    for base, batch in seed_batches(keep, records, end, at=99):
        partition.append(base, batch)
    return partition


far = st.integers(0, 3 * STRIDE)
offsets = st.lists(far, unique=True, max_size=20).map(sorted)


@given(offsets, st.integers(0, 5))
def test_a_compacted_log_is_laid_at_its_own_offsets(found: list[int], more: int) -> None:
    end = found[-1] + 1 + more if found else more
    partition = laid(COMPACTED, [record(offset) for offset in found], end)
    assert [r.offset for r in partition.records if r.key == b"key"] == found
    assert partition.end == seeded_end(COMPACTED, end)
    assert partition.last_is_whole


@given(far, st.integers(0, 20))
def test_an_unbroken_log_goes_on_where_it_ended_without_a_hole(first: int, count: int) -> None:
    wanted = [record(first + index) for index in range(count)]
    partition = laid(UNBROKEN, wanted, first + count)
    assert [r for r in partition.records if r.key == b"key"] == wanted
    assert partition.end == max(1, first + count)
    assert partition.last_is_whole
    tail = [r.offset for r in partition.records if r.offset >= first]
    assert tail == list(range(first, partition.end))


def test_what_is_missing_of_an_unbroken_log_is_filled_with_markers() -> None:
    partition = laid(UNBROKEN, [record(5), record(9)], end=12)
    assert partition.end == 12
    filled = [r.offset for r in partition.records if r.key != b"key"]
    assert filled == [3, 4, 7, 8, 10, 11]


def test_a_fresh_log_goes_on_above_what_the_old_one_may_have_lost() -> None:
    assert seeded_end(COMPACTED, 10) == 10 + JUMP
    assert seeded_end(COMPACTED, 0) == 1
    assert seeded_end(UNBROKEN, 10) == 10


def test_large_records_are_laid_in_batches_of_bounded_size() -> None:
    wanted = [record(offset, BATCH_BYTES // 3) for offset in range(10)]
    batches = list(seed_batches(UNBROKEN, wanted, 10, at=0))
    assert [r for _, batch in batches for r in batch] == wanted
    assert max(sum(r.size for r in batch) for _, batch in batches) <= BATCH_BYTES


@pytest.mark.parametrize("keep", KEEPS, ids=lambda keep: keep.name)
def test_a_marker_says_nothing(keep: Keep) -> None:
    marker = keep.marker(3, 5)
    assert marker.offset == 3
    if keep.latest:
        assert marker.value is None, "a tombstone for a key that nobody has"
    elif keep.envelope:
        assert decode(marker.value or b"") == []


def test_every_topic_is_kept_state_first() -> None:
    assert {keep.name for keep in KEEPS} == {topic.name for topic in ALL_TOPICS}
    assert [keep.name for keep in KEEPS if keep.is_state] == [KEEPS[0].name]
    compacted = {topic.name for topic in ALL_TOPICS if topic.retention_ms is None}
    assert {keep.name for keep in KEEPS if keep.latest} == compacted


def checkpoint(**changes: object) -> Record:
    body = {"v": 1, "position": 41, "seen": 57, "estates": {}, **changes}
    return replace(record(0), key=b"commit|3", value=json.dumps(body).encode())


def test_a_checkpoint_releases_what_lies_below_its_position() -> None:
    assert released(checkpoint()) == (3, 41)


@pytest.mark.parametrize("key", [b"scope|3", b"seed", None])
def test_other_state_releases_nothing(key: bytes | None) -> None:
    assert released(replace(checkpoint(), key=key)) is None
    assert released(replace(checkpoint(), value=None)) is None


@pytest.mark.parametrize(
    "found",
    [
        checkpoint(v=2),
        checkpoint(position="41"),
        replace(checkpoint(), value=b"not json"),
        replace(checkpoint(), value=b"[]"),
        replace(checkpoint(), key=b"commit|north"),
    ],
)
def test_a_checkpoint_of_another_shape_is_an_error_and_no_guess(found: Record) -> None:
    with pytest.raises(CheckpointError):
        released(found)


@pytest.mark.parametrize(
    ("found", "position", "taken"),
    [([], 0, 0), ([4, 5, 6], 4, 3), ([5, 6], 4, 0), ([4, 6, 7], 4, 1)],
)
def test_records_are_taken_up_to_the_first_hole(
    found: list[int], position: int, taken: int
) -> None:
    records = tuple(record(offset) for offset in found)
    assert contiguous(records, position) == records[:taken]
