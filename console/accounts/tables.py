"""The tables of accounts. Instants are in ms; secrets are hashed, or sealed with the master key."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from console.tables import METADATA

ACCOUNTS = Table(
    "accounts", METADATA,
    Column("login", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("areas", Text, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("admin", Boolean, nullable=False),
    Column("password", String),
    Column("must_change", Boolean, nullable=False),
    Column("totp", Text),
    Column("totp_on", Boolean, nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
)  # fmt: skip

TEAMS = Table(
    "teams", METADATA,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("areas", Text, nullable=False),
)  # fmt: skip

TEAM_MEMBERS = Table(
    "team_members", METADATA,
    Column("team", String, primary_key=True),
    Column("login", String, primary_key=True),
    Index("team_members_login", "login"),
)  # fmt: skip

SESSIONS = Table(
    "sessions", METADATA,
    Column("id", String, primary_key=True),
    Column("login", String, nullable=False),
    Column("key", String, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("address", String, nullable=False),
    Column("agent", String, nullable=False),
    Index("sessions_login", "login"),
)  # fmt: skip

TOKENS = Table(
    "tokens", METADATA,
    Column("id", String, primary_key=True),
    Column("hash", String, nullable=False),
    Column("login", String, nullable=False),
    Column("label", String, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index("tokens_login", "login"),
)  # fmt: skip

FAILURES = Table(
    "login_failures", METADATA,
    Column("name", String, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("locked_until", BigInteger),
)  # fmt: skip
