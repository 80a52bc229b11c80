"""The audit log in the database: written in the transaction of what it tells, never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.audit.chain import Check, Head, Link, Said, Signed, linked
from console.audit.tables import AUDIT, AUDIT_HEAD
from console.database import snapshot, writing

ONLY = 1
PAGE = 5000
_COLUMNS = tuple(Link.__dataclass_fields__)


def hold(tx: Connection) -> None:
    """Let nobody else write until the transaction ends: what is read from now on stays so."""
    tx.execute(sa.select(AUDIT_HEAD).with_for_update()).one()


def append(tx: Connection, signed: Signed, said: Iterable[Said]) -> None:
    """Write entries down, in a transaction of `writing`.

    Nobody else writes until that transaction ends, so whoever appends first in it has the order of
    the log for all that the transaction does.
    """
    head = _head(tx.execute(sa.select(AUDIT_HEAD).with_for_update()).one())
    links = linked(head, signed, said)
    if links:
        tx.execute(AUDIT.insert(), [asdict(link) for link in links])
        newest = {"sequence": links[-1].sequence, "hash": links[-1].hash}
        tx.execute(AUDIT_HEAD.update().values(newest))


def acts_since(tx: Connection, who: str, act: str, since: int) -> int:
    """How often somebody did something from an instant (ms) on."""
    mine = (AUDIT.c.who == who, AUDIT.c.act == act, AUDIT.c.at >= since)
    return tx.scalar(sa.select(sa.func.count()).select_from(AUDIT).where(*mine)) or 0


def head_of(engine: Engine) -> Head:
    """The log's last entry."""
    with engine.connect() as connection:
        return _head(connection.execute(sa.select(AUDIT_HEAD)).one())


def verify(engine: Engine, noted: Iterable[str] = ()) -> tuple[Head, str | None]:
    """Goes along the whole log: its head, and the first fault, None where it holds."""
    with snapshot(engine) as tx:
        check = Check(_head(tx.execute(sa.select(AUDIT_HEAD)).one()), frozenset(noted))
        after = 0
        while page := _page(tx, after):
            for link in page:
                check.take(link)
            after = page[-1].sequence
    return check.head, check.end()


def newest(engine: Engine, limit: int, target: str | None = None) -> list[Link]:
    """The last entries, newest first; of one target or of all."""
    query = sa.select(*(AUDIT.c[name] for name in _COLUMNS)).order_by(AUDIT.c.sequence.desc())
    if target is not None:
        query = query.where(AUDIT.c.target == target)
    with engine.connect() as connection:
        return [Link(*row) for row in connection.execute(query.limit(limit))]


def forget(engine: Engine, before: int) -> int:
    """Let go of entries from before an instant (ms); how many. The chain begins behind them."""
    with writing(engine) as tx:
        head = _head(tx.execute(sa.select(AUDIT_HEAD).with_for_update()).one())
        young = sa.select(sa.func.min(AUDIT.c.sequence)).where(AUDIT.c.at >= before)
        last = (tx.scalar(young) or head.sequence + 1) - 1
        if last <= head.base_sequence:
            return 0
        hash_of = tx.scalar(sa.select(AUDIT.c.hash).where(AUDIT.c.sequence == last))
        tx.execute(AUDIT_HEAD.update().values(base_sequence=last, base_hash=hash_of))
        tx.execute(AUDIT.delete().where(AUDIT.c.sequence <= last))
        return last - head.base_sequence


def _page(tx: Connection, after: int) -> Sequence[Link]:
    query = sa.select(*(AUDIT.c[name] for name in _COLUMNS)).where(AUDIT.c.sequence > after)
    return [Link(*row) for row in tx.execute(query.order_by(AUDIT.c.sequence).limit(PAGE))]


def _head(row: sa.Row[tuple[object, ...]]) -> Head:
    found = row._mapping
    return Head(**{name: found[name] for name in Head.__dataclass_fields__})


def first_head() -> dict[str, object]:
    """The row that a new log begins with."""
    return {"id": ONLY, **dict(zip(Head.__dataclass_fields__, astuple(Head()), strict=True))}
