"""The outbox: what must go into the log, which estates it goes to, and who sends it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Makes the tables, and the lease that nobody holds yet."""
    op.create_table(
        "outbox",
        sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("estate", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("subject", sa.String),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("enqueued_at", sa.BigInteger, nullable=False),
        sa.Column("stamped_at", sa.BigInteger),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_waiting", "outbox", ["sent_at", "sequence"])
    op.create_index("outbox_key", "outbox", ["key"])
    op.create_table(
        "outbox_estates",
        sa.Column("estate", sa.String, primary_key=True),
        sa.Column("known_at", sa.BigInteger, nullable=False),
        sa.Column("stamped_at", sa.BigInteger, nullable=False),
        sa.Column("announced_at", sa.BigInteger),
        sa.Column("partition", sa.Integer),
        sa.Column("offset", sa.BigInteger),
    )
    lease = op.create_table(
        "outbox_lease",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(lease, [{"id": 1, "holder": "", "until": 0}])


def downgrade() -> None:
    """Takes the tables away."""
    for table in ("outbox_lease", "outbox_estates", "outbox"):
        op.drop_table(table)
