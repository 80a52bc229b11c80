"""What people and teams are called, by the references that cases and records give."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.accounts.tables import ACCOUNTS, TEAMS

PERSON, TEAM = "person:", "team:"


def names_of(tx: Connection, logins: Iterable[str]) -> dict[str, str]:
    """The names of some logins; a login without one is its own. Who is gone is left out."""
    wanted = sorted(set(logins))
    query = sa.select(ACCOUNTS.c.login, ACCOUNTS.c.name).where(ACCOUNTS.c.login.in_(wanted))
    return {row.login: row.name or row.login for row in tx.execute(query)}


def named(tx: Connection, refs: Iterable[str]) -> dict[str, str]:
    """The names of some `person:LOGIN` and `team:ID`, as far as there are such."""
    wanted = sorted(set(refs))
    people = names_of(tx, (one.removeprefix(PERSON) for one in wanted if one.startswith(PERSON)))
    ids = [one.removeprefix(TEAM) for one in wanted if one.startswith(TEAM)]
    teams = tx.execute(sa.select(TEAMS.c.id, TEAMS.c.name).where(TEAMS.c.id.in_(ids)))
    found = {f"{PERSON}{login}": name for login, name in people.items()}
    return found | {f"{TEAM}{row.id}": row.name or row.id for row in teams}


@dataclass(frozen=True, slots=True)
class Called:
    """Says what people and teams are called, for as long as one page takes: each is read once."""

    engine: Engine
    _known: dict[str, str] = field(default_factory=dict, repr=False)

    def person(self, login: str | None) -> str:
        """A name by login; the login itself where there is no such account, "" for nobody."""
        return self.party(f"{PERSON}{login}") if login else ""

    def team(self, name: str) -> str:
        """A team's name by its id."""
        return self.party(f"{TEAM}{name}")

    def party(self, ref: str) -> str:
        """A name by reference; the reference without its kind where nobody has told."""
        if ref not in self._known:
            with self.engine.connect() as tx:
                self._known.update({ref: ref.partition(":")[2]} | named(tx, [ref]))
        return self._known[ref]
