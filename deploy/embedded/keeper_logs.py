"""An estate's log out of the keeper's file, since the embedded broker forgets."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from deploy.embedded.store import NAME
from processors.afterwards.logs import all_events, events_of
from processors.core.afterwards import Log
from schemas.events import Event
from schemas.topics import ALERTS, EVENTS, LATE, Topic


def kept_in(folder: Path) -> bool:
    """Whether a keeper has its file there."""
    return (folder / NAME).is_file()


class KeeperLogs:
    """Reads beside the keeper, never in its way: the file has a write-ahead log."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where the keeper's file stands."""
        self._file = folder / NAME

    async def read(self, estate: str, partition: int, since: int) -> Log:
        """See Logs. Raises OSError where the file cannot be read."""
        return await asyncio.to_thread(self._read, estate, partition, since)

    async def everything(self, since: int) -> list[Event]:
        """See Logs. Raises OSError where the file cannot be read."""
        return await asyncio.to_thread(self._everything, since)

    def _everything(self, since: int) -> list[Event]:
        with self._open() as db:
            rows = db.execute(f'SELECT value FROM "{EVENTS.name}" ORDER BY id')
            return list(all_events((value for (value,) in rows), since))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(
                sqlite3.connect(f"{self._file.resolve().as_uri()}?mode=ro", uri=True)
            ) as db:
                yield db
        except sqlite3.Error as error:
            raise OSError(f"{self._file}: {error}") from error

    def _read(self, estate: str, partition: int, since: int) -> Log:
        with self._open() as db:
            events, late = (
                events_of([row[0] for row in _rows(db, topic, partition, estate)], estate, since)
                for topic in (EVENTS, LATE)
            )
            keys = db.execute(f'SELECT key FROM "{ALERTS.name}" WHERE partition=?', (partition,))
            return Log(events, late, {key.decode() for (key,) in keys})


def _rows(db: sqlite3.Connection, topic: Topic, partition: int, estate: str) -> sqlite3.Cursor:
    return db.execute(
        f'SELECT value FROM "{topic.name}" WHERE partition=? AND key=? ORDER BY offset',
        (partition, estate.encode()),
    )
