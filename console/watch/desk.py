"""Where watch entries are proposed, approved by a second person, and ended.

    proposed --approve--> in force --end--> ended
    proposed --end--> ended, and no log ever knew of it

An entry is never changed: who needs another one ends this and proposes anew.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.database import reading, writing
from console.outbox.store import enqueue
from console.register.kinds import Row
from console.register.planning import Conflict, Refused
from console.register.shelf import Version, as_row
from console.register.tables import HISTORY
from console.register.vault import Vault
from console.watch.bearers import Areas, fault_of
from console.watch.entries import WatchProposal, is_same_person, watch_row
from console.watch.sight import KIND
from console.watch.tables import WATCH_ENTRIES
from console.watch.telling import estates_of, notes_of


@dataclass(frozen=True, slots=True)
class WatchWanted:
    """Which entries: of an estate (and the city), of a case, in force at an instant (ms).

    `bounds`: what holds for the rows that whoever asks may see (`sight`).
    """

    estate: str | None = None
    case_number: str | None = None
    standing_at: int | None = None
    bounds: Sequence[sa.ColumnElement[bool]] = ()


def state_of(row: Row, at: int) -> str:
    """`proposed`, `in_force`, `over` or `ended` at an instant (ms)."""
    if row["ended_at"] is not None:
        return "ended"
    if row["valid_to"] <= at:
        return "over"
    return "proposed" if row["approved_at"] is None else "in_force"


class WatchDesk:
    """The watch entries of one database."""

    def __init__(
        self, engine: Engine, vault: Vault, areas: Callable[[str], Areas | None] = lambda _: None
    ) -> None:
        """`vault` holds the key that clear values are sealed with.

        `areas` tells which areas an estate lies in; None where nobody has told.
        """
        self._engine, self._vault, self._areas = engine, vault, areas

    def propose(self, told: WatchProposal, signed: Signed) -> Row:
        """A new entry, not in force yet. Raises Refused, Conflict, NoKey."""
        try:
            row = watch_row(told, self._vault.keys(), signed.at)
        except ValueError as error:
            raise Refused(str(error)) from error
        with writing(self._engine) as tx:
            hold(tx)
            self._refuse_unborne(tx, told.roles, told.estate)
            self._refuse_double(tx, row, signed.at)
            _said(tx, "proposed", row, signed)
            tx.execute(WATCH_ENTRIES.insert().values(row))
        return row

    def _refuse_unborne(self, tx: Connection, roles: Iterable[str], estate: str | None) -> None:
        """Hits go to names that somebody there bears: asked when proposed, and when approved."""
        areas = None if estate is None else self._areas(estate)
        if fault := fault_of(tx, roles, areas):
            raise Refused(fault)

    @staticmethod
    def _refuse_double(tx: Connection, row: Row, at: int) -> None:
        same = [WATCH_ENTRIES.c[name] == row[name] for name in ("looks_for", "ref", "case_number")]
        alive = (WATCH_ENTRIES.c.ended_at.is_(None), WATCH_ENTRIES.c.valid_to > at)
        found = tx.scalar(sa.select(WATCH_ENTRIES.c.id).where(*same, *alive))
        if found is not None:
            raise Conflict(f"entry {found} of this case looks for it already")

    def approve(self, name: str, approver: str, signed: Signed, version: int | None = None) -> Row:
        """The second person puts an entry in force. Raises Refused, Conflict, KeyError, NoKey."""
        with writing(self._engine) as tx:
            hold(tx)
            row = self._found(tx, name, version)
            _refuse_approval(row, approver, signed.at)
            self._refuse_unborne(tx, orjson.loads(row["roles"]), row["estate"])
            if is_same_person(self._proposer(tx, name), signed.who):
                raise Refused("whoever entered the proposal cannot approve it; another must")
            row |= {"approver": approver, "approved_at": signed.at}
            self._change(tx, row, "approved", signed)
            notes = notes_of(row, "set", estates_of(tx, row), self._vault.keys())
            enqueue(tx, notes, signed.at)
        return row

    def end(self, name: str, signed: Signed, version: int | None = None) -> Row:
        """An entry ends, approved or not; one that has ended stays so. Raises as `approve`."""
        with writing(self._engine) as tx:
            hold(tx)
            row = self._found(tx, name, version)
            if row["ended_at"] is None:
                row["ended_at"] = signed.at
                self._change(tx, row, "ended", signed)
                if row["approved_at"] is not None:
                    notes = notes_of(row, "ended", estates_of(tx, row), self._vault.keys())
                    enqueue(tx, notes, signed.at)
        return row

    @staticmethod
    def _found(tx: Connection, name: str, version: int | None) -> dict[str, Any]:
        query = sa.select(WATCH_ENTRIES).where(WATCH_ENTRIES.c.id == name)
        found = tx.execute(query).one_or_none()
        if found is None:
            raise KeyError(name)
        if version is not None and version != found.version:
            is_now = f"it has version {found.version} by now, not {version}"
            raise Conflict(f"{is_now}; look at it again")
        return as_row(found)

    @staticmethod
    def _proposer(tx: Connection, name: str) -> str:
        """Who entered an entry, whatever owner it names."""
        first = (HISTORY.c.kind == KIND, HISTORY.c.entry == name, HISTORY.c.version == 1)
        return str(tx.scalars(sa.select(HISTORY.c.who).where(*first)).one())

    @staticmethod
    def _change(tx: Connection, row: dict[str, Any], change: str, signed: Signed) -> None:
        row |= {"version": row["version"] + 1, "changed_at": signed.at}
        _said(tx, change, row, signed)
        tx.execute(WATCH_ENTRIES.update().where(WATCH_ENTRIES.c.id == row["id"]).values(row))

    def listed(self, wanted: WatchWanted, limit: int, after: str | None = None) -> list[Row]:
        """At most `limit` entries in the order of their ids, beginning behind `after`."""
        columns = WATCH_ENTRIES.c
        query = sa.select(WATCH_ENTRIES).order_by(columns.id).limit(limit).where(*wanted.bounds)
        if wanted.estate is not None:
            query = query.where(sa.or_(columns.estate == wanted.estate, columns.estate.is_(None)))
        if wanted.case_number is not None:
            query = query.where(columns.case_number == wanted.case_number)
        if wanted.standing_at is not None:
            query = query.where(columns.ended_at.is_(None), columns.valid_to > wanted.standing_at)
        if after is not None:
            query = query.where(columns.id > after)
        with reading(self._engine) as connection:
            return [as_row(row) for row in connection.execute(query)]

    def entry(self, name: str, bounds: Sequence[sa.ColumnElement[bool]] = ()) -> Row:
        """One entry, within the bounds of whoever asks. Raises KeyError."""
        query = sa.select(WATCH_ENTRIES).where(WATCH_ENTRIES.c.id == name, *bounds)
        with reading(self._engine) as connection:
            found = connection.execute(query).one_or_none()
        if found is None:
            raise KeyError(name)
        return as_row(found)

    def history(self, name: str) -> Sequence[Version]:
        """The versions of an entry, the oldest first."""
        mine = (HISTORY.c.kind == KIND, HISTORY.c.entry == name)
        columns = [HISTORY.c[field] for field in Version.__dataclass_fields__]
        query = sa.select(*columns).where(*mine).order_by(HISTORY.c.version)
        with reading(self._engine) as connection:
            return [Version(*row) for row in connection.execute(query)]


def _refuse_approval(row: Row, approver: str, at: int) -> None:
    state = state_of(row, at)
    if state != "proposed":
        raise Conflict(f"only a proposed entry can be approved, and this one is {state}")
    if not approver.strip() or is_same_person(row["owner"], approver):
        raise Refused("approver: the owner cannot approve it; a second person must")


def _said(tx: Connection, change: str, row: Row, signed: Signed) -> None:
    """The change in the audit log and in the history of the entry."""
    where = row["estate"] or "city"
    detail = f"case {row['case_number']}, {row['basis']}, {row['looks_for']}, {where}"
    append(tx, signed, [Said(f"{KIND}.{change}", f"{KIND}/{row['id']}", detail)])
    tx.execute(HISTORY.insert().values({
        "kind": KIND, "entry": row["id"], "version": row["version"], "change": change,
        "at": signed.at, "who": signed.who, "why": signed.why,
        "body": orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode(),
    }))  # fmt: skip
