"""The register, one table a kind, the watch entries, and the history of both."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TABLES = (
    "dwellings", "credentials", "permits", "visitor_passes", "away_notes", "care_consents",
    "works", "patrol_slots",
)  # fmt: skip


def _entries(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("estate", sa.String, nullable=False),
        *columns,
        sa.Column("valid_from", sa.BigInteger, nullable=False),
        sa.Column("valid_to", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_index(f"{name}_estate", name, ["estate", "id"])


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String, nullable=False)


def _maybe(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String)


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer)


def _plates() -> tuple[sa.Column[object], ...]:
    return (_maybe("ref"), _maybe("skeleton"), sa.Column("plate", sa.Text))


def upgrade() -> None:
    """Makes the tables."""
    home = (_text("name"), _text("place"), _text("address"), _text("use"))
    _entries("dwellings", *home, _number("registered_count"))
    op.create_index("dwellings_name", "dwellings", ["estate", "name"], unique=True)
    _entries("credentials", _text("ref"), _maybe("dwelling"), _text("credential_class"))
    permit = (*_plates(), _maybe("dwelling"), _text("credential_class"))
    _entries("permits", *permit, _number("stay_max_s"))
    _entries("visitor_passes", *_plates(), _text("dwelling"))
    _entries("away_notes", _text("dwelling"))
    consent = (_maybe("ref"), _text("person"), _text("dwelling"), _text("given_by"))
    _entries("care_consents", *consent, _number("silent_max_s"))
    _entries("works", _text("place"), _text("what"))
    _entries("patrol_slots", _maybe("ref"), _text("place"))
    for table in ("credentials", "permits", "visitor_passes", "care_consents", "patrol_slots"):
        op.create_index(f"ix_{table}_ref", table, ["ref"])
    for table in ("permits", "visitor_passes"):
        op.create_index(f"ix_{table}_skeleton", table, ["skeleton"])
    _make_watch_entries()
    _make_history()


def _make_watch_entries() -> None:
    op.create_table(
        "watch_entries",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("estate", sa.String),
        sa.Column("looks_for", sa.String, nullable=False),
        sa.Column("ref", sa.String, nullable=False),
        sa.Column("case_number", sa.String, nullable=False),
        sa.Column("basis", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("approver", sa.String),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("score_min", sa.Float, nullable=False),
        sa.Column("valid_from", sa.BigInteger, nullable=False),
        sa.Column("valid_to", sa.BigInteger, nullable=False),
        sa.Column("approved_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_index("ix_watch_entries_ref", "watch_entries", ["ref"])


def _make_history() -> None:
    op.create_table(
        "register_history",
        sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("entry", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("change", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    unique = ["kind", "entry", "version"]
    op.create_index("register_history_entry", "register_history", unique, unique=True)


def downgrade() -> None:
    """Takes the tables away."""
    for table in ("register_history", "watch_entries", *reversed(_TABLES)):
        op.drop_table(table)
