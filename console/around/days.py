"""What read models counted, kept by day and hour when the next day's takes their place.

The newest count of a gate's day, and of a place's hour, stays. Nothing here says who passed.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from console.around.tables import PASSAGE_DAYS, VEHICLE_HOURS
from console.batch import SeenView
from schemas.views import PassagesView, VehiclesView

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_COUNTED = ("estate", "place", "at", "inside", "registered", "unregistered", "overtime", "free")


def keep_counts(tx: Connection, views: Iterable[SeenView]) -> None:
    """Keep the counts among some views, in the transaction that keeps the views."""
    for seen in views:
        view = seen.view
        if isinstance(view, PassagesView):
            key = {"estate": view.estate, "gate": view.gate, "day": view.day}
            _keep(tx, PASSAGE_DAYS, key | {"at": view.at, "body": view.model_dump_json()})
        elif isinstance(view, VehiclesView):
            row = {name: getattr(view, name) for name in _COUNTED}
            _keep(tx, VEHICLE_HOURS, row | {"hour": view.at // HOUR_MS})


def _keep(tx: Connection, table: Table, row: dict[str, Any]) -> None:
    """The newest counts: a log that is read again brings old ones first."""
    insert = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(row)
    keys = [column.name for column in table.primary_key]
    fresh = {name: statement.excluded[name] for name in row if name not in keys}
    newer = table.c.at <= statement.excluded.at
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh, where=newer))


def forget_counts(tx: Connection, before: int, day: str) -> None:
    """Let go of the hours before an instant (ms) and of the days before a day (YYYY-MM-DD)."""
    tx.execute(VEHICLE_HOURS.delete().where(VEHICLE_HOURS.c.hour < before // HOUR_MS))
    tx.execute(PASSAGE_DAYS.delete().where(PASSAGE_DAYS.c.day < day))


def passages_on(tx: Connection, day: str) -> list[PassagesView]:
    """The passages of a day at all gates, in order."""
    query = sa.select(PASSAGE_DAYS.c.body).where(PASSAGE_DAYS.c.day == day)
    rows = tx.scalars(query.order_by(PASSAGE_DAYS.c.estate, PASSAGE_DAYS.c.gate))
    return [PassagesView.model_validate_json(body) for body in rows]


def days_of(tx: Connection, estate: str, gate: str) -> list[str]:
    """The days of which a gate's passages are known, newest first."""
    mine = (PASSAGE_DAYS.c.estate == estate, PASSAGE_DAYS.c.gate == gate)
    query = sa.select(PASSAGE_DAYS.c.day).where(*mine)
    return list(tx.scalars(query.order_by(PASSAGE_DAYS.c.day.desc())))


def gates_known(tx: Connection) -> list[tuple[str, str]]:
    """Each gate of which any day is known: its estate and its id, in order."""
    query = sa.select(PASSAGE_DAYS.c.estate, PASSAGE_DAYS.c.gate).distinct()
    found = tx.execute(query.order_by(PASSAGE_DAYS.c.estate, PASSAGE_DAYS.c.gate))
    return [(row.estate, row.gate) for row in found]


def hours_of(tx: Connection, estate: str, place: str, since: int) -> Sequence[sa.Row[Any]]:
    """The vehicles inside a place at the end of each hour since an instant (ms), oldest first."""
    mine = (VEHICLE_HOURS.c.estate == estate, VEHICLE_HOURS.c.place == place)
    query = sa.select(VEHICLE_HOURS).where(*mine, VEHICLE_HOURS.c.hour >= since // HOUR_MS)
    return tx.execute(query.order_by(VEHICLE_HOURS.c.hour)).all()
