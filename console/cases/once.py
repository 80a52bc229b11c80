"""Idempotency keys: what is asked twice under one key is done once, and answered the same.

`Idempotency-Key` as the IETF HTTPAPI group's draft has it: the key is the asker's, kept for a day.
The work, the key and the answer are one transaction: after a kill at any moment either all of it is
there, or nothing and the key is free.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from console.cases.tables import ONCE
from console.database import sharing

KEPT_MS = 24 * 3_600_000
KEY_MAX = 128
KEPT_MAX = 5000
"""Keys of one person that are kept at a time, the newest."""
SLOW_MEMORY = {"n": 1 << 13, "r": 8, "p": 1}
"""For scrypt: 8 MB and some 20 ms a digest."""
Work = Callable[[Connection], str]


class KeyReused(ValueError):
    """The key came with another request before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who asks, under which key ("" for none), a digest of what, and when (ms)."""

    login: str
    key: str
    digest: str
    at: int


def digest_of(*parts: str) -> str:
    """What tells two requests apart."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def slow_digest_of(salt: str, *parts: str) -> str:
    """The same of what may hold a password, a card's number or a name.

    Whoever has the table could try all numbers against a plain hash; against this one they cannot.
    """
    said = "\x1f".join(parts).encode()
    return hashlib.scrypt(said, salt=salt.encode(), **SLOW_MEMORY).hex()


def once(engine: Engine, asked: Asked, work: Work) -> tuple[str, bool]:
    """What is kept of `work`, done in one transaction with its key; and whether it was there.

    Raises KeyReused, and what `work` raises: then nothing was done and the key is free.
    """
    if not asked.key:
        with sharing(engine) as tx:
            return work(tx), False
    try:
        return _do(engine, asked, work)
    except IntegrityError:
        # Another console took the key in the meantime; what it did is there now.
        return _do(engine, asked, work)


def _do(engine: Engine, asked: Asked, work: Work) -> tuple[str, bool]:
    with sharing(engine) as tx:
        mine = (ONCE.c.account == asked.login, ONCE.c.key == asked.key)
        row = tx.execute(sa.select(ONCE).where(*mine)).one_or_none()
        if row is not None:
            if row.digest != asked.digest:
                raise KeyReused("Idempotency-Key: it came with another request; take a new one")
            return str(row.body), True
        body = work(tx)
        tx.execute(
            ONCE.insert().values(
                account=asked.login, key=asked.key, digest=asked.digest, body=body, at=asked.at
            )
        )
        return body, False


def forget(tx: Connection, at: int) -> None:
    """Forget keys after their day, and of whoever sent very many all but the newest."""
    tx.execute(ONCE.delete().where(ONCE.c.at < at - KEPT_MS))
    count = sa.func.count()
    many = sa.select(ONCE.c.account).group_by(ONCE.c.account).having(count > KEPT_MAX)
    for account in tx.scalars(many).all():
        mine = ONCE.c.account == account
        newest = sa.select(ONCE.c.at).where(mine).order_by(ONCE.c.at.desc())
        oldest_kept = tx.scalar(newest.offset(KEPT_MAX - 1).limit(1))
        tx.execute(ONCE.delete().where(mine, ONCE.c.at < oldest_kept))
