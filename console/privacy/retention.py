"""What the console's database lets go once its time is over; each job's count is written down.

The register's own entries and the audit log go by `console.register.retention`, what the outbox
sent by the outbox, sessions by the entrance. Here: alerts, cases, and what was kept beside them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.cases.intake import forget_texts
from console.cases.tables import (
    ACTS,
    CASE_ALERTS,
    CASE_AREAS,
    CASE_DEVICES,
    CASE_PARTIES,
    CASE_ROLES,
    CASES,
    REPORTS,
)
from console.database import in_parts, insert_new, writing
from console.privacy.erasing import forget_requests
from console.privacy.periods import DAY_MS
from console.privacy.tables import FORGOTTEN
from console.register.retention import WHO
from console.register.tables import HISTORY
from console.settings import ConsoleSettings
from console.tables import ALERTS, CHANGES, LOOKS, UNREADABLE
from schemas.topics import ACTS as ACTS_TOPIC

AT_ONCE = 20_000
OF_A_CASE = (CASE_ALERTS, CASE_AREAS, CASE_DEVICES, CASE_PARTIES, CASE_ROLES, REPORTS, ACTS)


@dataclass(frozen=True, slots=True)
class Ends:
    """Before which instants (ms) what is over goes."""

    at: int
    records: int
    evidence: int
    register: int
    audit: int
    cases: int
    reports: int


def ends_at(settings: ConsoleSettings, at: int) -> Ends:
    """The ends of all periods at an instant (ms)."""
    return Ends(
        at, at - settings.record_days * DAY_MS, at - settings.evidence_days * DAY_MS,
        at - settings.register_days * DAY_MS, at - settings.audit_days * DAY_MS,
        at - (ACTS_TOPIC.retention_ms or 0), at - settings.report_days * DAY_MS,
    )  # fmt: skip


def let_go(engine: Engine, settings: ConsoleSettings, at: int) -> dict[str, int]:
    """Let go of all that is over at an instant (ms); how much by job, without those of nothing."""
    ends = ends_at(settings, at)
    with writing(engine) as tx:
        hold(tx)
        counts = {name: job(tx, ends) for name, job in JOBS.items()}
        done = {name: count for name, count in counts.items() if count}
        signed = Signed(WHO, "after their period", at)
        append(tx, signed, [Said("erased", name, str(n)) for name, n in done.items()])
    wipe(engine)
    return done


def wipe(engine: Engine) -> None:
    """Have SQLite let go of what it wrote ahead: erased values stand there in older pages."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _records(tx: Connection, ends: Ends) -> int:
    """Alerts that no case holds: statistics, suppressed ones, those older than cases are."""
    held = sa.exists().where(CASE_ALERTS.c.alert == ALERTS.c.id)
    told = sa.or_(
        ALERTS.c.cleared, ALERTS.c.suppressed_by.is_not(None), ALERTS.c.delivery == "statistic"
    )
    query = sa.select(ALERTS.c.id).where(ALERTS.c.opened_at < ends.records, told, ~held)
    return _drop_alerts(tx, tx.scalars(query.limit(AT_ONCE)), ends.at)


def _evidence(tx: Connection, ends: Ends) -> int:
    """Alerts of cases that were closed long ago; the case itself and its acts stay."""
    closed = sa.select(CASES.c.id).where(CASES.c.is_over, CASES.c.closed_at < ends.evidence)
    held = sa.select(CASE_ALERTS.c.alert).where(CASE_ALERTS.c.case.in_(closed))
    query = sa.select(ALERTS.c.id).where(ALERTS.c.id.in_(held))
    return _drop_alerts(tx, tx.scalars(query.limit(AT_ONCE)), ends.at)


def _drop_alerts(tx: Connection, found: Iterable[str], at: int) -> int:
    """Alerts go here, and are noted to be taken out of the log as well."""
    ids = list(found)
    for some in in_parts(ids):
        tx.execute(ALERTS.delete().where(ALERTS.c.id.in_(some)))
        tx.execute(CHANGES.delete().where(CHANGES.c.alert.in_(some)))
        insert_new(tx, FORGOTTEN, [{"alert": one, "at": at} for one in some])
    return len(ids)


def _unreadable(tx: Connection, ends: Ends) -> int:
    """Records that nobody could read: their time begins when they are first seen here."""
    unseen = UNREADABLE.c.seen_at.is_(None)
    tx.execute(UNREADABLE.update().where(unseen).values(seen_at=ends.at))
    return tx.execute(UNREADABLE.delete().where(UNREADABLE.c.seen_at < ends.records)).rowcount


def _looks(tx: Connection, ends: Ends) -> int:
    """Who looked at pictures; the audit log has it as long."""
    return tx.execute(LOOKS.delete().where(LOOKS.c.at < ends.audit)).rowcount


def _cases(tx: Connection, ends: Ends) -> int:
    """Cases with all their acts, once the log of acts has let them go."""
    over = (CASES.c.is_over, CASES.c.closed_at < ends.cases)
    ids = list(tx.scalars(sa.select(CASES.c.id).where(*over).limit(AT_ONCE)))
    for some in in_parts(ids):
        for table in OF_A_CASE:
            tx.execute(table.delete().where(table.c.case.in_(some)))
        tx.execute(CASES.delete().where(CASES.c.id.in_(some)))
    return len(ids)


def _words_of_reports(tx: Connection, ends: Ends) -> int:
    return forget_texts(tx, ends.reports)


def _homes_of_reports(tx: Connection, _ends: Ends) -> int:
    """The homes of reports go with their words."""
    named = sa.or_(REPORTS.c.dwelling.is_not(None), REPORTS.c.against.is_not(None))
    blank = {"dwelling": None, "against": None}
    return tx.execute(REPORTS.update().where(REPORTS.c.text == "", named).values(blank)).rowcount


def _versions(tx: Connection, ends: Ends) -> int:
    """What older versions of an entry said: a former holder's name goes, who changed it stays."""
    newer = HISTORY.alias("newer")
    overtaken = sa.exists().where(
        newer.c.kind == HISTORY.c.kind, newer.c.entry == HISTORY.c.entry,
        newer.c.version > HISTORY.c.version, newer.c.at < ends.register,
    )  # fmt: skip
    old = (HISTORY.c.at < ends.register, HISTORY.c.body != "", overtaken)
    return tx.execute(HISTORY.update().where(*old).values(body="")).rowcount


def _requests(tx: Connection, ends: Ends) -> int:
    return forget_requests(tx, ends.audit, ends.register)


JOBS: dict[str, Callable[[Connection, Ends], int]] = {
    "records": _records, "evidence": _evidence, "unreadable": _unreadable, "looks": _looks,
    "cases": _cases, "report_words": _words_of_reports,
    "report_homes": _homes_of_reports, "register_versions": _versions, "requests": _requests,
}  # fmt: skip
