"""Questions of the register's pages: a part of a list in sight, and what a search means."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from console.register.kinds import Kind, Row
from console.register.shelf import as_row, at_home
from schemas.plates import normal_plate
from schemas.sealing import Keys, normal_credential

PART = 50
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, as it is typed: a card's number, a plate, a home or its address."""

    number: str = ""
    plate: str = ""
    near: bool = False
    home: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return not (self.number or self.plate or self.home)


def part_of(
    tx: Connection, kind: Kind, conditions: Sequence[Condition], part: tuple[int, int]
) -> list[Row]:
    """Some entries in the order that people read them; `part`: from which, and how many."""
    columns, (begin, many) = kind.table.c, part
    order = [columns[name] for name in ("estate", "dwelling", "name", "place") if name in columns]
    query = sa.select(kind.table).where(*conditions).order_by(*order, columns.id)
    return [as_row(row) for row in tx.execute(query.offset(begin).limit(many))]


def standing_at(kind: Kind, at: int) -> list[Condition]:
    """What is neither ended nor over at an instant (ms)."""
    columns = kind.table.c
    return [columns.ended_at.is_(None), sa.or_(columns.valid_to.is_(None), columns.valid_to > at)]


def sought(
    kind: Kind, search: Search, keys: Keys | None, estates: Sequence[str]
) -> list[Condition]:  # fmt: skip
    """What holds for the rows that a search means, over some estates; `keys` for what is sealed."""
    found: list[Condition] = []
    if keys and (search.number or search.plate):
        found.append(sa.or_(sa.false(), *_referred(kind, search, keys, estates)))
    if search.home:
        found.append(at_home(kind, search.home))
    return found


def _referred(
    kind: Kind, search: Search, keys: Keys, estates: Sequence[str]
) -> list[Condition]:  # fmt: skip
    columns = kind.table.c
    if "ref" not in columns:
        return []
    found = []
    for estate in estates:
        here, key = columns.estate == estate, keys.estate(estate)
        if normal_credential(search.number):
            found.append(sa.and_(here, columns.ref == key.credential(search.number)))
        if len(normal_plate(search.plate)) >= 4 and "skeleton" in columns:
            plate = key.plate(search.plate)
            same = columns.skeleton == plate.skeleton if search.near else columns.ref == plate.ref
            found.append(sa.and_(here, same))
    return found
