"""The outbox's tables: what must go into the log, which estates were told all, and who sends."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from console.tables import METADATA, SEQUENCE

OUTBOX = Table(
    "outbox", METADATA,
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("estate", String, nullable=False),
    Column("key", String, nullable=False),
    Column("type", String, nullable=False),
    Column("subject", String),
    Column("body", Text, nullable=False),
    Column("enqueued_at", BigInteger, nullable=False),
    Column("stamped_at", BigInteger),
    Column("tried_at", BigInteger),
    Column("sent_at", BigInteger),
    Index("outbox_waiting", "sent_at", "sequence"),
    Index("outbox_key", "key"),
    sqlite_autoincrement=True,
)  # fmt: skip

OUTBOX_ESTATES = Table(
    "outbox_estates", METADATA,
    Column("estate", String, primary_key=True),
    Column("known_at", BigInteger, nullable=False),
    Column("stamped_at", BigInteger, nullable=False),
    Column("announced_at", BigInteger),
    Column("partition", Integer),
    Column("offset", BigInteger),
)  # fmt: skip

OUTBOX_LEASE = Table(
    "outbox_lease", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", String, nullable=False),
    Column("until", BigInteger, nullable=False),
)  # fmt: skip
