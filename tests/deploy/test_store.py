"""The keeper's file: what goes in comes out, also after a crash, and no more than is wanted."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.embedded.keep import KEEPS, MB, Keep
from deploy.embedded.rawlog import Place, Record, Slice
from deploy.embedded.store import NAME, Store, StoreError
from schemas.topics import ALERTS, APP, EVENTS, LATE, POINTS, SIGHTINGS, STATE

NOW = 1_800_000_000_000
DAY = 86_400_000
BY_NAME = {keep.name: keep for keep in KEEPS}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.close()


def record(offset: int, key: str = "k", value: bytes | None = b"v", at: int = NOW) -> Record:
    return Record(offset, at, key.encode(), value)


def put(store: Store, topic: str, *records: Record, partition: int = 0) -> None:
    place = Place(topic, partition)
    ends = {place: records[-1].offset + 1}
    store.apply([Slice(place, records, ends[place], 1)], ends)


def seeds(store: Store, topic: str, now: int = NOW) -> dict[int, list[Record]]:
    found = {p: list(records) for p, records in store.seeds(BY_NAME[topic], now)}
    return {partition: records for partition, records in found.items() if records}


def commit(partition: int, position: int, offset: int) -> Record:
    body = json.dumps({"v": 1, "position": position, "seen": position, "estates": {}})
    return record(offset, f"commit|{partition}", body.encode())


def test_events_come_back_as_they_stood(store: Store, tmp_path: Path) -> None:
    kept = [Record(3, 5, None, b"[]", (("a", b"1"), ("b", b"\n\x00"))), record(4), record(6)]
    put(store, EVENTS.name, *kept, partition=2)
    store.close()
    again = Store(tmp_path)
    assert seeds(again, EVENTS.name) == {2: kept}
    assert again.ends() == {Place(EVENTS.name, 2): 7}
    again.close()


keys = st.sampled_from("abc")
values = st.one_of(st.none(), st.binary(max_size=4))


@given(st.lists(st.lists(st.tuples(keys, values), min_size=1, max_size=8), max_size=6))
@settings(max_examples=50)
def test_a_compacted_topic_holds_the_last_value_of_each_key(
    rounds: list[list[tuple[str, bytes | None]]],
) -> None:
    folder = TemporaryDirectory()
    store = Store(Path(folder.name))
    model: dict[str, Record] = {}
    offset = 0
    for changes in rounds:
        records = [record(offset + i, key, value) for i, (key, value) in enumerate(changes)]
        offset += len(records)
        put(store, STATE.name, *records)
        model.update({item.key.decode(): item for item in records if item.key})
    wanted = sorted((r for r in model.values() if r.value is not None), key=lambda r: r.offset)
    assert seeds(store, STATE.name).get(0, []) == wanted
    store.close()
    folder.cleanup()


def test_events_below_a_checkpoint_are_not_laid_again(store: Store) -> None:
    put(store, EVENTS.name, *(record(offset) for offset in range(10)), partition=3)
    put(store, STATE.name, commit(3, 6, 0), partition=3)
    assert [r.offset for r in seeds(store, EVENTS.name)[3]] == [6, 7, 8, 9]
    assert store.commits() == {APP: {Place(EVENTS.name, 3): 6}}


def test_a_checkpoint_never_takes_back_what_an_earlier_one_released(store: Store) -> None:
    put(store, STATE.name, commit(3, 6, 0), commit(3, 4, 1), partition=3)
    assert store.commits() == {APP: {Place(EVENTS.name, 3): 6}}


def test_points_below_the_sinks_commit_are_dropped(store: Store) -> None:
    put(store, POINTS.name, *(record(offset) for offset in range(10)))
    store.release({Place(POINTS.name, 0): 8})
    assert [r.offset for r in seeds(store, POINTS.name)[0]] == [8, 9]
    assert store.prune(NOW) == 8
    assert store.prune(NOW) == 0


def test_what_is_too_old_is_neither_laid_nor_held(store: Store) -> None:
    day = SIGHTINGS.retention_ms or 0
    put(store, SIGHTINGS.name, record(0, at=NOW - day - 1), record(1, at=NOW - day))
    assert [r.offset for r in seeds(store, SIGHTINGS.name)[0]] == [1]
    assert store.prune(NOW) == 1


def test_events_that_nobody_has_finished_with_are_held_however_old(store: Store) -> None:
    put(store, EVENTS.name, record(0, at=NOW - 400 * DAY), record(1, at=NOW - 400 * DAY))
    put(store, STATE.name, commit(0, 1, 0))
    assert store.prune(NOW) == 1
    assert [r.offset for r in seeds(store, EVENTS.name)[0]] == [1]


def test_more_than_the_disk_may_hold_is_dropped_oldest_first(tmp_path: Path) -> None:
    small = Keep(LATE, disk_bytes=10 * 100, envelope=True)
    store = Store(tmp_path, [small])
    put(store, LATE.name, *(record(offset, "", b"x" * 100) for offset in range(25)))
    assert store.prune(NOW) == 15
    assert [r.offset for r in next(store.seeds(small, NOW))[1]] == list(range(15, 25))
    store.close()


def test_no_more_is_laid_than_the_broker_should_hold_newest_first(tmp_path: Path) -> None:
    for keep in (Keep(LATE, seed_bytes=500), Keep(ALERTS, latest=True, seed_bytes=500)):
        store = Store(tmp_path / keep.name, [keep])
        for offset in range(0, 10, 2):
            for partition in (0, 1):
                put(store, keep.name, record(offset, f"k{offset}", b"x" * 98), partition=partition)
        found = {p: [r.offset for r in records] for p, records in store.seeds(keep, NOW)}
        assert found == {0: [6, 8], 1: [4, 6, 8]}
        store.close()


def test_a_round_that_fails_leaves_nothing_behind(store: Store) -> None:
    put(store, EVENTS.name, record(0))
    bad = Slice(Place(STATE.name, 0), (record(0, "commit|0", b"{}"),), 1, 1)
    good = Slice(Place(EVENTS.name, 0), (record(1),), 2, 1)
    with pytest.raises(ValueError, match="checkpoint"):
        store.apply([good, bad], {Place(EVENTS.name, 0): 2})
    assert [r.offset for r in seeds(store, EVENTS.name)[0]] == [0]
    assert store.ends()[Place(EVENTS.name, 0)] == 1


def test_a_record_read_twice_is_kept_once(store: Store) -> None:
    put(store, EVENTS.name, record(0), record(1))
    put(store, EVENTS.name, record(1), record(2))
    assert [r.offset for r in seeds(store, EVENTS.name)[0]] == [0, 1, 2]


def test_a_file_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match="restore it or move it away"):
        Store(tmp_path)


def test_a_file_of_a_later_version_is_refused(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / NAME) as database:
        database.execute("PRAGMA user_version = 2")
    with pytest.raises(StoreError, match="version 2"):
        Store(tmp_path)


def test_it_is_durable_against_a_loss_of_power(store: Store) -> None:
    full = 2
    assert store._db.execute("PRAGMA synchronous").fetchone() == (full,)
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_bounds_leave_half_of_the_broker_to_what_is_new() -> None:
    assert sum(keep.seed_bytes or 0 for keep in KEEPS) <= 256 * MB
