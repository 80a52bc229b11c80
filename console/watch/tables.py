"""The table of watch entries. Instants are in ms; `estate` None is the whole city.

`ref` is the pseudonym of what is looked for, under the estate's key or the city's; `sealed` the
clear value, encrypted; `roles` a JSON list.
"""

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table, Text

from console.tables import METADATA

WATCH_ENTRIES = Table(
    "watch_entries", METADATA,
    Column("id", String, primary_key=True),
    Column("estate", String),
    Column("looks_for", String, nullable=False),
    Column("ref", String, nullable=False, index=True),
    Column("case_number", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("approver", String),
    Column("roles", Text, nullable=False),
    Column("score_min", Float, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_to", BigInteger, nullable=False),
    Column("approved_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("version", Integer, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("sealed", Text, nullable=False),
)  # fmt: skip
