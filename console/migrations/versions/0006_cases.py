"""Cases, the acts that move them, reports, shelves and floods."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TEXT = ("told_node", "holder", "assigned", "reporter", "desk")


def upgrade() -> None:
    """Makes the tables, and the lease that nobody holds yet."""
    _make_cases()
    _make_lists()
    _make_acts()
    _make_quiet()
    op.create_table(
        "reports",
        sa.Column("case", sa.String, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("dwelling", sa.String),
        sa.Column("against", sa.String),
        sa.Column("filed_by", sa.String, nullable=False),
        sa.Column("filed_at", sa.BigInteger, nullable=False),
    )
    op.create_index("reports_filed_by", "reports", ["filed_by", "filed_at"])
    op.create_table(
        "once",
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("once_at", "once", ["at"])


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("flow", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("tree", sa.String, nullable=False),
        sa.Column("estate", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("is_over", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("overdue_at", sa.BigInteger),
        sa.Column("wake_at", sa.BigInteger),
        sa.Column("shelved_until", sa.BigInteger),
        *(sa.Column(name, sa.String, nullable=False) for name in _TEXT),
        sa.Column("police_only", sa.Boolean, nullable=False),
        sa.Column("supervised", sa.Boolean, nullable=False),
        sa.Column("verdict", sa.String),
        sa.Column("rating", sa.String),
        sa.Column("alarm_at", sa.BigInteger),
        sa.Column("shelf", sa.Integer),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("cases_newest", "cases", ["opened_at", "id"])
    op.create_index("cases_open", "cases", ["is_over", "opened_at"])
    op.create_index("cases_wake", "cases", ["wake_at"])
    op.create_index("cases_desk", "cases", ["desk", "alarm_at"])
    op.create_index("cases_reporter", "cases", ["reporter"])


def _make_lists() -> None:
    for table, column in (("case_areas", "area"), ("case_parties", "party")):
        op.create_table(
            table,
            sa.Column("case", sa.String, primary_key=True),
            sa.Column(column, sa.String, primary_key=True),
        )
        op.create_index(f"{table}_{column}", table, [column, "case"])
    for table, column in (("case_roles", "role"), ("case_devices", "device")):
        op.create_table(
            table,
            sa.Column("case", sa.String, primary_key=True),
            sa.Column(column, sa.String, primary_key=True),
        )
    op.create_table(
        "case_alerts",
        sa.Column("alert", sa.String, primary_key=True),
        sa.Column("case", sa.String, nullable=False),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
    )
    op.create_index("case_alerts_case", "case_alerts", ["case"])


def _make_acts() -> None:
    op.create_table(
        "acts",
        sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("case", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("estate", sa.String, nullable=False),
        sa.Column("deed", sa.Text, nullable=False),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("acts_case", "acts", ["case", "version"], unique=True)
    op.create_index("acts_waiting", "acts", ["sent_at", "sequence"])
    lease = op.create_table(
        "act_lease",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(lease, [{"id": 1, "holder": "", "until": 0}])


def _make_quiet() -> None:
    op.create_table(
        "shelves",
        sa.Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("estate", sa.String, nullable=False),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("place", sa.String),
        sa.Column("device", sa.String),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended_by", sa.String),
        sqlite_autoincrement=True,
    )
    op.create_index("shelves_estate", "shelves", ["estate", "until"])
    op.create_table(
        "floods",
        sa.Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("desk", sa.String, nullable=False),
        sa.Column("estate", sa.String, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("gathered", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("floods_desk", "floods", ["desk", "ended_at"])


def downgrade() -> None:
    """Takes the tables away."""
    for table in (
        "once", "reports", "floods", "shelves", "act_lease", "acts", "case_alerts",
        "case_devices", "case_roles", "case_parties", "case_areas", "cases",
    ):  # fmt: skip
        op.drop_table(table)
