"""What the logs are told of watch entries. Each estate has references of its own for one plate."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from console.outbox.notes import Note, note_id
from console.outbox.store import enqueue, told_estates
from console.register.kinds import Row
from console.register.shelf import as_row
from console.register.vault import Vault
from console.watch.entries import clear_value
from console.watch.tables import WATCH_ENTRIES
from schemas.sealing import Keys


def estates_of(tx: Connection, row: Row) -> list[str]:
    """The estates that an entry concerns: its own, or all that are known.

    One that is heard and was never written to is told by `welcome`.
    """
    return told_estates(tx) if row["estate"] is None else [row["estate"]]


def notes_of(
    row: Row, change: str, estates: Iterable[str], keys: Keys, *again: object
) -> list[Note]:
    """An entry's notes for some estates."""
    value = clear_value(row, keys)
    return [_note(row, change, estate, _sought(row, value, estate, keys), again)
            for estate in estates]  # fmt: skip


def _sought(row: Row, value: str, estate: str, keys: Keys) -> dict[str, Any]:
    scope = keys.estate(estate)
    if row["looks_for"] == "plate":
        return {"plate": scope.plate(value).model_dump()}
    return {"subject": scope.credential(value)}


def _note(
    row: Row, change: str, estate: str, sought: dict[str, Any], again: tuple[object, ...]
) -> Note:
    key = f"watch/{row['id']}"
    plate = sought.get("plate")
    body = {
        "entry": row["id"], "change": change, "looks_for": row["looks_for"],
        "severity": row["severity"], "case_number": row["case_number"], "basis": row["basis"],
        "owner": row["owner"], "approver": row["approver"], "roles": orjson.loads(row["roles"]),
        "score_min": row["score_min"], "valid_from": row["valid_from"],
        "valid_to": row["valid_to"],
    }  # fmt: skip
    subject = sought["subject"] if plate is None else plate["ref"]
    if plate is not None:
        body["plate"] = plate
    name = note_id(estate, key, row["version"], *again)
    return Note(name, estate, key, "watch.changed", subject, body)


def in_force(tx: Connection, estates: Sequence[str | None], at: int) -> list[Row]:
    """The approved entries of some estates (None: of the city) that are not over."""
    columns = WATCH_ENTRIES.c
    city = columns.estate.is_(None) if None in estates else sa.false()
    where = sa.or_(columns.estate.in_([e for e in estates if e is not None]), city)
    alive = (columns.approved_at.is_not(None), columns.ended_at.is_(None), columns.valid_to > at)
    query = sa.select(WATCH_ENTRIES).where(where, *alive).order_by(columns.id)
    return [as_row(row) for row in tx.execute(query)]


def standing(tx: Connection, estate: str, stamp: int, vault: Vault) -> list[Note]:
    """All entries in force for an estate, to be told once more as of an instant (ms)."""
    rows = in_force(tx, [estate, None], stamp)
    return [note for row in rows for note in notes_of(row, "set", [estate], vault.keys(), stamp)]


def welcome(tx: Connection, estates: Sequence[str], at: int, vault: Vault) -> None:
    """What holds everywhere goes into the logs of estates that were not known before."""
    for row in in_force(tx, [None], at):
        enqueue(tx, notes_of(row, "set", estates, vault.keys()), at)
