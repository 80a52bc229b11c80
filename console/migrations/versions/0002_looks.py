"""Who looked at pictures of alerts, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "looks",
        sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("alert", sa.String, nullable=False),
        sa.Column("picture", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("looks_alert", "looks", ["alert", "sequence"])


def downgrade() -> None:
    """Takes the table away."""
    op.drop_table("looks")
