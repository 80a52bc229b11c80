"""The table of what people ask of their data. Instants are in ms.

`sealed` holds what they wrote and by what they are known, encrypted, as JSON by field; `ref` and
`plate_ref` are pseudonyms to find their entries by; `rows` the entries that were meant, as JSON.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from console.tables import METADATA

REQUESTS = Table(
    "privacy_requests", METADATA,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("consent", String),
    Column("estate", String, nullable=False),
    Column("dwelling", String),
    Column("login", String, nullable=False),
    Column("filed_by", String, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("identity", String),
    Column("decided_at", BigInteger),
    Column("decided_by", String),
    Column("reason", String),
    Column("answer", Text, nullable=False),
    Column("rows", Text, nullable=False),
    Column("ref", String),
    Column("plate_ref", String),
    Column("version", Integer, nullable=False),
    Column("sealed", Text, nullable=False),
    Index("privacy_requests_due", "state", "due_at"),
    Index("privacy_requests_login", "login", "filed_at"),
)  # fmt: skip

FORGOTTEN = Table(
    "forgotten_alerts", METADATA,
    Column("alert", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
)  # fmt: skip
"""Alerts that were let go here and must still be taken out of the log, which compacts them."""
