"""What the log is told of the register: of each change, and once more of all that stands."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection

from console.outbox.notes import Note, note_id
from console.register.kinds import KINDS, Kind, Row
from console.register.planning import Planned
from console.register.shelf import Wanted, listed, told_of

ALL = 1_000_000


def notes_of(kind: Kind, one: Planned) -> Iterable[Note]:
    """What rules are told of a change; nothing where it is one that they cannot see."""
    body = kind.body(one.row, "ended" if one.change == "ended" else "set")
    if one.change == "changed" and one.before is not None:
        before = (one.before.get("ref"), kind.body(one.before, "set"))
        if before == (one.row.get("ref"), body):
            return
    yield note_of(kind, one.row, body)


def note_of(kind: Kind, row: Row, body: dict[str, Any], *again: object) -> Note:
    """An entry's note; `again` says why, where it is only told once more."""
    key = f"{kind.name}/{row['id']}"
    name = note_id(row["estate"], key, row["version"], *again)
    plain = {field: _plain(field, value) for field, value in body.items()}
    return Note(name, row["estate"], key, "register.changed", row.get("ref"), plain)


def _plain(field: str, value: Any) -> Any:
    return orjson.loads(value) if field == "holder" else value


def still_standing(tx: Connection, kind: Kind, ended: Row, at: int) -> Iterable[Note]:
    """Where rules keep one entry of a home, those that stand are told again behind the end."""
    if kind.one_of is None:
        return []
    wanted = Wanted(estate=ended["estate"], dwelling=ended[kind.one_of], standing_at=at)
    others = [row for row in listed(tx, kind, wanted, ALL) if row["id"] != ended["id"]]
    return [note_of(kind, row, kind.body(row, "set"), at, ended["id"]) for row in others]


def standing(tx: Connection, estate: str, stamp: int) -> list[Note]:
    """All that an estate's rules must know of the register, to be told as of an instant (ms)."""
    return [
        note_of(kind, row, kind.body(row, "set"), stamp)
        for kind in KINDS.values()
        for row in told_of(tx, kind, estate, stamp)
    ]
