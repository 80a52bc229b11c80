"""The second factor: a phone's codes, enrolled by the person and sealed with the master key."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.accounts.book import find
from console.accounts.tables import ACCOUNTS
from console.accounts.totp import enrol_link, new_secret, step_of
from console.audit.chain import Said, Signed
from console.audit.log import append, hold
from console.database import writing
from console.register.vault import Vault
from schemas.base import MS_PER_S


class WrongCode(ValueError):
    """A code that is wrong, too old, or was used."""


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The second factors of one database."""

    engine: Engine
    vault: Vault

    def enrol(self, login: str) -> tuple[str, str]:
        """A new secret and its link for the phone; it counts once a code of it was confirmed.

        Raises NoKey, KeyError.
        """
        secret = new_secret()
        sealed = self.vault.keys().city.seal(secret, _context(login))
        with writing(self.engine) as tx:
            find(tx, login)
            change = {"totp": sealed, "totp_on": False, "totp_step": 0}
            tx.execute(ACCOUNTS.update().where(ACCOUNTS.c.login == login).values(change))
        return secret, enrol_link(secret, login)

    def confirm(self, login: str, code: str, signed: Signed) -> None:
        """From now on a code is asked for. Raises WrongCode, NoKey, KeyError."""
        with writing(self.engine) as tx:
            hold(tx)
            find(tx, login)
            row = tx.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.login == login)).one()
            if row.totp is None or not self._take(tx, row, code, signed.at):
                raise WrongCode("code: wrong or used; wait for the next one, check the clocks")
            tx.execute(ACCOUNTS.update().where(ACCOUNTS.c.login == login).values(totp_on=True))
            append(tx, signed, [Said("accounts.totp_on", login)])

    def remove(self, login: str, signed: Signed) -> None:
        """No code is asked for any more: the phone is lost. Raises KeyError."""
        with writing(self.engine) as tx:
            hold(tx)
            find(tx, login)
            change = {"totp": None, "totp_on": False, "totp_step": 0}
            tx.execute(ACCOUNTS.update().where(ACCOUNTS.c.login == login).values(change))
            append(tx, signed, [Said("accounts.totp_off", login)])

    def holds(self, tx: Connection, row: sa.Row[Any], code: str, at: int) -> bool:
        """Whether the second factor of an account is there, or not asked for. Uses the code up."""
        return not row.totp_on or self._take(tx, row, code, at)

    def _take(self, tx: Connection, row: sa.Row[Any], code: str, at: int) -> bool:
        secret = self.vault.keys().city.unseal(row.totp, _context(row.login))
        step = step_of(secret, code, at / MS_PER_S, row.totp_step)
        if step is None:
            return False
        # The condition makes one code good once, whoever sends it twice at the same moment.
        mine = (ACCOUNTS.c.login == row.login, ACCOUNTS.c.totp_step < step)
        return tx.execute(ACCOUNTS.update().where(*mine).values(totp_step=step)).rowcount == 1


def _context(login: str) -> str:
    return f"totp/{login}"
