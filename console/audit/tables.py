"""The tables of the audit log. Triggers of the migration refuse to change or take out an entry."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from console.tables import METADATA

AUDIT = Table(
    "audit", METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String, nullable=False),
    Column("act", String, nullable=False),
    Column("target", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
    Index("audit_who", "who", "act", "at"),
    Index("audit_target", "target", "sequence"),
)  # fmt: skip

AUDIT_HEAD = Table(
    "audit_head", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", String, nullable=False),
    Column("base_sequence", BigInteger, nullable=False),
    Column("base_hash", String, nullable=False),
)  # fmt: skip
