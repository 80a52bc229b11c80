"""Entries that a request is about, and how one goes: ended by the register's way, then erased."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.cases.tables import ONCE
from console.database import writing
from console.privacy.tables import REQUESTS
from console.register.kinds import KINDS, Row
from console.register.office import RegisterOffice
from console.register.planning import Refused
from console.register.shelf import as_row
from console.register.tables import HISTORY

OF_PEOPLE = ("credentials", "permits", "passes", "aways", "consents")
ERASED = "erased"


class Entry(NamedTuple):
    """One entry of the register, by kind and id."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


def read_entry(text: str) -> Entry:
    """An entry from `KIND/ID`. Raises Refused."""
    kind, _, name = text.partition("/")
    if kind not in OF_PEOPLE or not name:
        raise Refused(f"entries: {text!r} is no entry; write KIND/ID")
    return Entry(kind, name)


def entries_of(tx: Connection, request: dict[str, Any] | Row) -> list[tuple[Entry, Row]]:
    """The entries of a request's home, of its card and of its plate, in the order of kinds."""
    return list(_entries(tx, request))


def _entries(tx: Connection, request: Row) -> Iterator[tuple[Entry, Row]]:
    for name in OF_PEOPLE:
        columns = KINDS[name].table.c
        wanted = []
        if request["dwelling"] and "dwelling" in columns:
            wanted.append(columns.dwelling == request["dwelling"])
        if "ref" in columns:
            refs = [ref for ref in (request["ref"], request["plate_ref"]) if ref]
            wanted.append(columns.ref.in_(refs))
        query = sa.select(KINDS[name].table).where(
            columns.estate == request["estate"], sa.or_(sa.false(), *wanted)
        )
        for row in tx.execute(query.order_by(columns.id)):
            yield Entry(name, row.id), as_row(row)


def end_and_erase(office: RegisterOffice, entry: Entry, signed: Signed) -> None:
    """End an entry, which its estate's log is told of, and erase it with its history at once.

    The note that it has ended waits in the outbox until the log has it: it names a pseudonym and
    nothing in clear. Done again after a crash in between, it does what is left. Raises KeyError.
    """
    kind = KINDS[entry.kind]
    office.desk.end(kind, entry.id, signed)
    with writing(office.engine) as tx:
        hold(tx)
        tx.execute(kind.table.delete().where(kind.table.c.id == entry.id))
        mine = (HISTORY.c.kind == entry.kind, HISTORY.c.entry == entry.id)
        tx.execute(HISTORY.delete().where(*mine))
        # An answer that would be given again to whoever repeats a request names it, too.
        tx.execute(ONCE.delete().where(ONCE.c.body.contains(entry.id, autoescape=True)))
        append(tx, signed, [Said(ERASED, str(entry), "on request")])


def forget_requests(tx: Connection, before: int, emptied: int) -> int:
    """Empty what was written in requests decided before `emptied` (ms), and let go of those
    decided before `before`; how many.
    """
    old = (REQUESTS.c.decided_at < emptied, REQUESTS.c.sealed != "{}")
    blank = {"sealed": "{}", "ref": None, "plate_ref": None, "dwelling": None}
    count = tx.execute(REQUESTS.update().where(*old).values(blank)).rowcount
    return count + tx.execute(REQUESTS.delete().where(REQUESTS.c.decided_at < before)).rowcount
