"""The tables of the register, one a kind, and the history of all. Instants are in ms.

`ref` and `skeleton` are pseudonyms under the estate's key, the same that the gateway gives to what
a reader or camera reads; `plate` is the whole reference (`PlateRef` as JSON). `sealed` holds clear
values, encrypted, as JSON by field.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from console.tables import METADATA, SEQUENCE


def _entries(name: str, *columns: Column[Any] | Index) -> Table:
    return Table(
        name, METADATA,
        Column("id", String, primary_key=True),
        Column("estate", String, nullable=False),
        *columns,
        Column("valid_from", BigInteger, nullable=False),
        Column("valid_to", BigInteger),
        Column("ended_at", BigInteger),
        Column("version", Integer, nullable=False),
        Column("changed_at", BigInteger, nullable=False),
        Column("sealed", Text, nullable=False),
        Index(f"{name}_estate", "estate", "id"),
    )  # fmt: skip


def _plates() -> tuple[Column[Any], ...]:
    return (
        Column("ref", String, index=True),
        Column("skeleton", String, index=True),
        Column("plate", Text),
    )


DWELLINGS = _entries(
    "dwellings",
    Column("name", String, nullable=False),
    Column("place", String, nullable=False),
    Column("address", String, nullable=False),
    Column("use", String, nullable=False),
    Column("registered_count", Integer),
    Index("dwellings_name", "estate", "name", unique=True),
)
CREDENTIALS = _entries(
    "credentials",
    Column("ref", String, nullable=False, index=True),
    Column("dwelling", String),
    Column("credential_class", String, nullable=False),
)
PERMITS = _entries(
    "permits",
    *_plates(),
    Column("dwelling", String),
    Column("credential_class", String, nullable=False),
    Column("stay_max_s", Integer),
)
PASSES = _entries("visitor_passes", *_plates(), Column("dwelling", String, nullable=False))
AWAYS = _entries("away_notes", Column("dwelling", String, nullable=False))
CONSENTS = _entries(
    "care_consents",
    Column("ref", String, index=True),
    Column("person", String, nullable=False),
    Column("dwelling", String, nullable=False),
    Column("given_by", String, nullable=False),
    Column("silent_max_s", Integer),
)
WORKS = _entries(
    "works",
    Column("place", String, nullable=False),
    Column("what", String, nullable=False),
)
PATROLS = _entries(
    "patrol_slots",
    Column("ref", String, index=True),
    Column("place", String, nullable=False),
)

HISTORY = Table(
    "register_history", METADATA,
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("entry", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("change", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("register_history_entry", "kind", "entry", "version", unique=True),
    sqlite_autoincrement=True,
)  # fmt: skip
