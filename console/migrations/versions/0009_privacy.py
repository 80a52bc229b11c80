"""Residents' requests, exports and what was taken out when."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "privacy_requests",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("consent", sa.String),
        sa.Column("estate", sa.String, nullable=False),
        sa.Column("dwelling", sa.String),
        sa.Column("login", sa.String, nullable=False),
        sa.Column("filed_by", sa.String, nullable=False),
        sa.Column("filed_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("identity", sa.String),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("decided_by", sa.String),
        sa.Column("reason", sa.String),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("rows", sa.Text, nullable=False),
        sa.Column("ref", sa.String),
        sa.Column("plate_ref", sa.String),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_index("privacy_requests_due", "privacy_requests", ["state", "due_at"])
    op.create_index("privacy_requests_login", "privacy_requests", ["login", "filed_at"])
    op.create_table(
        "forgotten_alerts",
        sa.Column("alert", sa.String, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.add_column("unreadable", sa.Column("seen_at", sa.BigInteger))


def downgrade() -> None:
    """Takes them away."""
    op.drop_column("unreadable", "seen_at")
    op.drop_table("forgotten_alerts")
    op.drop_table("privacy_requests")
