"""The tables of telling people. Instants are in ms; lists stand as JSON; addresses are sealed.

A row of `notify_acts` is an act that nobody has thought about yet: it is written in the transaction
of the act. A notice is one message on one channel in one round; its id follows from what it is
about, so that thinking twice makes no second one.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from console.tables import METADATA, SEQUENCE

NOTIFY_ACTS = Table(
    "notify_acts", METADATA,
    Column("act", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("notify_acts_at", "at"),
)  # fmt: skip

NOTICES = Table(
    "notices", METADATA,
    Column("id", String, primary_key=True),
    Column("case", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("people", Text, nullable=False),
    Column("severity", String, nullable=False),
    Column("state", String, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("assigned", String, nullable=False),
    Column("staged", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("round", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("claimed_until", BigInteger),
    Column("done_at", BigInteger),
    Index("notices_due", "status", "due_at"),
    Index("notices_case", "case", "made_at"),
)  # fmt: skip

NOTICE_ATTEMPTS = Table(
    "notice_attempts", METADATA,
    Column("id", SEQUENCE, primary_key=True, autoincrement=True),
    Column("notice", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Column("outcome", String, nullable=False),
    Column("code", String, nullable=False),
    Column("line", String, nullable=False),
    Index("notice_attempts_notice", "notice", "number"),
    Index("notice_attempts_channel", "channel", "id"),
    sqlite_autoincrement=True,
)  # fmt: skip

CHANNEL_HEALTH = Table(
    "channel_health", METADATA,
    Column("channel", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("last_ok_at", BigInteger),
    Column("code", String, nullable=False),
    Column("line", String, nullable=False),
)  # fmt: skip

ROSTER = Table(
    "roster", METADATA,
    Column("id", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("area", String, nullable=False),
    Column("body", Text, nullable=False),
    Index("roster_person", "person"),
)  # fmt: skip

QUIET_HOURS = Table(
    "quiet_hours", METADATA,
    Column("subject", String, primary_key=True),
    Column("body", Text, nullable=False),
)  # fmt: skip

CONTACTS = Table(
    "contacts", METADATA,
    Column("login", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("address", Text, nullable=False),
)  # fmt: skip
