"""Questions to the console's database. Readers do not wait for the writer."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Engine

from console.batch import Partition, Position, SeenView
from console.cases.tables import CASE_ALERTS, CASES, open_or_closed_after
from console.changes import Change, Look
from console.feed import AlertFilter
from console.tables import ALERTS, CHANGES, LOOKS, POSITIONS, UNREADABLE, VIEWS
from schemas.alerts import Alert
from schemas.events import EventError
from schemas.views import decode_view

MOST = 500
Place = tuple[int | str, ...]


class Lookup:
    """What can be asked of the database."""

    def __init__(self, engine: Engine) -> None:
        """Asks an engine whose tables are of this version."""
        self._engine = engine

    def _all(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        with self._engine.connect() as connection:
            return connection.execute(query).all()

    def _one(self, query: sa.Select[Any]) -> Any:
        with self._engine.connect() as connection:
            return connection.scalar(query)

    def _bodies(self, query: sa.Select[Any]) -> list[Alert]:
        return [Alert.model_validate_json(row.body) for row in self._all(query)]

    def positions(self) -> dict[Partition, Position]:
        """How far each partition was read."""
        rows = self._all(sa.select(POSITIONS))
        return {(row.topic, row.partition): Position(row.offset, row.timestamp) for row in rows}

    def views(self) -> dict[str, SeenView]:
        """The latest view of each key. One that this version cannot read will be written anew."""
        known = {}
        for row in self._all(sa.select(VIEWS)):
            with suppress(EventError):
                known[row.key] = SeenView(decode_view(row.body), row.written_at)
        return known

    def alert(self, name: str) -> Alert | None:
        """The whole alert of that id."""
        found = self._bodies(sa.select(ALERTS.c.body).where(ALERTS.c.id == name))
        return found[0] if found else None

    def alerts(self, wanted: AlertFilter, limit: int, after: Place | None = None) -> list[Alert]:
        """At most `limit` alerts, newest first, beginning behind (opened_at, id)."""
        query = sa.select(ALERTS.c.body).where(*_conditions(wanted))
        if after is not None:
            newest = sa.tuple_(ALERTS.c.opened_at, ALERTS.c.id)
            query = query.where(newest < sa.tuple_(*after))
        order = (ALERTS.c.opened_at.desc(), ALERTS.c.id.desc())
        return self._bodies(query.order_by(*order).limit(limit))

    def standing(self, opened_after: int, limit: int) -> list[Alert]:
        """The newest alerts for people that stand, or were opened after a time (ms)."""
        recent = sa.or_(ALERTS.c.cleared.is_(False), ALERTS.c.opened_at >= opened_after)
        for_people = (ALERTS.c.suppressed_by.is_(None), ALERTS.c.delivery != "statistic")
        query = sa.select(ALERTS.c.body).where(recent, *for_people)
        return self._bodies(query.order_by(ALERTS.c.opened_at.desc()).limit(limit))

    def of_cases(self, closed_after: int, limit: int) -> list[Alert]:
        """The newest alerts of the cases that are open, or were closed after a time (ms)."""
        joined = ALERTS.join(CASE_ALERTS, CASE_ALERTS.c.alert == ALERTS.c.id).join(
            CASES, CASES.c.id == CASE_ALERTS.c.case
        )
        query = sa.select(ALERTS.c.body).select_from(joined)
        query = query.where(open_or_closed_after(closed_after))
        return self._bodies(query.order_by(ALERTS.c.opened_at.desc()).limit(limit))

    def newest_opening(self) -> int:
        """When the newest alert was opened (ms); 0 if there is none."""
        return self._one(sa.select(sa.func.max(ALERTS.c.opened_at))) or 0

    def sequence_of(self, name: str, revision: int) -> int | None:
        """The sequence at which an alert took a revision; None if that is forgotten."""
        which = (CHANGES.c.alert == name, CHANGES.c.revision == revision)
        found: int | None = self._one(sa.select(CHANGES.c.sequence).where(*which))
        return found

    def last_sequence(self) -> int:
        """The sequence of the newest change."""
        return self._one(sa.select(sa.func.max(CHANGES.c.sequence))) or 0

    def changes_after(self, sequence: int, limit: int) -> list[Change]:
        """The alerts that changed after a sequence, each once, at its latest change, in order."""
        latest = sa.func.max(CHANGES.c.sequence).label("latest")
        changed = (
            sa.select(CHANGES.c.alert, latest)
            .where(CHANGES.c.sequence > sequence)
            .group_by(CHANGES.c.alert)
            .order_by(latest)
            .limit(limit)
            .subquery()
        )
        query = sa.select(changed.c.latest, ALERTS.c.body).join_from(
            changed, ALERTS, ALERTS.c.id == changed.c.alert
        )
        rows = self._all(query.order_by(changed.c.latest))
        return [Change(row.latest, Alert.model_validate_json(row.body)) for row in rows]

    def looks(
        self, alert: str, limit: int = MOST, before: int | None = None
    ) -> list[tuple[int, Look]]:
        """The looks at pictures of an alert with their numbers, newest first; before a number."""
        query = sa.select(LOOKS).where(LOOKS.c.alert == alert).order_by(LOOKS.c.sequence.desc())
        if before is not None:
            query = query.where(LOOKS.c.sequence < before)
        return [
            (row.sequence, Look(row.at, row.who, row.address, row.alert, row.picture))
            for row in self._all(query.limit(limit))
        ]

    def unreadable(self) -> int:
        """How many records wait for a version that can read them."""
        return self._one(sa.select(sa.func.count()).select_from(UNREADABLE)) or 0


def _conditions(wanted: AlertFilter) -> list[ColumnElement[bool]]:
    columns = {
        ALERTS.c.severity: wanted.severity, ALERTS.c.rule: wanted.rule,
        ALERTS.c.estate: wanted.estate, ALERTS.c.delivery: wanted.delivery,
    }  # fmt: skip
    conditions = [column == value for column, value in columns.items() if value is not None]
    if wanted.suppressed == "any":
        return conditions
    cause = ALERTS.c.suppressed_by
    return [*conditions, cause.is_(None) if wanted.suppressed == "false" else cause.is_not(None)]
