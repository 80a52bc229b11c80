"""The console's tables. Whole messages stand in `body`; the other columns are what is asked for."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()
# SQLite counts up only an INTEGER key; PostgreSQL must not run out at two thousand million.
SEQUENCE = BigInteger().with_variant(Integer, "sqlite")

ALERTS = Table(
    "alerts", METADATA,
    Column("id", String, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("estate", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("delivery", String, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("cleared", Boolean, nullable=False),
    Column("suppressed_by", String),
    Column("suppressed_zh", String),
    Column("suppressed_en", String),
    Column("body", Text, nullable=False),
    Index("alerts_newest", "opened_at", "id"),
    Index("alerts_standing", "cleared", "opened_at"),
)  # fmt: skip

CHANGES = Table(
    "changes", METADATA,
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
    Column("alert", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Index("changes_alert", "alert", "revision"),
    sqlite_autoincrement=True,
)  # fmt: skip

VIEWS = Table(
    "views", METADATA,
    Column("key", String, primary_key=True),
    Column("written_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)  # fmt: skip

POSITIONS = Table(
    "positions", METADATA,
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
)  # fmt: skip

UNREADABLE = Table(
    "unreadable", METADATA,
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("seen_at", BigInteger),
)  # fmt: skip

LOOKS = Table(
    "looks", METADATA,
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("who", String, nullable=False),
    Column("address", String, nullable=False),
    Column("alert", String, nullable=False),
    Column("picture", String, nullable=False),
    Index("looks_alert", "alert", "sequence"),
    sqlite_autoincrement=True,
)  # fmt: skip
