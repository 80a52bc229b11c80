"""Where the register is written: plan what entries would change, then change all of it or nothing.

A change, its history, its place in the audit log and its way into the log of the estate are one
transaction. Entering again what is there already changes nothing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Engine

from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.database import reading, writing
from console.outbox.store import enqueue
from console.register.entries import Entry
from console.register.kinds import Kind, Row
from console.register.planning import Conflict, Planned, plan
from console.register.sealing import row_of
from console.register.shelf import entry_of
from console.register.tables import HISTORY
from console.register.telling import notes_of, still_standing
from console.register.vault import Vault


class Desk:
    """Writes the register of one database."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        """`vault` holds the key that clear values are sealed with."""
        self._engine, self._vault = engine, vault

    def rows(self, kind: Kind, entries: Iterable[Entry]) -> list[dict[str, Any]]:
        """Entries as rows, sealed. Raises NoKey."""
        keys = self._vault.keys()
        return [row_of(kind, entry, keys) for entry in entries]

    def plan(
        self, kind: Kind, rows: Sequence[dict[str, Any]], at: int, *, revive: bool = False
    ) -> list[Planned]:
        """What entering rows would change now. Raises Refused."""
        with reading(self._engine) as connection:
            return plan(connection, kind, rows, at, revive=revive)

    def enter(
        self, kind: Kind, rows: Sequence[dict[str, Any]], signed: Signed, *, revive: bool = False
    ) -> list[Planned]:
        """Enter rows, all or none of them; what that changed. Raises Refused."""
        with writing(self._engine) as tx:
            hold(tx)
            planned = plan(tx, kind, rows, signed.at, revive=revive)
            write(tx, kind, planned, signed)
        return planned

    def set(self, kind: Kind, entry: Entry, signed: Signed, version: int | None = None) -> Planned:
        """Enter or change one entry. `version` is the one that was looked at; None for any.

        Raises Conflict if it has another by now, or was ended; NoKey.
        """
        (row,) = self.rows(kind, [entry])
        with writing(self._engine) as tx:
            hold(tx)
            (planned,) = plan(tx, kind, [row], signed.at)
            _check_version(planned.before, version)
            if planned.change == "left":
                raise Conflict("it was ended; enter it with `register import --revive`")
            write(tx, kind, [planned], signed)
        return planned

    def end(self, kind: Kind, name: str, signed: Signed, version: int | None = None) -> Planned:
        """End an entry; one that is ended already stays as it is. Raises Conflict, KeyError."""
        with writing(self._engine) as tx:
            hold(tx)
            before = entry_of(tx, kind, name)
            if before is None:
                raise KeyError(name)
            _check_version(before, version)
            if before["ended_at"] is not None:
                return Planned("same", dict(before), before)
            row = {column: before[column] for column in kind.columns}
            planned = Planned("ended", row | {"version": before["version"] + 1}, before)
            write(tx, kind, [planned], signed)
            enqueue(tx, still_standing(tx, kind, planned.row, signed.at), signed.at)
        return planned


def _check_version(before: Row | None, version: int | None) -> None:
    is_now = 0 if before is None else before["version"]
    if version is not None and version != is_now:
        raise Conflict(f"it has version {is_now} by now, not {version}; look at it again")


def write(tx: Connection, kind: Kind, planned: Sequence[Planned], signed: Signed) -> None:
    """Keep what was planned, in a transaction that holds the audit log."""
    changes = [one for one in planned if one.change not in ("same", "left")]
    said = [
        Said(f"{kind.name}.{one.change}", f"{kind.name}/{one.row['id']}", _digest(one))
        for one in changes
    ]
    append(tx, signed, said)
    for one in changes:
        _keep(tx, kind, one, signed.at)
    if changes:
        tx.execute(HISTORY.insert(), [_version(kind, one, signed) for one in changes])
    enqueue(tx, [note for one in changes for note in notes_of(kind, one)], signed.at)


def _keep(tx: Connection, kind: Kind, one: Planned, at: int) -> None:
    values = one.row | {"changed_at": at, "ended_at": at if one.change == "ended" else None}
    if one.before is None:
        tx.execute(kind.table.insert().values(values))
        return
    tx.execute(kind.table.update().where(kind.table.c.id == one.row["id"]).values(values))


def _version(kind: Kind, one: Planned, signed: Signed) -> dict[str, Any]:
    return {
        "kind": kind.name, "entry": one.row["id"], "version": one.row["version"],
        "change": one.change, "at": signed.at, "who": signed.who, "why": signed.why,
        "body": _body(one),
    }  # fmt: skip


def _body(one: Planned) -> str:
    return orjson.dumps(one.row, option=orjson.OPT_SORT_KEYS).decode()


def _digest(one: Planned) -> str:
    """A hash of the version, so that the audit log proves the history as well."""
    return hashlib.sha256(_body(one).encode()).hexdigest()
