"""Who bears a name that hits go to. A hit for a name that nobody bears would be seen by nobody."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from console.accounts.book import principal_of
from console.accounts.tables import ACCOUNTS, TEAM_MEMBERS, TEAMS
from console.lifecycle.table import Role

Areas = tuple[str, ...]
ROLES: tuple[Role, ...] = ("police", "supervisor")
"""Hits never leave the police, so no other role can be named."""


def names_to_choose(tx: Connection) -> list[str]:
    """The roles and teams that an entry can name now: each has somebody who would see a hit."""
    return [name for name in (*ROLES, *_teams(tx)) if bearers(tx, name)]


def bearers(tx: Connection, name: str, areas: Areas | None = None) -> list[str]:
    """The logins that a role or team names and that would see a hit in some areas, in order."""
    return sorted({login for login in _named(tx, name) if _sees(tx, login, name, areas)})


def fault_of(tx: Connection, names: Iterable[str], areas: Areas | None = None) -> str | None:
    """Why hits in some areas (None: in any) cannot go to some names, None if they can."""
    teams = _teams(tx)
    for name in names:
        if name not in ROLES and name not in teams:
            known = ", ".join([*ROLES, *teams])
            return f"roles: {name!r} is no role or team that sees hits; there are: {known}"
        if not bearers(tx, name, areas):
            there = "there " if areas else ""
            return (
                f"roles: nobody who sees police cases {there}bears {name!r}; name others, or add"
                " one"
            )
    return None


def _teams(tx: Connection) -> list[str]:
    return sorted(tx.scalars(sa.select(TEAMS.c.id)))


def _named(tx: Connection, name: str) -> Iterator[str]:
    if name in ROLES:
        yield from tx.scalars(sa.select(ACCOUNTS.c.login).where(ACCOUNTS.c.role == name))
    yield from tx.scalars(sa.select(TEAM_MEMBERS.c.login).where(TEAM_MEMBERS.c.team == name))


def _sees(tx: Connection, login: str, name: str, areas: Areas | None) -> bool:
    who = principal_of(tx, login)
    if who is None or not who.sees("police", police_only=True, named=(name,)):
        return False
    return areas is None or who.covers(areas)
