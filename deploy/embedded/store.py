"""The keeper's SQLite file: what outlives the broker.

One transaction takes in what one round of reading found, with the next offset of each partition,
so that after a crash the file is the log up to some point of every partition and nothing between.
`synchronous=FULL` with a write-ahead log: when `apply` returns, a kill of every process and a loss
of power lose none of it (on macOS `fullfsync` is on, without which a flush ends in the drive).
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.embedded.keep import KEEPS, MB, Keep, released
from deploy.embedded.rawlog import Headers, Place, Record, Slice

SCHEMA_VERSION = 1
NAME = "keeper.db"
PRUNE_ROWS = 2_000
PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "fullfsync=ON", f"journal_size_limit={64 * MB}",
    "secure_delete=ON",
)  # fmt: skip
COLUMNS = "partition, offset, timestamp, key, value, headers"


class StoreError(RuntimeError):
    """The file cannot be used; the message says how to mend it."""


class Store:
    """The kept log. Used from one thread at a time."""

    def __init__(self, folder: Path, keeps: Iterable[Keep] = KEEPS) -> None:
        """Open `folder`/keeper.db, made if it is missing. Raises StoreError."""
        self.keeps = {keep.name: keep for keep in keeps}
        self.path = folder / NAME
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path}: {error}; restore it or move it away") from error
        self._bytes = {keep.name: self._size_of(keep) for keep in self.keeps.values()}

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _prepare(self) -> None:
        for pragma in PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, SCHEMA_VERSION):
            raise StoreError(f"{self.path} is of version {version}; this program reads version 1")
        with self._transaction():
            for statement in _schema(self.keeps.values()):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def ends(self) -> dict[Place, int]:
        """One above the last offset ever stored, by partition."""
        rows = self._db.execute("SELECT topic, partition, next FROM position")
        return {Place(topic, partition): offset for topic, partition, offset in rows}

    def commits(self) -> dict[str, dict[Place, int]]:
        """The consumer groups' offsets: what each has finished with, as far as it is stored."""
        groups = {keep.name: keep.group for keep in self.keeps.values() if keep.group}
        found: dict[str, dict[Place, int]] = {}
        for topic, partition, offset in self._db.execute("SELECT * FROM released"):
            found.setdefault(groups[topic], {})[Place(topic, partition)] = offset
        return found

    def apply(self, slices: Iterable[Slice], ends: Mapping[Place, int]) -> None:
        """Take in what was read, and that each partition is now stored up to `ends`; durable."""
        with self._transaction():
            for item in slices:
                self._take(self.keeps[item.place.topic], item)
            self._db.executemany(
                "INSERT OR REPLACE INTO position VALUES (?, ?, ?)",
                [(place.topic, place.partition, end) for place, end in ends.items()],
            )

    def release(self, offsets: Mapping[Place, int]) -> None:
        """Take in that what lies below these offsets is finished with."""
        with self._transaction():
            self._release((p.topic, p.partition, offset) for p, offset in offsets.items())

    def _take(self, keep: Keep, item: Slice) -> None:
        rows = [_row(item.place.partition, record) for record in item.records]
        if not keep.latest:
            insert = f'INSERT OR IGNORE INTO "{keep.name}" VALUES (NULL,{_MARKS})'
            self._db.executemany(insert, rows)
            self._bytes[keep.name] += sum(record.size for record in item.records)
            return
        # Within one round only a key's last value counts.
        last = {(row[0], row[3]): row for row in rows}
        self._db.executemany(
            f'INSERT OR REPLACE INTO "{keep.name}" VALUES ({_MARKS})',
            [row for row in last.values() if row[4] is not None],
        )
        self._db.executemany(
            f'DELETE FROM "{keep.name}" WHERE partition=? AND key=?',
            [(row[0], row[3]) for row in last.values() if row[4] is None],
        )
        events = next((other.name for other in self.keeps.values() if other.checkpoints), None)
        found = [mark for record in item.records if (mark := released(record)) is not None]
        if events is not None and found:
            self._release((events, partition, offset) for partition, offset in found)

    def _release(self, rows: Iterable[tuple[str, int, int]]) -> None:
        self._db.executemany(
            "INSERT INTO released VALUES (?, ?, ?) ON CONFLICT (topic, partition) "
            "DO UPDATE SET offset = max(offset, excluded.offset)",
            rows,
        )

    def prune(self, now_ms: int) -> int:
        """Drop what is too old or too much, a bounded number of rows at a time; answers how many.

        What the processors have not finished with is never dropped.
        """
        dropped = 0
        with self._transaction():
            for keep in self.keeps.values():
                if not keep.latest:
                    dropped += self._prune(keep, now_ms)
        return dropped

    def _prune(self, keep: Keep, now_ms: int) -> int:
        oldest = now_ms - (keep.topic.retention_ms or now_ms)
        gone = []
        for row, timestamp, size, done in self._oldest(keep):
            too_much = keep.disk_bytes is not None and self._bytes[keep.name] > keep.disk_bytes
            if not (too_much or timestamp < oldest or (done and not keep.checkpoints)):
                break
            gone.append((row,))
            self._bytes[keep.name] -= size
        self._db.executemany(f'DELETE FROM "{keep.name}" WHERE id=?', gone)
        return len(gone)

    def _oldest(self, keep: Keep) -> list[tuple[int, int, int, int]]:
        """The first rows that may go: id, timestamp, size, and whether all are done with it."""
        done = (
            "offset < coalesce((SELECT r.offset FROM released r "
            "WHERE r.topic=? AND r.partition=t.partition), 0)"
        )
        where = f"WHERE {done}" if keep.checkpoints else ""
        rows = self._db.execute(
            f'SELECT id, timestamp, size, {done} FROM "{keep.name}" t {where} '
            f"ORDER BY id LIMIT {PRUNE_ROWS}",
            (keep.name,) * (2 if where else 1),
        )
        return rows.fetchall()

    def seeds(self, keep: Keep, now_ms: int) -> Iterator[tuple[int, Iterator[Record]]]:
        """What a fresh broker is given of a topic: by partition, in offset order."""
        first = self._newest(keep)
        for partition in sorted(p.partition for p in self.ends() if p.topic == keep.name):
            offset = 0 if first is None else first.get(partition)
            if offset is not None:
                yield partition, self._seeds(keep, partition, offset, now_ms)

    def _seeds(self, keep: Keep, partition: int, first: int, now_ms: int) -> Iterator[Record]:
        unfinished = keep.group is not None
        start = max(first, self._released(keep.name, partition) if unfinished else 0)
        oldest = 0
        if keep.topic.retention_ms is not None and not keep.group:
            oldest = now_ms - keep.topic.retention_ms
        rows = self._db.execute(
            f'SELECT {COLUMNS} FROM "{keep.name}" '
            "WHERE partition=? AND offset>=? AND timestamp>=? ORDER BY offset",
            (partition, start, oldest),
        )
        for _, offset, timestamp, key, value, headers in rows:
            yield Record(offset, timestamp, key, value, _headers(headers))

    def _released(self, topic: str, partition: int) -> int:
        row = self._db.execute(
            "SELECT offset FROM released WHERE topic=? AND partition=?", (topic, partition)
        ).fetchone()
        return int(row[0]) if row else 0

    def _newest(self, keep: Keep) -> dict[int, int] | None:
        """The first offset by partition so that no more than `seed_bytes` is laid; None: all."""
        if keep.seed_bytes is None or self._size_of(keep) <= keep.seed_bytes:
            return None
        left = keep.seed_bytes
        first: dict[int, int] = {}
        for partition, offset, size in self._db.execute(
            f'SELECT partition, offset, size FROM "{keep.name}" ORDER BY rowid DESC'
        ):
            left -= size
            if left < 0:
                break
            first[partition] = offset
        return first

    def _size_of(self, keep: Keep) -> int:
        row = self._db.execute(f'SELECT coalesce(sum(size), 0) FROM "{keep.name}"').fetchone()
        return int(row[0])


_MARKS = "?,?,?,?,?,?,?"


def _schema(keeps: Iterable[Keep]) -> Iterator[str]:
    for table, offset in (("position", "next"), ("released", "offset")):
        yield (
            f"CREATE TABLE IF NOT EXISTS {table} (topic TEXT, partition INTEGER, "
            f"{offset} INTEGER, PRIMARY KEY (topic, partition))"
        )
    columns = (
        "partition INTEGER, offset INTEGER, timestamp INTEGER, key BLOB, value BLOB, "
        "headers BLOB, size INTEGER"
    )
    for keep in keeps:
        unique = "partition, key" if keep.latest else "partition, offset"
        number = "" if keep.latest else "id INTEGER PRIMARY KEY, "
        yield f'CREATE TABLE IF NOT EXISTS "{keep.name}" ({number}{columns}, UNIQUE ({unique}))'
        if keep.latest:
            yield (
                f'CREATE INDEX IF NOT EXISTS "{keep.name}_offset" '
                f'ON "{keep.name}" (partition, offset)'
            )


def _row(partition: int, record: Record) -> tuple[Any, ...]:
    packed = _pack(record.headers)
    key = record.key
    return (partition, record.offset, record.timestamp, key, record.value, packed, record.size)


def _pack(headers: Headers) -> bytes | None:
    parts = [part for name, value in headers for part in (name.encode().hex(), value.hex())]
    return "\n".join(parts).encode() or None


def _headers(packed: bytes | None) -> Headers:
    if not packed:
        return ()
    parts = [bytes.fromhex(part) for part in packed.decode().split("\n")]
    return tuple(
        (name.decode(), value) for name, value in zip(parts[::2], parts[1::2], strict=True)
    )
