"""Opens the console's database and brings its tables to this version."""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

MIGRATIONS = Path(__file__).parent / "migrations"
POSTGRESQL = "postgresql+pg8000"
"""The driver for a URL that names none: pure Python, so no client library need be there."""
T = TypeVar("T")
IN_ONE_QUERY = 500
_PRAGMAS = (
    "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000",
    "secure_delete=ON",
)  # fmt: skip

_SHARED: ContextVar[Connection | None] = ContextVar("shared", default=None)


class DatabaseFault(RuntimeError):
    """The database cannot be used; one line says why and how to mend it."""


def open_database(url: str) -> Engine:
    """An engine on the database, migrated. Raises DatabaseFault.

    SQLite writes ahead: readers do not wait for the writer, and a process killed at any moment
    leaves whole transactions. Positions stand in the same transactions as what was read up to them.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername=POSTGRESQL)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            _make_private(Path(parsed.database))
        # A server's connection may have been cut; a file's has not.
        is_file = parsed.get_backend_name() == "sqlite"
        engine = create_engine(parsed, pool_pre_ping=not is_file)
    except (ArgumentError, ImportError, OSError) as error:
        raise DatabaseFault(f"database {url!r}: {error}; mend SC_DATABASE_URL") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
    migrate(engine)
    return engine


def in_parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids, so many at a time as one question to any database may name."""
    return (ids[at : at + IN_ONE_QUERY] for at in range(0, len(ids), IN_ONE_QUERY))


async def looked_up(engine: Engine, read: Callable[[], T]) -> T:
    """What a read of a few rows by their keys finds.

    In a file of this machine it takes a tenth of a millisecond, and readers wait for no writer:
    that is less than another thread's turn would take. A server is far away.
    """
    return read() if is_at_hand(engine) else await asyncio.to_thread(read)


def is_at_hand(engine: Engine) -> bool:
    """Whether the database is a file of this machine."""
    return engine.dialect.name == "sqlite"


def _make_private(file: Path) -> None:
    """Makes the file, for its owner alone: people's comings and goings stand in it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))


def migrate(engine: Engine) -> None:
    """Brings the tables to this version of the program."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads before it writes.

    SQLite must be told so from the start: it would take the lock at the first write, and what was
    read before that could have changed. Inside of `sharing` it is a part of that transaction, which
    alone is undone where it fails.
    """
    if (shared := _shared(engine)) is not None:
        with shared.begin_nested():
            yield shared
        return
    with engine.begin() as tx:
        if engine.dialect.name == "sqlite":
            tx.exec_driver_sql("BEGIN IMMEDIATE")
        yield tx


@contextmanager
def sharing(engine: Engine) -> Iterator[Connection]:
    """A transaction that all `writing` and `reading` in it is a part of: all of it, or nothing."""
    with writing(engine) as tx:
        token = _SHARED.set(tx)
        try:
            yield tx
        finally:
            _SHARED.reset(token)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read by; inside of `sharing` its own, which sees what it has written."""
    if (shared := _shared(engine)) is not None:
        yield shared
        return
    with engine.connect() as connection:
        yield connection


def _shared(engine: Engine) -> Connection | None:
    shared = _SHARED.get()
    return shared if shared is not None and shared.engine is engine else None


def insert_new(tx: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> int:
    """Insert what is not there yet; how many rows were new."""
    is_postgresql = tx.dialect.name == "postgresql"
    insert = postgresql.insert(table) if is_postgresql else sqlite.insert(table)
    return sum(tx.execute(insert.on_conflict_do_nothing(), row).rowcount for row in rows)


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, and sees the database as it was at one moment."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
        return
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        yield connection
