"""Questions to the register. Nothing they answer is in clear that was sealed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from console.database import in_parts
from console.outbox.store import heard_estates, told_estates
from console.register.kinds import Kind, Row
from console.register.known import Known, homes_of, places_of
from console.register.tables import DWELLINGS, HISTORY
from schemas.site import Site


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of an estate, of a home, found by a pseudonym; `standing` at an instant.

    `bounds`: what holds for the rows that whoever asks may see (`sight`).
    """

    estate: str | None = None
    dwelling: str | None = None
    ref: str | None = None
    skeleton: str | None = None
    standing_at: int | None = None
    bounds: Sequence[sa.ColumnElement[bool]] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an entry: what was changed, when, by whom and why (`at` in ms)."""

    version: int
    change: str
    at: int
    who: str
    why: str


def as_row(found: sa.Row[Any]) -> dict[str, Any]:
    """A row of the database with plain names, as it can be written into JSON."""
    return {str(name): value for name, value in found._mapping.items()}


def entry_of(tx: Connection, kind: Kind, name: str) -> Row | None:
    """The entry of an id."""
    found = tx.execute(sa.select(kind.table).where(kind.table.c.id == name)).one_or_none()
    return None if found is None else as_row(found)


def entries_of(tx: Connection, kind: Kind, ids: Sequence[str]) -> dict[str, Row]:
    """The entries of some ids, by id."""
    found: dict[str, Row] = {}
    for some in in_parts(ids):
        for row in tx.execute(sa.select(kind.table).where(kind.table.c.id.in_(some))):
            found[row.id] = as_row(row)
    return found


def listed(
    tx: Connection, kind: Kind, wanted: Wanted, limit: int, after: str | None = None
) -> list[Row]:
    """At most `limit` entries in the order of their ids, beginning behind `after`."""
    query = sa.select(kind.table).where(*_conditions(kind, wanted))
    if after is not None:
        query = query.where(kind.table.c.id > after)
    rows = tx.execute(query.order_by(kind.table.c.id).limit(limit))
    return [as_row(row) for row in rows]


def _conditions(kind: Kind, wanted: Wanted) -> Iterable[sa.ColumnElement[bool]]:
    columns = kind.table.c
    yield from wanted.bounds
    for name in ("estate", "dwelling", "ref", "skeleton"):
        value = getattr(wanted, name)
        if value is not None:
            yield columns[name] == value if name in columns else sa.false()
    if wanted.standing_at is not None:
        yield columns.ended_at.is_(None)
        yield sa.or_(columns.valid_to.is_(None), columns.valid_to > wanted.standing_at)


def stands(row: Row, at: int) -> bool:
    """Whether an entry is neither ended nor over at an instant."""
    return row["ended_at"] is None and (row["valid_to"] is None or row["valid_to"] > at)


def history(tx: Connection, kind: Kind, name: str) -> list[Version]:
    """The versions of an entry, the oldest first."""
    mine = (HISTORY.c.kind == kind.name, HISTORY.c.entry == name)
    columns = [HISTORY.c[field] for field in Version.__dataclass_fields__]
    rows = tx.execute(sa.select(*columns).where(*mine).order_by(HISTORY.c.version))
    return [Version(*row) for row in rows]


def told_of(tx: Connection, kind: Kind, estate: str, at: int) -> list[Row]:
    """The entries of an estate that its rules must know at an instant, in the order of beginning.

    What rules still ask for after its end is told with the end that it had.
    """
    query = sa.select(kind.table).where(kind.table.c.estate == estate)
    order = (kind.table.c.valid_from, kind.table.c.id)
    rows = [as_row(row) for row in tx.execute(query.order_by(*order))]
    if not kind.remembered:
        return [row for row in rows if stands(row, at)]
    return [row | {"valid_to": _end_of(row)} for row in rows]


def _end_of(row: Row) -> int | None:
    ends = [end for end in (row["valid_to"], row["ended_at"]) if end is not None]
    return min(ends, default=None)


def known(tx: Connection, site: Site | None) -> Known:
    """What an entry may name: what the site file has, what was heard, what was entered."""
    homes: dict[str, dict[str, tuple[str, ...]]] = {}
    columns = (DWELLINGS.c.estate, DWELLINGS.c.name, DWELLINGS.c.address)
    standing = tx.execute(sa.select(*columns).where(DWELLINGS.c.ended_at.is_(None))).all()
    for estate, name, address in standing:
        here = homes.setdefault(estate, {})
        here[address] = (*here.get(address, ()), name)
    for estate, name, _ in standing:
        homes[estate][name] = (name,)
    estates = {*heard_estates(tx), *told_estates(tx)}
    if site is None:
        return Known(frozenset(estates), homes=homes)
    for estate, name in homes_of(site):
        homes.setdefault(estate, {}).setdefault(name, (name,))
    zones = {estate.id: ZoneInfo(estate.timezone) for estate in site.estates}
    return Known(frozenset(zones), places_of(site), homes, zones)


def at_home(kind: Kind, text: str) -> sa.ColumnElement[bool]:
    """Rows of the homes whose name or address has a text in it."""
    like = "%" + text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    named = [DWELLINGS.c[name].ilike(like, escape="\\") for name in ("name", "address")]
    if kind.table is DWELLINGS:
        return sa.or_(*named)
    columns = kind.table.c
    if "dwelling" not in columns:
        return columns.place.ilike(like, escape="\\")
    homes = sa.select(DWELLINGS.c.name).where(
        DWELLINGS.c.estate == columns.estate, DWELLINGS.c.name == columns.dwelling, sa.or_(*named)
    )
    return sa.exists(homes)
