"""Handovers, visits and the months' figures."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables."""
    _make_counts()
    _make_visits()
    op.create_table(
        "handovers",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("areas", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("taken_by", sa.String),
        sa.Column("taken_at", sa.BigInteger),
    )
    op.create_index("handovers_newest", "handovers", ["at", "id"])


def _make_counts() -> None:
    op.create_table(
        "passage_days",
        sa.Column("estate", sa.String, primary_key=True),
        sa.Column("gate", sa.String, primary_key=True),
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("passage_days_day", "passage_days", ["day"])
    op.create_table(
        "vehicle_hours",
        sa.Column("estate", sa.String, primary_key=True),
        sa.Column("place", sa.String, primary_key=True),
        sa.Column("hour", sa.BigInteger, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("inside", sa.Integer, nullable=False),
        sa.Column("registered", sa.Integer, nullable=False),
        sa.Column("unregistered", sa.Integer, nullable=False),
        sa.Column("overtime", sa.Integer, nullable=False),
        sa.Column("free", sa.Integer),
    )
    op.create_index("vehicle_hours_hour", "vehicle_hours", ["hour"])


def _make_visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("estate", sa.String, nullable=False),
        sa.Column("dwelling", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("name_zh", sa.String, nullable=False),
        sa.Column("name_en", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("put_by", sa.String, nullable=False),
        sa.Column("put_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("visited_at", sa.BigInteger),
        sa.Column("visited_by", sa.String, nullable=False),
        sa.Column("found", sa.String),
        sa.Column("people", sa.Integer),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("use", sa.String),
        sa.Column("register", sa.String, nullable=False),
        sa.Column("register_by", sa.String, nullable=False),
        sa.Column("register_at", sa.BigInteger),
    )
    op.create_index("visits_newest", "visits", ["put_at", "id"])
    op.create_index("visits_home", "visits", ["estate", "dwelling"])
    op.create_index(
        "visits_open", "visits", ["estate", "dwelling"], unique=True,
        sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"),
    )  # fmt: skip
    op.create_table(
        "visit_areas",
        sa.Column("visit", sa.String, primary_key=True),
        sa.Column("area", sa.String, primary_key=True),
    )
    op.create_index("visit_areas_area", "visit_areas", ["area", "visit"])


def downgrade() -> None:
    """Takes the tables away."""
    for table in ("visit_areas", "visits", "handovers", "vehicle_hours", "passage_days"):
        op.drop_table(table)
