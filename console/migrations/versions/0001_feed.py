"""Alerts, their changes in order, views, positions in the log, and records nobody could read."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Makes the first tables."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("estate", sa.String, nullable=False),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("delivery", sa.String, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("cleared", sa.Boolean, nullable=False),
        sa.Column("suppressed_by", sa.String),
        sa.Column("suppressed_zh", sa.String),
        sa.Column("suppressed_en", sa.String),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("alerts_newest", "alerts", ["opened_at", "id"])
    op.create_index("alerts_standing", "alerts", ["cleared", "opened_at"])
    op.create_table(
        "changes",
        sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("changes_alert", "changes", ["alert", "revision"])
    op.create_table(
        "views",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "positions",
        sa.Column("topic", sa.String, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "unreadable",
        sa.Column("topic", sa.String, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("offset", sa.BigInteger, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Takes the first tables away."""
    for table in ("unreadable", "positions", "views", "changes", "alerts"):
        op.drop_table(table)
