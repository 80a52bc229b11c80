"""Who is told, by what, and the proof of it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Makes the tables."""
    _make_notices()
    _make_proof()
    _make_people()


def _make_notices() -> None:
    op.create_table(
        "notify_acts",
        sa.Column("act", sa.String, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("notify_acts_at", "notify_acts", ["at"])
    op.create_table(
        "notices",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("case", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("people", sa.Text, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("rung", sa.Integer, nullable=False),
        sa.Column("assigned", sa.String, nullable=False),
        sa.Column("staged", sa.Boolean, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("claimed_until", sa.BigInteger),
        sa.Column("done_at", sa.BigInteger),
    )
    op.create_index("notices_due", "notices", ["status", "due_at"])
    op.create_index("notices_case", "notices", ["case", "made_at"])


def _make_proof() -> None:
    op.create_table(
        "notice_attempts",
        sa.Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("notice", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("line", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("notice_attempts_notice", "notice_attempts", ["notice", "number"])
    op.create_index("notice_attempts_channel", "notice_attempts", ["channel", "id"])
    op.create_table(
        "channel_health",
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("last_ok_at", sa.BigInteger),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("line", sa.String, nullable=False),
    )


def _make_people() -> None:
    op.create_table(
        "roster",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("area", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("roster_person", "roster", ["person"])
    op.create_table(
        "quiet_hours",
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "contacts",
        sa.Column("login", sa.String, primary_key=True),
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Takes the tables away."""
    for table in (
        "contacts", "quiet_hours", "roster", "channel_health", "notice_attempts", "notices",
        "notify_acts",
    ):  # fmt: skip
        op.drop_table(table)
