"""Points in an SQLite file, for an installation that has no InfluxDB yet.

The same point lands on itself here too. Points older than the raw bucket's period are deleted.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import orjson

from processors.shell.series_store import SeriesAway
from schemas.measurements import Point

KEPT_NS = 30 * 86_400 * 10**9
SCHEMA = """
create table if not exists points (
  measurement text not null, tags text not null, time_ns integer not null, fields text not null,
  primary key (measurement, tags, time_ns)
) without rowid
"""


class PointsFile:
    """Points in `points.db` of a folder."""

    def __init__(self, folder: Path) -> None:
        """Opens the file, making it if needed."""
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "points.db")
        self._db.execute("pragma journal_mode=wal")
        self._db.execute(SCHEMA)

    async def write(self, points: Sequence[Point]) -> None:
        """Write all of them in one transaction. Raises SeriesAway if the disk refuses."""
        rows = [(p.measurement, _text(p.tags), p.time_ns, _text(p.fields)) for p in points]
        newest = max((point.time_ns for point in points), default=0)
        try:
            with self._db:
                self._db.executemany("insert or replace into points values (?, ?, ?, ?)", rows)
                self._db.execute("delete from points where time_ns < ?", (newest - KEPT_NS,))
        except sqlite3.OperationalError as error:
            raise SeriesAway(str(error)) from error

    async def close(self) -> None:
        """Close the file."""
        self._db.close()


def _text(plain: dict[str, str] | dict[str, int | float | str | bool]) -> str:
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()
