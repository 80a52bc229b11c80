"""The console's memory: whole alerts, views, and how far the log was read, in one transaction each.

There is one writer. What it wrote is there after a kill at any moment, and what it had not written
is read again from the log, so each alert is kept once, in its highest revision.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite

from console.around.days import keep_counts
from console.audit.chain import Said, Signed
from console.audit.log import append
from console.batch import Batch, Partition, Position, Record, Unreadable, read_batch
from console.changes import Change, Look
from console.database import writing
from console.tables import ALERTS, CHANGES, LOOKS, POSITIONS, UNREADABLE, VIEWS
from schemas.alerts import Alert

CHANGES_KEPT = 100_000
Row = dict[str, Any]
Taking = Callable[[Connection, Sequence[Alert]], None]


def _nobody(_tx: Connection, _alerts: Sequence[Alert]) -> None:
    """Nobody else is told."""


class Store:
    """Alerts, views and positions in a database."""

    def __init__(self, engine: Engine, taking: Taking = _nobody) -> None:
        """Works on an engine whose tables are of this version.

        `taking` is told of each alert that was news, in the transaction that keeps it.
        """
        self._engine = engine
        self._taking = taking
        self._is_postgresql = engine.dialect.name == "postgresql"

    def write(self, batch: Batch) -> list[Change]:
        """Keeps a batch whole; the alerts that were news, in order."""
        with writing(self._engine) as tx:
            changes = self._write_alerts(tx, batch.alerts)
            self._write_views(tx, batch)
            self._upsert(tx, POSITIONS, [_position_row(*item) for item in batch.positions.items()])
            self._upsert(tx, UNREADABLE, [_unreadable_row(fault) for fault in batch.unreadable])
        return changes

    def _write_alerts(self, tx: Connection, alerts: Sequence[Alert]) -> list[Change]:
        ids = [alert.id for alert in alerts]
        query = sa.select(ALERTS.c.id, ALERTS.c.revision).where(ALERTS.c.id.in_(ids))
        kept = {row.id: row.revision for row in tx.execute(query)} if ids else {}
        news = [
            alert for alert in alerts if alert.id not in kept or alert.revision > kept[alert.id]
        ]
        self._upsert(tx, ALERTS, [_alert_row(alert) for alert in news])
        self._taking(tx, news)
        return [Change(self._next(tx, alert), alert) for alert in news]

    def _next(self, tx: Connection, alert: Alert) -> int:
        row = tx.execute(CHANGES.insert().values(alert=alert.id, revision=alert.revision))
        assert row.inserted_primary_key is not None
        return int(row.inserted_primary_key[0])

    def _write_views(self, tx: Connection, batch: Batch) -> None:
        gone = [key for key, seen in batch.views.items() if seen.view is None]
        if gone:
            tx.execute(VIEWS.delete().where(VIEWS.c.key.in_(gone)))
        rows = [
            {"key": key, "written_at": seen.written_at, "body": seen.view.model_dump_json()}
            for key, seen in batch.views.items()
            if seen.view is not None
        ]
        self._upsert(tx, VIEWS, rows)
        keep_counts(tx, batch.views.values())

    def _upsert(self, tx: Connection, table: Table, rows: list[Row]) -> None:
        if not rows:
            return
        statement = postgresql.insert(table) if self._is_postgresql else sqlite.insert(table)
        keys = [column.name for column in table.primary_key]
        fresh = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
        tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), rows)

    def read_again(self) -> list[Change]:
        """Tries once more what an older version could not read; the alerts that were news."""
        with writing(self._engine) as tx:
            changes = []
            for row in tx.execute(sa.select(UNREADABLE)).all():
                record = Record(row.topic, row.partition, row.offset, 0, b"", row.value)
                batch = read_batch([record])
                if not batch.unreadable:
                    changes += self._write_alerts(tx, batch.alerts)
                    same = (
                        column == row._mapping[column.name] for column in UNREADABLE.primary_key
                    )
                    tx.execute(UNREADABLE.delete().where(*same))
        return changes

    def keep_look(self, look: Look) -> None:
        """Writes down that somebody looked at a picture."""
        with writing(self._engine) as tx:
            said = Said("look", f"alerts/{look.alert}", look.picture)
            append(tx, Signed(look.who, "", look.at), [said])
            tx.execute(LOOKS.insert().values(asdict(look)))

    def trim(self, kept: int = CHANGES_KEPT) -> None:
        """Forgets the order of all but the last changes; the alerts themselves stay."""
        with self._engine.begin() as tx:
            last = tx.scalar(sa.select(sa.func.max(CHANGES.c.sequence))) or 0
            tx.execute(CHANGES.delete().where(CHANGES.c.sequence <= last - kept))


def _alert_row(alert: Alert) -> Row:
    suppressed = alert.suppressed
    return {
        "id": alert.id, "revision": alert.revision, "estate": alert.estate, "rule": alert.rule,
        "severity": alert.severity, "delivery": alert.delivery, "opened_at": alert.opened_at,
        "cleared": alert.cleared_at is not None,
        "suppressed_by": suppressed.by if suppressed else None,
        "suppressed_zh": suppressed.reason.zh if suppressed else None,
        "suppressed_en": suppressed.reason.en if suppressed else None,
        "body": alert.model_dump_json(),
    }  # fmt: skip


def _position_row(partition: Partition, position: Position) -> Row:
    topic, number = partition
    return {
        "topic": topic, "partition": number,
        "offset": position.offset, "timestamp": position.timestamp,
    }  # fmt: skip


def _unreadable_row(fault: Unreadable) -> Row:
    record = fault.record
    return {
        "topic": record.topic, "partition": record.partition, "offset": record.offset,
        "reason": fault.reason, "value": record.value or b"",
    }  # fmt: skip
