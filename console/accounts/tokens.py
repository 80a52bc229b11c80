"""API tokens: for programs that act for somebody, within the scopes they were made with."""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.accounts.principal import Scope
from console.accounts.sessions import hashed
from console.accounts.tables import TOKENS
from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.database import reading, writing

PREFIX = "sct"
DAY_MS = 24 * 3_600_000
DAYS_MAX = 366
USED_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class Token:
    """One token as it is kept: its secret is shown once, when it is made."""

    id: str
    login: str
    label: str
    scopes: tuple[Scope, ...]
    created_at: int
    until: int
    used_at: int | None = None
    revoked_at: int | None = None


class TokenBook:
    """The API tokens of one database."""

    def __init__(self, engine: Engine) -> None:
        """Works on an engine whose tables are of this version."""
        self._engine = engine

    def make(
        self, label: str, scopes: Iterable[Scope], until: int, signed: Signed
    ) -> tuple[Token, str]:
        """Make a token for whoever signs: what is kept, and the text to be handed over."""
        name, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        token = Token(name, signed.who, label, tuple(sorted(set(scopes))), signed.at, until)
        row = {
            "id": name, "hash": hashed(secret), "login": token.login, "label": label,
            "scopes": orjson.dumps(token.scopes).decode(), "created_at": signed.at, "until": until,
        }  # fmt: skip
        with writing(self._engine) as tx:
            hold(tx)
            tx.execute(TOKENS.insert().values(row))
            append(tx, signed, [Said("tokens.made", name, " ".join(token.scopes))])
        return token, f"{PREFIX}_{name}_{secret}"

    def known(self, tx: Connection, text: str, at: int) -> Token | None:
        """The token of a text, if it still holds."""
        prefix, _, rest = text.partition("_")
        name, _, secret = rest.partition("_")
        if prefix != PREFIX or not secret:
            return None
        row = tx.execute(sa.select(TOKENS).where(TOKENS.c.id == name)).one_or_none()
        if row is None or not hmac.compare_digest(row.hash, hashed(secret)):
            return None
        return None if row.revoked_at is not None or row.until <= at else _token(row)

    def used(self, token: Token, at: int) -> None:
        """The token was used; written down once a minute."""
        if token.used_at is not None and at - token.used_at < USED_EVERY_MS:
            return
        with writing(self._engine) as tx:
            tx.execute(TOKENS.update().where(TOKENS.c.id == token.id).values(used_at=at))

    def of(
        self,
        login: str | None = None,
        limit: int | None = None,
        after: tuple[int | str, ...] | None = None,
    ) -> list[Token]:
        """The tokens of a login or of all, the newest first, beginning behind (-created_at, id)."""
        newest = -TOKENS.c.created_at
        query = sa.select(TOKENS).order_by(newest, TOKENS.c.id).limit(limit)
        if login is not None:
            query = query.where(TOKENS.c.login == login)
        if after is not None:
            query = query.where(sa.tuple_(newest, TOKENS.c.id) > sa.tuple_(*after))
        with reading(self._engine) as connection:
            return [_token(row) for row in connection.execute(query)]

    def revoke(self, name: str, login: str | None, signed: Signed) -> bool:
        """Take a token back, of a login or of anybody; whether there was one that held."""
        mine = [TOKENS.c.id == name, TOKENS.c.revoked_at.is_(None)]
        if login is not None:
            mine.append(TOKENS.c.login == login)
        with writing(self._engine) as tx:
            hold(tx)
            change = TOKENS.update().where(*mine).values(revoked_at=signed.at)
            if tx.execute(change).rowcount != 1:
                return False
            append(tx, signed, [Said("tokens.revoked", name)])
        return True


def _token(row: sa.Row[Any]) -> Token:
    return Token(
        row.id, row.login, row.label, tuple(orjson.loads(row.scopes)), row.created_at, row.until,
        row.used_at, row.revoked_at,
    )  # fmt: skip
