"""Idempotency keys: what is asked twice under one key is done once, and answered the same.

`Idempotency-Key` as the IETF HTTPAPI group's draft has it: the key is the asker's, kept for a day.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from console.cases.tables import ONCE
from console.database import writing

KEPT_MS = 24 * 3_600_000
KEY_MAX = 128
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


def once(engine: Engine, asked: Asked, work: Work) -> tuple[str, bool]:
    """The answer of `work`, done in one transaction with its key; and whether it is an old one.

    Raises KeyReused, and what `work` raises: then nothing was done and the key is free.
    """
    if not asked.key:
        with writing(engine) as tx:
            return work(tx), False
    try:
        return _do(engine, asked, work)
    except IntegrityError:
        # Another console took the key in the meantime; what it did is there now.
        return _do(engine, asked, work)


def _do(engine: Engine, asked: Asked, work: Work) -> tuple[str, bool]:
    with writing(engine) as tx:
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
    """Forget keys after their day."""
    tx.execute(ONCE.delete().where(ONCE.c.at < at - KEPT_MS))
