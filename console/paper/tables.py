"""The tables of visits and handovers. Instants are in ms."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from console.tables import METADATA

_OPEN = text("state = 'open'")

VISITS = Table(
    "visits", METADATA,
    Column("id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("estate", String, nullable=False),
    Column("dwelling", String, nullable=False),
    Column("place", String, nullable=False),
    Column("name_zh", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("put_by", String, nullable=False),
    Column("put_at", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("ended_at", BigInteger),
    Column("visited_at", BigInteger),
    Column("visited_by", String, nullable=False),
    Column("found", String),
    Column("people", Integer),
    Column("words", Text, nullable=False),
    Column("use", String),
    Column("register", String, nullable=False),
    Column("register_by", String, nullable=False),
    Column("register_at", BigInteger),
    Index("visits_newest", "put_at", "id"),
    Index("visits_home", "estate", "dwelling"),
    Index(
        "visits_open", "estate", "dwelling", unique=True,
        sqlite_where=_OPEN, postgresql_where=_OPEN,
    ),
)  # fmt: skip

VISIT_AREAS = Table(
    "visit_areas", METADATA,
    Column("visit", String, primary_key=True),
    Column("area", String, primary_key=True),
    Index("visit_areas_area", "area", "visit"),
)  # fmt: skip

HANDOVERS = Table(
    "handovers", METADATA,
    Column("id", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("areas", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("notes", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("taken_by", String),
    Column("taken_at", BigInteger),
    Index("handovers_newest", "at", "id"),
)  # fmt: skip
