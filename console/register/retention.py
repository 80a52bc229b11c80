"""What is over is erased after its period: the entry, its history, and its notes in the outbox.

The audit log still says that there was something, by an id that says nothing.
"""

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Table

from console.audit.chain import Said, Signed
from console.audit.log import append, forget, hold
from console.database import in_parts, writing
from console.outbox.tables import OUTBOX
from console.register.kinds import KINDS
from console.register.tables import HISTORY
from console.watch.sight import KIND as WATCH
from console.watch.tables import WATCH_ENTRIES
from schemas.base import MS_PER_S

DAY_MS = 86_400 * MS_PER_S
WHO = "retention"


def erase(engine: Engine, at: int, register_days: int, audit_days: int) -> dict[str, int]:
    """Erase what ended more than so many days before an instant (ms); how much of each kind."""
    tables = {name: kind.table for name, kind in KINDS.items()} | {WATCH: WATCH_ENTRIES}
    before = at - register_days * DAY_MS
    counts: dict[str, int] = {}
    with writing(engine) as tx:
        hold(tx)
        for name, table in tables.items():
            ids = list(tx.scalars(sa.select(table.c.id).where(_is_over(table, before))))
            _erase(tx, name, table, ids)
            counts |= {name: len(ids)} if ids else {}
        signed = Signed(WHO, f"{register_days} days after their end", at)
        append(tx, signed, [Said("erased", name, str(n)) for name, n in counts.items()])
    gone = forget(engine, at - audit_days * DAY_MS)
    return counts | ({"audit": gone} if gone else {})


def _is_over(table: Table, before: int) -> sa.ColumnElement[bool]:
    return sa.or_(table.c.ended_at < before, table.c.valid_to < before)


def _erase(tx: Connection, name: str, table: Table, ids: list[str]) -> None:
    for some in in_parts(ids):
        tx.execute(table.delete().where(table.c.id.in_(some)))
        mine = (HISTORY.c.kind == name, HISTORY.c.entry.in_(some))
        tx.execute(HISTORY.delete().where(*mine))
        keys = [f"{name}/{one}" for one in some]
        done = (OUTBOX.c.key.in_(keys), OUTBOX.c.sent_at.is_not(None))
        tx.execute(OUTBOX.delete().where(*done))
