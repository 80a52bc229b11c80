"""What was counted, kept beyond the day: passages by gate and day, vehicles by hour. In ms."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from console.tables import METADATA

PASSAGE_DAYS = Table(
    "passage_days", METADATA,
    Column("estate", String, primary_key=True),
    Column("gate", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("passage_days_day", "day"),
)  # fmt: skip

VEHICLE_HOURS = Table(
    "vehicle_hours", METADATA,
    Column("estate", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("inside", Integer, nullable=False),
    Column("registered", Integer, nullable=False),
    Column("unregistered", Integer, nullable=False),
    Column("overtime", Integer, nullable=False),
    Column("free", Integer),
    Index("vehicle_hours_hour", "hour"),
)  # fmt: skip
