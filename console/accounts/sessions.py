"""Sessions of browsers: known by the hash of a secret, ended by time, idleness, or the person."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from console.accounts.remembered import Remembered
from console.accounts.tables import SESSIONS
from console.database import writing

AGENT_MAX = 200


@dataclass(frozen=True, slots=True)
class Session:
    """One open session. `key` is the hash of the access token it was opened with, if it was."""

    id: str
    login: str
    key: str
    opened_at: int
    seen_at: int
    until: int
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Lasts:
    """How long sessions last, in ms: at most, and without being used."""

    most_ms: int
    idle_ms: int


def hashed(secret: str) -> str:
    """What is kept of a secret of 256 bits: a plain hash, since nobody can try them all."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_token(secret: str) -> str:
    """What a page of a session must send with each change; another site's page cannot know it."""
    return hmac.digest(secret.encode(), b"csrf", "sha256").hex()


class SessionBook:
    """The sessions of one database."""

    def __init__(self, engine: Engine, lasts: Lasts) -> None:
        """Sessions last so long."""
        self._engine = engine
        self.lasts = lasts
        self._turn = Lock()
        self._used: dict[str, int] = {}
        self.remembered = Remembered()

    def open(self, login: str, at: int, where: tuple[str, str], key: str = "") -> str:
        """Open a session: its secret, which only the browser keeps. `where`: address and agent."""
        secret = secrets.token_urlsafe(32)
        address, agent = where
        row = {
            "id": hashed(secret), "login": login, "key": key, "opened_at": at, "seen_at": at,
            "until": at + self.lasts.most_ms, "address": address, "agent": agent[:AGENT_MAX],
        }  # fmt: skip
        with writing(self._engine) as tx:
            tx.execute(SESSIONS.insert().values(row))
        return secret

    def known(self, tx: Connection, secret: str, at: int) -> Session | None:
        """The session of a secret that still lasts."""
        row = tx.execute(sa.select(SESSIONS).where(SESSIONS.c.id == hashed(secret))).one_or_none()
        if row is None or row.until <= at:
            return None
        seen_at = max(row.seen_at, self._used.get(row.id, 0))
        return _session(row) if at - seen_at <= self.lasts.idle_ms else None

    def seen(self, session: str, at: int) -> None:
        """The session was used; that counts at once, and is written down by `write_seen`."""
        with self._turn:
            self._used[session] = at

    def write_seen(self) -> None:
        """Write down when sessions were used last, in one transaction: each by itself, two thousand
        phones would keep the database from the alerts.
        """
        with self._turn:
            used, self._used = self._used, {}
        if not used:
            return
        seen_at = SESSIONS.c.seen_at < sa.bindparam("at")
        mine = SESSIONS.update().where(SESSIONS.c.id == sa.bindparam("name"), seen_at)
        try:
            with writing(self._engine) as tx:
                rows = [{"name": name, "at": at} for name, at in used.items()]
                tx.execute(mine.values(seen_at=sa.bindparam("at")), rows)
        except SQLAlchemyError:
            with self._turn:
                self._used = used | self._used
            raise

    def of(self, login: str, at: int) -> list[Session]:
        """The open sessions of a login, the newest first."""
        mine = (SESSIONS.c.login == login, SESSIONS.c.until > at,
                SESSIONS.c.seen_at >= at - self.lasts.idle_ms)  # fmt: skip
        query = sa.select(SESSIONS).where(*mine).order_by(SESSIONS.c.opened_at.desc())
        with self._engine.connect() as connection:
            return [_session(row) for row in connection.execute(query)]

    def end(self, session: str, login: str) -> bool:
        """End one session of a login; whether there was one."""
        mine = (SESSIONS.c.id == session, SESSIONS.c.login == login)
        with writing(self._engine) as tx:
            is_ended = tx.execute(SESSIONS.delete().where(*mine)).rowcount == 1
        self.remembered.drop(session)
        return is_ended

    def forget(self, tx: Connection, at: int) -> None:
        """Forget those that are over."""
        idle = SESSIONS.c.seen_at < at - self.lasts.idle_ms
        tx.execute(SESSIONS.delete().where(sa.or_(SESSIONS.c.until <= at, idle)))


def end_sessions(tx: Connection, login: str) -> None:
    """End all sessions of a login."""
    tx.execute(SESSIONS.delete().where(SESSIONS.c.login == login))


def _session(row: sa.Row[Any]) -> Session:
    return Session(**{name: row._mapping[name] for name in Session.__dataclass_fields__})
