"""The audit log: a chain of entries that nobody may change, and its two ends."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NO_CHANGE = "an entry of the audit log is never changed"
_NO_LOSS = "an entry of the audit log stays for its period"
_SQLITE = (
    f"""CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, '{_NO_CHANGE}'); END""",
    f"""CREATE TRIGGER audit_kept BEFORE DELETE ON audit
    WHEN OLD.sequence > (SELECT base_sequence FROM audit_head)
    BEGIN SELECT RAISE(ABORT, '{_NO_LOSS}'); END""",
)
_POSTGRESQL = (
    f"""CREATE FUNCTION audit_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_NO_CHANGE}'; END $$""",
    """CREATE TRIGGER audit_unchanged BEFORE UPDATE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_unchanged()""",
    f"""CREATE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.sequence > (SELECT base_sequence FROM audit_head) THEN
            RAISE EXCEPTION '{_NO_LOSS}';
        END IF;
        RETURN OLD;
    END $$""",
    """CREATE TRIGGER audit_kept BEFORE DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_kept()""",
)


def upgrade() -> None:
    """Makes the tables, the log's empty beginning, and the triggers that guard it."""
    op.create_table(
        "audit",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_index("audit_who", "audit", ["who", "act", "at"])
    op.create_index("audit_target", "audit", ["target", "sequence"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("base_sequence", sa.BigInteger, nullable=False),
        sa.Column("base_hash", sa.String, nullable=False),
    )
    beginning = "0" * 64
    op.bulk_insert(head, [{
        "id": 1, "sequence": 0, "hash": beginning, "base_sequence": 0, "base_hash": beginning,
    }])  # fmt: skip
    for statement in _POSTGRESQL if _is_postgresql() else _SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Takes the tables away."""
    for table in ("audit", "audit_head"):
        op.drop_table(table)
    if _is_postgresql():
        for function in ("audit_unchanged", "audit_kept"):
            op.execute(f"DROP FUNCTION {function}()")


def _is_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"
