"""The tables of cases. Lists that are only read back stand as JSON, those that are asked for in
tables of their own. Instants are in ms.

An act is its own way out: a row without `sent_at` waits for the log.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    Text,
    or_,
)  # fmt: skip

from console.tables import METADATA, SEQUENCE

CASES = Table(
    "cases", METADATA,
    Column("id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("flow", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("tree", String, nullable=False),
    Column("estate", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("state", String, nullable=False),
    Column("is_over", Boolean, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("due_at", BigInteger),
    Column("overdue_at", BigInteger),
    Column("wake_at", BigInteger),
    Column("shelved_until", BigInteger),
    Column("told_node", String, nullable=False),
    Column("holder", String, nullable=False),
    Column("assigned", String, nullable=False),
    Column("reporter", String, nullable=False),
    Column("police_only", Boolean, nullable=False),
    Column("supervised", Boolean, nullable=False),
    Column("verdict", String),
    Column("rating", String),
    Column("desk", String, nullable=False),
    Column("alarm_at", BigInteger),
    Column("shelf", Integer),
    Column("body", Text, nullable=False),
    Index("cases_newest", "opened_at", "id"),
    Index("cases_open", "is_over", "opened_at"),
    Index("cases_closed", "closed_at"),
    Index("cases_wake", "wake_at"),
    Index("cases_desk", "desk", "alarm_at"),
    Index("cases_reporter", "reporter"),
)  # fmt: skip

CASE_AREAS = Table(
    "case_areas", METADATA,
    Column("case", String, primary_key=True),
    Column("area", String, primary_key=True),
    Index("case_areas_area", "area", "case"),
)  # fmt: skip

CASE_PARTIES = Table(
    "case_parties", METADATA,
    Column("case", String, primary_key=True),
    Column("party", String, primary_key=True),
    Index("case_parties_party", "party", "case"),
)  # fmt: skip

CASE_ROLES = Table(
    "case_roles", METADATA,
    Column("case", String, primary_key=True),
    Column("role", String, primary_key=True),
)  # fmt: skip

CASE_ALERTS = Table(
    "case_alerts", METADATA,
    Column("alert", String, primary_key=True),
    Column("case", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("severity", String, nullable=False),
    Index("case_alerts_case", "case"),
)  # fmt: skip

CASE_DEVICES = Table(
    "case_devices", METADATA,
    Column("case", String, primary_key=True),
    Column("device", String, primary_key=True),
)  # fmt: skip

ACTS = Table(
    "acts", METADATA,
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("case", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("estate", String, nullable=False),
    Column("deed", Text, nullable=False),
    Column("tried_at", BigInteger),
    Column("sent_at", BigInteger),
    Index("acts_case", "case", "version", unique=True),
    Index("acts_waiting", "sent_at", "sequence"),
    sqlite_autoincrement=True,
)  # fmt: skip

ACT_LEASE = Table(
    "act_lease", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", String, nullable=False),
    Column("until", BigInteger, nullable=False),
)  # fmt: skip

REPORTS = Table(
    "reports", METADATA,
    Column("case", String, primary_key=True),
    Column("text", Text, nullable=False),
    Column("dwelling", String),
    Column("against", String),
    Column("filed_by", String, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Index("reports_filed_by", "filed_by", "filed_at"),
)  # fmt: skip

SHELVES = Table(
    "shelves", METADATA,
    Column("id", SEQUENCE, primary_key=True, autoincrement=True),
    Column("estate", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("place", String),
    Column("device", String),
    Column("why", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("ended_by", String),
    Index("shelves_estate", "estate", "until"),
    sqlite_autoincrement=True,
)  # fmt: skip

FLOODS = Table(
    "floods", METADATA,
    Column("id", SEQUENCE, primary_key=True, autoincrement=True),
    Column("desk", String, nullable=False),
    Column("estate", String, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("gathered", Integer, nullable=False),
    Index("floods_desk", "desk", "ended_at"),
    sqlite_autoincrement=True,
)  # fmt: skip

ONCE = Table(
    "once", METADATA,
    Column("account", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("once_at", "at"),
)  # fmt: skip


def open_or_closed_after(at: int) -> ColumnElement[bool]:
    """Cases that stand, or were closed at an instant (ms) or since."""
    return or_(CASES.c.is_over.is_(False), CASES.c.closed_at >= at)
