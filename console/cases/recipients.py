"""Whom a case can be given to: people and teams of its area, and all of a kind of handler."""

from dataclasses import dataclass

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from console.accounts.names import PERSON, TEAM
from console.accounts.principal import reach
from console.accounts.tables import ACCOUNTS, TEAMS
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.lifecycle.table import Role

GROUP = "group:"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person or a team: its reference, what it is called, and its role."""

    ref: str
    name: str
    role: Role


def handling_roles(procedure: Procedure, case: Case) -> tuple[Role, ...]:
    """The roles that may take a case on; what is for the police alone goes to police alone."""
    roles = procedure.table.acts["accept"].roles
    return tuple(role for role in roles if role == "police" or not case.police_only)


def groups_for(procedure: Procedure, case: Case) -> list[str]:
    """The first handlers that a case can be given to, by name, as the clocks name them."""
    roles = handling_roles(procedure, case)
    told = (name for tree in procedure.clocks.trees.values() for name in tree.handlers)
    return [name for name in told if procedure.role_of(name) in roles]


def people_for(tx: Connection, procedure: Procedure, case: Case) -> list[Recipient]:
    """Whoever has an account, deals with cases and looks after the case's area, by name."""
    query = sa.select(ACCOUNTS).where(
        ACCOUNTS.c.disabled_at.is_(None), ACCOUNTS.c.role.in_(handling_roles(procedure, case))
    )
    return [
        Recipient(f"{PERSON}{row.login}", row.name or row.login, row.role)
        for row in tx.execute(query.order_by(ACCOUNTS.c.name, ACCOUNTS.c.login))
        if reach(set(orjson.loads(row.areas)), case.areas)
    ]


def teams_for(tx: Connection, procedure: Procedure, case: Case) -> list[Recipient]:
    """The teams that look after the case's area, by name."""
    query = sa.select(TEAMS).where(TEAMS.c.role.in_(handling_roles(procedure, case)))
    return [
        Recipient(f"{TEAM}{row.id}", row.name or row.id, row.role)
        for row in tx.execute(query.order_by(TEAMS.c.name, TEAMS.c.id))
        if reach(set(orjson.loads(row.areas)), case.areas)
    ]
