"""The outbox in the database: notes are put there in the transaction of the change they tell of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.database import writing
from console.outbox.notes import Note, Waiting, body_text, stamps
from console.outbox.tables import OUTBOX, OUTBOX_ESTATES
from console.tables import VIEWS
from schemas.topics import EVENTS

BATCH = 1000
_INPUT = "input/"


@dataclass(frozen=True, slots=True)
class Estate:
    """An estate that the outbox writes to, and where its last record stands in the log."""

    id: str
    stamped_at: int
    announced_at: int | None
    partition: int | None
    offset: int | None


def enqueue(tx: Connection, notes: Iterable[Note], at: int) -> None:
    """Put notes into the outbox, in the order in which they are to be written."""
    rows = [
        {
            "id": note.id, "estate": note.estate, "key": note.key, "type": note.type,
            "subject": note.subject, "body": body_text(note.body), "enqueued_at": at,
        }
        for note in notes
    ]  # fmt: skip
    if rows:
        tx.execute(OUTBOX.insert(), rows)


def know_estates(tx: Connection, found: Iterable[str], at: int) -> list[str]:
    """Remember estates; those that were not known before. Their logs hold nothing of ours yet."""
    known = set(tx.scalars(sa.select(OUTBOX_ESTATES.c.estate)))
    new = sorted(set(found) - known)
    rows = [{"estate": name, "known_at": at, "stamped_at": 0, "announced_at": at} for name in new]
    if rows:
        tx.execute(OUTBOX_ESTATES.insert(), rows)
    return new


def told_estates(tx: Connection) -> list[str]:
    """The estates that the outbox writes to."""
    return sorted(tx.scalars(sa.select(OUTBOX_ESTATES.c.estate)))


def heard_estates(tx: Connection) -> list[str]:
    """The estates whose clock was ever heard."""
    heard = tx.scalars(sa.select(VIEWS.c.key).where(VIEWS.c.key.startswith(_INPUT)))
    return sorted(key.removeprefix(_INPUT) for key in heard)


def _written_to(tx: Connection) -> set[str]:
    """The estates that something waits for."""
    waiting = sa.select(OUTBOX.c.estate).where(OUTBOX.c.sent_at.is_(None)).distinct()
    return set(tx.scalars(waiting))


def announce_again(tx: Connection, estates: Iterable[str] | None = None) -> int:
    """Have all that stands be written once more, for some estates or for all; how many."""
    change = OUTBOX_ESTATES.update().values(announced_at=None)
    if estates is not None:
        change = change.where(OUTBOX_ESTATES.c.estate.in_(list(estates)))
    return tx.execute(change).rowcount


class OutboxStore:
    """What the sender asks of the database and tells it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def in_doubt(self) -> list[Waiting]:
        """What was tried and never confirmed: it may stand in the log or not."""
        return self._waiting(OUTBOX.c.stamped_at.is_not(None))

    def stamp(self, now: Mapping[str, int], wall: int) -> list[Waiting]:
        """Give the next notes their times, and remember them before anything is sent.

        `now` is where each estate's clock stands, `wall` our own (ms); an estate without a clock
        goes by ours.
        """
        with writing(self._engine) as tx:
            told = OUTBOX.c.estate.in_(sa.select(OUTBOX_ESTATES.c.estate))
            waiting = self._waiting(sa.and_(OUTBOX.c.stamped_at.is_(None), told), tx)
            known = {row.estate: row.stamped_at for row in tx.execute(sa.select(OUTBOX_ESTATES))}
            stamped = [
                one
                for estate, some in by_estate(waiting)
                for one in _stamped(some, now.get(estate, wall), known.get(estate, 0), wall)
            ]
            self._keep_stamps(tx, stamped)
        return sorted(stamped, key=lambda one: one.sequence)

    @staticmethod
    def _keep_stamps(tx: Connection, stamped: Sequence[Waiting]) -> None:
        if not stamped:
            return
        one = OUTBOX.c.sequence == sa.bindparam("number")
        change = OUTBOX.update().where(one)
        change = change.values(stamped_at=sa.bindparam("stamp"), tried_at=sa.bindparam("tried"))
        rows = [{"number": w.sequence, "stamp": w.stamped_at, "tried": w.tried_at} for w in stamped]
        tx.execute(change, rows)
        for estate, some in by_estate(stamped):
            last = max(w.stamped_at or 0 for w in some)
            keep_stamp(tx, estate, last)

    def unstamp(self, doubtful: Sequence[Waiting]) -> None:
        """What stands not in the log is written with a new time."""
        self._update(doubtful, {"stamped_at": None, "tried_at": None})

    def sent(self, waiting: Sequence[Waiting], at: int) -> None:
        """What stands in the log for good."""
        self._update(waiting, {"sent_at": at})

    def _update(self, waiting: Sequence[Waiting], values: dict[str, int | None]) -> None:
        if not waiting:
            return
        change = OUTBOX.update().where(OUTBOX.c.sequence == sa.bindparam("number")).values(values)
        with writing(self._engine) as tx:
            tx.execute(change, [{"number": one.sequence} for one in waiting])

    def _waiting(
        self, which: sa.ColumnElement[bool], tx: Connection | None = None
    ) -> list[Waiting]:
        query = sa.select(OUTBOX).where(OUTBOX.c.sent_at.is_(None), which)
        query = query.order_by(OUTBOX.c.sequence).limit(BATCH)
        if tx is not None:
            return [_waiting(row) for row in tx.execute(query)]
        with self._engine.connect() as connection:
            return [_waiting(row) for row in connection.execute(query)]

    def unknown(self) -> list[str]:
        """The estates that are heard or to be written to, and never were."""
        with self._engine.connect() as connection:
            found = _written_to(connection) | set(heard_estates(connection))
            return sorted(found - set(told_estates(connection)))

    def estates(self) -> list[Estate]:
        """The estates that the outbox writes to."""
        columns = [OUTBOX_ESTATES.c[name] for name in (
            "estate", "stamped_at", "announced_at", "partition", "offset")]  # fmt: skip
        with self._engine.connect() as connection:
            return [Estate(*row) for row in connection.execute(sa.select(*columns))]

    def keep_places(self, places: Mapping[str, tuple[int, int]]) -> None:
        """Where the last record of each estate stands: partition and offset."""
        with writing(self._engine) as tx:
            for estate, (partition, offset) in places.items():
                mine = OUTBOX_ESTATES.c.estate == estate
                place = {"partition": partition, "offset": offset}
                tx.execute(OUTBOX_ESTATES.update().where(mine).values(place))

    def waiting_count(self) -> int:
        """How many notes are not known to stand in the log."""
        return waiting_count(self._engine)

    def trim(self, now: int) -> None:
        """Forget what the log itself no longer holds."""
        old = OUTBOX.c.sent_at < now - (EVENTS.retention_ms or 0)
        with writing(self._engine) as tx:
            tx.execute(OUTBOX.delete().where(old))


def keep_stamp(tx: Connection, estate: str, stamp: int, announced_at: int | None = None) -> None:
    """Remember the newest time written for an estate, and when all was announced to it."""
    values = {"stamped_at": stamp}
    if announced_at is not None:
        values["announced_at"] = announced_at
    tx.execute(OUTBOX_ESTATES.update().where(OUTBOX_ESTATES.c.estate == estate).values(values))


def waiting_count(engine: Engine) -> int:
    """How many notes are not known to stand in the log."""
    with engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(OUTBOX).where(OUTBOX.c.sent_at.is_(None))
        return connection.scalar(query) or 0


def by_estate(waiting: Iterable[Waiting]) -> Iterator[tuple[str, list[Waiting]]]:
    """Notes by the estate they go to, each estate's in order."""
    in_order = sorted(waiting, key=lambda one: (one.note.estate, one.sequence))
    for estate, some in groupby(in_order, key=lambda one: one.note.estate):
        yield estate, list(some)


def _stamped(waiting: Sequence[Waiting], now: int, last: int, wall: int) -> list[Waiting]:
    given = stamps((one.note.key for one in waiting), now, last)
    return [
        Waiting(one.sequence, one.note, stamp, wall)
        for one, stamp in zip(waiting, given, strict=True)
    ]


def _waiting(row: sa.Row[tuple[object, ...]]) -> Waiting:
    found = row._mapping
    note = Note(
        found["id"], found["estate"], found["key"], found["type"], found["subject"],
        orjson.loads(found["body"]),
    )  # fmt: skip
    return Waiting(found["sequence"], note, found["stamped_at"], found["tried_at"])
