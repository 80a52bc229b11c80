"""Whom a case can be given to, as a list to choose from."""

from dataclasses import dataclass
from typing import get_args

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from console.accounts.principal import EVERYWHERE, STAFF
from console.accounts.tables import ACCOUNTS, TEAMS
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from schemas.alerts import Handler

CHOICES_MAX = 80
HANDLERS: tuple[Handler, ...] = get_args(Handler)


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to choose: the reference, and a name or the handler's word."""

    ref: str
    name: str
    handler: Handler | None = None


def groups(procedure: Procedure, case: Case) -> list[Choice]:
    """The first handlers that a case can be given to."""
    known = [one for one in HANDLERS if (role := procedure.role_of(one)) is not None
             and (role == "police" or not case.police_only)]  # fmt: skip
    return [Choice(f"group:{one}", one, one) for one in known]


def choices(tx: Connection, procedure: Procedure, case: Case) -> list[Choice]:
    """Teams, then groups, then people who look after the case's area."""
    roles = ("police",) if case.police_only else tuple(sorted(STAFF))
    teams = sa.select(TEAMS).where(TEAMS.c.role.in_(roles)).order_by(TEAMS.c.id)
    staff = sa.select(ACCOUNTS.c.login, ACCOUNTS.c.name, ACCOUNTS.c.areas).where(
        ACCOUNTS.c.role.in_(roles), ACCOUNTS.c.disabled_at.is_(None)
    )
    found = [
        Choice(f"team:{row.id}", row.name) for row in tx.execute(teams) if _covers(row.areas, case)
    ]
    people = [
        Choice(f"person:{row.login}", row.name or row.login)
        for row in tx.execute(staff.order_by(ACCOUNTS.c.login))
        if _covers(row.areas, case)
    ]
    return [*found, *groups(procedure, case), *people][:CHOICES_MAX]


def _covers(areas: str, case: Case) -> bool:
    told = set(orjson.loads(areas))
    return EVERYWHERE in told or not told.isdisjoint(case.areas)
