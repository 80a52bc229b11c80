"""An estate's log out of the keeper's file, since the embedded broker forgets."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from deploy.embedded.store import NAME
from processors.afterwards.logs import Span, all_events, hear_all, hearers
from processors.core.afterwards import Hearings
from schemas.events import Event
from schemas.topics import ALERTS, EVENTS, Topic


def kept_in(folder: Path) -> bool:
    """Whether a keeper has its file there."""
    return (folder / NAME).is_file()


class KeeperLogs:
    """Reads beside the keeper, never in its way: the file has a write-ahead log."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where the keeper's file stands."""
        self._file = folder / NAME

    async def read(self, span: Span, hearings: Hearings) -> None:
        """See Logs. Raises OSError where the file cannot be read."""
        await asyncio.to_thread(self._read, span, hearings)

    async def told(self, span: Span, alerts: set[str]) -> set[str]:
        """See Logs. Raises OSError where the file cannot be read."""
        return await asyncio.to_thread(self._told, span, alerts)

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

    def _read(self, span: Span, hearings: Hearings) -> None:
        with self._open() as db:
            for topic, since, hear in hearers(span, hearings):
                hear_all(_kept(db, topic, span), span.estate, since, hear)

    def _told(self, span: Span, alerts: set[str]) -> set[str]:
        question = f'SELECT 1 FROM "{ALERTS.name}" WHERE partition=? AND key=?'
        with self._open() as db:
            return {
                name for name in alerts
                if db.execute(question, (span.partition, name.encode())).fetchone()
            }  # fmt: skip


PAGE = 64
"""Rows read at a time. No question stands open while they are told: that would hold up the
keeper's checkpoints, and its write-ahead log would grow.
"""


def _kept(db: sqlite3.Connection, topic: Topic, span: Span) -> Iterator[bytes | None]:
    """What is kept of the estate, page by page from the first offset on."""
    after = -1
    while rows := db.execute(
        f'SELECT offset, value FROM "{topic.name}" WHERE partition=? AND key=? AND offset>? '
        f"ORDER BY offset LIMIT {PAGE}",
        (span.partition, span.estate.encode(), after),
    ).fetchall():
        after = rows[-1][0]
        yield from (value for _, value in rows)
