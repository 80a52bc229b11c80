"""Who has guessed too often must wait: a login after 5 wrong tries, an address after 30.

Kept in the database, so that neither a restart nor the other console gives new tries. A login that
does not exist is locked like one that does: nobody learns which there are.
"""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from console.accounts.tables import FAILURES

WINDOW_MS = 15 * 60_000
LOCKED_MS = 15 * 60_000
LOGIN_TRIES, ADDRESS_TRIES = 5, 30


@dataclass(frozen=True, slots=True)
class Tried:
    """Who tries to come in, from where."""

    login: str
    address: str

    @property
    def limits(self) -> dict[str, int]:
        """How many wrong tries each name has. A login is hashed: people type passwords there."""
        login = hashlib.sha256(self.login.casefold().encode()).hexdigest()[:32]
        address = {f"address:{self.address}": ADDRESS_TRIES} if self.address else {}
        return {f"login:{login}": LOGIN_TRIES} | address


def locked_until(tx: Connection, tried: Tried, at: int) -> int | None:
    """Until when (ms) they must wait; None where they may try."""
    query = sa.select(sa.func.max(FAILURES.c.locked_until))
    until: int | None = tx.scalar(query.where(FAILURES.c.name.in_(tried.limits)))
    return until if until is not None and until > at else None


def failed(tx: Connection, tried: Tried, at: int) -> bool:
    """Count a wrong try; whether it was the last."""
    counted = [_count(tx, name, most, at) for name, most in tried.limits.items()]
    return any(counted)


def _count(tx: Connection, name: str, most: int, at: int) -> bool:
    mine = FAILURES.c.name == name
    row = tx.execute(sa.select(FAILURES).where(mine).with_for_update()).one_or_none()
    is_fresh = row is None or at - row.since > WINDOW_MS
    count = 1 if row is None or is_fresh else row.tries + 1
    values = {
        "tries": count, "since": at if row is None or is_fresh else row.since,
        "locked_until": at + LOCKED_MS if count >= most else None,
    }  # fmt: skip
    if row is None:
        tx.execute(FAILURES.insert().values(name=name, **values))
    else:
        tx.execute(FAILURES.update().where(mine).values(values))
    return count >= most


def forgive(tx: Connection, login: str) -> None:
    """A login has its tries again: it was right, or an administrator says so."""
    names = [name for name in Tried(login, "").limits if name.startswith("login:")]
    tx.execute(FAILURES.delete().where(FAILURES.c.name.in_(names)))


def forget(tx: Connection, at: int) -> None:
    """Forget what no longer counts."""
    tx.execute(FAILURES.delete().where(FAILURES.c.since < at - WINDOW_MS - LOCKED_MS))
