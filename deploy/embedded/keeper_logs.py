"""An estate's log out of the keeper's file, since the embedded broker forgets."""

import asyncio
import sqlite3
from pathlib import Path

from deploy.embedded.store import NAME
from processors.afterwards.logs import events_of
from processors.core.afterwards import Log
from schemas.topics import ALERTS, EVENTS, LATE, Topic


class KeeperLogs:
    """Reads beside the keeper, never in its way: the file has a write-ahead log."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where the keeper's file stands."""
        self._file = folder / NAME

    async def read(self, estate: str, partition: int, since: int) -> Log:
        """See Logs. Raises OSError where the file cannot be read."""
        return await asyncio.to_thread(self._read, estate, partition, since)

    def _read(self, estate: str, partition: int, since: int) -> Log:
        try:
            db = sqlite3.connect(f"{self._file.resolve().as_uri()}?mode=ro", uri=True)
        except sqlite3.Error as error:
            raise OSError(f"{self._file}: {error}") from error
        try:
            events, late = (
                events_of([row[0] for row in _rows(db, topic, partition, estate)], estate, since)
                for topic in (EVENTS, LATE)
            )
            keys = db.execute(f'SELECT key FROM "{ALERTS.name}" WHERE partition=?', (partition,))
            return Log(events, late, {key.decode() for (key,) in keys})
        except sqlite3.Error as error:
            raise OSError(f"{self._file}: {error}") from error
        finally:
            db.close()


def _rows(db: sqlite3.Connection, topic: Topic, partition: int, estate: str) -> sqlite3.Cursor:
    return db.execute(
        f'SELECT value FROM "{topic.name}" WHERE partition=? AND key=? ORDER BY offset',
        (partition, estate.encode()),
    )
