"""What was closed since the morning is found without a look at what was closed before."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the index."""
    op.create_index("cases_closed", "cases", ["closed_at"])


def downgrade() -> None:
    """Takes the index away."""
    op.drop_index("cases_closed", "cases")
