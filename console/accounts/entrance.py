"""The way in: by password and code, by the access token, by an API token, by an open session."""

import asyncio
import hmac
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from console.accounts import lockout
from console.accounts.book import AccountBook, principal_of, principals_of
from console.accounts.lockout import Tried
from console.accounts.passwords import Passwords
from console.accounts.principal import FIRST, Principal
from console.accounts.remembered import LOOK_EVERY_S
from console.accounts.second import SecondFactor
from console.accounts.sessions import Lasts, Session, SessionBook, hashed
from console.accounts.tables import ACCOUNTS, SESSIONS
from console.accounts.tokens import PREFIX, TokenBook
from console.audit.chain import Said, Signed
from console.audit.log import append
from console.database import in_parts, writing
from console.register.vault import Vault

SEEN_EVERY_MS = 60_000
FORGET_EVERY_MS = 3_600_000
Clock = Callable[[], int]


class WrongLogin(ValueError):
    """Login, password or code are wrong; which of them is nobody's business."""


class Locked(WrongLogin):
    """Too many wrong tries: wait until `until` (ms)."""

    def __init__(self, until: int) -> None:
        """Until then."""
        super().__init__("too many wrong tries")
        self.until = until


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives to come in, and the program they use."""

    password: str
    code: str = ""
    agent: str = ""


class Entrance:
    """Lets people and programs in, by the accounts of one database."""

    def __init__(
        self, engine: Engine, vault: Vault, token: str, lasts: Lasts, clock: Clock
    ) -> None:
        """`token` is the first administrator's; `clock` the wall clock in ms."""
        self.engine, self.clock = engine, clock
        self.accounts = AccountBook(engine, Passwords())
        self.sessions = SessionBook(engine, lasts)
        self.tokens = TokenBook(engine)
        self.second = SecondFactor(engine, vault)
        self._token = token
        self.accounts.ensure_first(clock())

    def knows_token(self, given: str) -> bool:
        """Whether it is the access token."""
        return hmac.compare_digest(given.encode(), self._token.encode())

    def first(self) -> Principal | None:
        """The first administrator; None once that account is switched off."""
        with self.engine.connect() as connection:
            return principal_of(connection, FIRST)

    def by_bearer(self, text: str) -> Principal | None:
        """Whom a token lets in: the access token, or an API token within its scopes."""
        if self.knows_token(text):
            return self.first()
        if not text.startswith(PREFIX):
            return None
        now = self.clock()
        with self.engine.connect() as connection:
            token = self.tokens.known(connection, text, now)
            who = principal_of(connection, token.login) if token else None
        if token is None or who is None:
            return None
        self.tokens.used(token, now)
        return replace(who, scopes=frozenset(token.scopes))

    def by_session(self, secret: str) -> Principal | None:
        """Whom an open session lets in. One opened with another access token than ours is over."""
        now = self.clock()
        with self.engine.connect() as connection:
            session = self.sessions.known(connection, secret, now) if secret else None
            who = principal_of(connection, session.login) if session else None
        if session is None or who is None or not self._holds(session):
            return None
        self.sessions.seen(session.id, now)
        self.sessions.remembered.put(session.id, who, session.until, now)
        return replace(who, session=secret)

    def by_remembered(self, secret: str) -> Principal | None:
        """Whom a session lets in that was let in lately; None where the database must be asked."""
        session, now = hashed(secret), self.clock()
        who = self.sessions.remembered.get(session, now)
        if who is None:
            return None
        self.sessions.seen(session, now)
        return replace(who, session=secret)

    def look_again(self, at: int) -> None:
        """See whether those who are remembered would still be let in."""
        used = self.sessions.remembered.used(at)
        for names in in_parts(list(used)):
            standing = (SESSIONS.c.id.in_(names), SESSIONS.c.until > at)
            with self.engine.connect() as connection:
                still_open = set(connection.scalars(sa.select(SESSIONS.c.id).where(*standing)))
                people = principals_of(connection, {used[name] for name in names})
            found = {name: people[used[name]] for name in still_open if used[name] in people}
            self.sessions.remembered.looked(names, found, at)

    def _holds(self, session: Session) -> bool:
        return session.key in ("", hashed(self._token))

    def enter_by_token(self, given: str, where: tuple[str, str]) -> str | None:
        """A session of the first administrator, for the access token."""
        if not self.knows_token(given) or self.first() is None:
            return None
        return self.sessions.open(FIRST, self.clock(), where, hashed(self._token))

    def enter(self, tried: Tried, given: Given) -> str:
        """A session, for a login with its password and code. Raises WrongLogin, Locked, NoKey.

        The password is checked outside of any transaction, since that takes long on purpose.
        """
        now = self.clock()
        row = self._asked(tried, now)
        is_right = self.accounts.passwords.fits(row.password if row else None, given.password)
        with writing(self.engine) as tx:
            is_let_in = (
                row is not None
                and is_right
                and row.disabled_at is None
                and self.second.holds(tx, row, given.code, now)
            )
            self._remember(tx, tried, now, is_let_in=is_let_in, is_known=row is not None)
        if not is_let_in:
            raise WrongLogin("login, password or code are wrong")
        return self.sessions.open(tried.login, now, (tried.address, given.agent))

    def _asked(self, tried: Tried, now: int) -> sa.Row[Any] | None:
        """The account that somebody wants to come in by. Raises Locked."""
        query = sa.select(ACCOUNTS).where(ACCOUNTS.c.login == tried.login)
        with self.engine.connect() as connection:
            until = lockout.locked_until(connection, tried, now)
            row = connection.execute(query).one_or_none()
        if until is not None:
            raise Locked(until)
        return row

    def has_passwords(self) -> bool:
        """Whether anybody can come in by a password."""
        query = sa.select(ACCOUNTS.c.login).where(ACCOUNTS.c.password.is_not(None)).limit(1)
        with self.engine.connect() as connection:
            return connection.scalar(query) is not None

    def forget(self, at: int) -> None:
        """Forget sessions and failures that are over."""
        with writing(self.engine) as tx:
            self.sessions.forget(tx, at)
            lockout.forget(tx, at)

    async def run(self, stop: asyncio.Event) -> None:
        """Every few seconds look again at who is remembered, each minute write down which sessions
        were used, each hour forget what is over; until `stop`, and once more then.
        """
        write_at = forget_at = self.clock()
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)
            now = self.clock()
            with suppress(SQLAlchemyError):  # The next time will do.
                await asyncio.to_thread(self.look_again, now)
                if now >= write_at or stop.is_set():
                    await asyncio.to_thread(self.sessions.write_seen)
                    write_at = now + SEEN_EVERY_MS
                if now >= forget_at:
                    await asyncio.to_thread(self.forget, now)
                    forget_at = now + FORGET_EVERY_MS

    def is_password(self, login: str, password: str) -> bool:
        """Whether it is somebody's password. Wrong ones count as at the login; raises Locked."""
        tried, now = Tried(login, ""), self.clock()
        row = self._asked(tried, now)
        is_right = self.accounts.passwords.fits(row.password if row else None, password)
        if not is_right:
            with writing(self.engine) as tx:
                lockout.failed(tx, tried, now)
        return is_right

    @staticmethod
    def _remember(
        tx: Connection, tried: Tried, now: int, *, is_let_in: bool, is_known: bool
    ) -> None:
        """Logins and locks stand in the audit log; a login nobody has is not written down."""
        signed = Signed(tried.login if is_known else "nobody", "", now)
        if is_let_in:
            lockout.forgive(tx, tried.login)
            append(tx, signed, [Said("login", tried.login, tried.address)])
        elif lockout.failed(tx, tried, now):
            append(tx, signed, [Said("login.locked", signed.who, tried.address)])
