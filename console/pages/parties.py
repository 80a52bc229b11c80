"""Whom a case can be given to: people and teams of its area, and all of a kind of handler."""

from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from console.accounts.principal import EVERYWHERE
from console.accounts.tables import ACCOUNTS, TEAMS
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.pages.names import group_word
from console.pages.saying import Saying
from console.words import Language, pick

HANDS = ("police", "grid_worker", "property")
"""The roles that deal with cases."""
Party = dict[str, str]


def parties_for(
    tx: Connection, procedure: Procedure, case: Case, language: Language
) -> list[dict[str, Any]]:
    """Three lists with their headings; what is for the police alone names police alone."""
    roles = ("police",) if case.police_only else HANDS
    say = Saying(language).text
    handlers = sorted({h for ladder in procedure.clocks.trees.values() for h in ladder.handlers})
    groups = [
        {"ref": f"group:{name}", "name": group_word(name, language), "note": ""}
        for name in handlers
        if procedure.role_of(name) in roles
    ]
    lists = (
        ("people", _people(tx, procedure, case, (roles, language))),
        ("teams", _teams(tx, case, roles)), ("groups", groups),
    )  # fmt: skip
    return [{"word": say(word), "items": items} for word, items in lists if items]


def _people(
    tx: Connection, procedure: Procedure, case: Case, given: tuple[tuple[str, ...], Language]
) -> list[Party]:
    roles, language = given
    query = sa.select(ACCOUNTS).where(ACCOUNTS.c.disabled_at.is_(None), ACCOUNTS.c.role.in_(roles))
    return [
        {
            "ref": f"person:{row.login}", "name": row.name,
            "note": pick(procedure.table.roles[row.role], language),
        }
        for row in tx.execute(query.order_by(ACCOUNTS.c.name, ACCOUNTS.c.login))
        if _covers(row.areas, case)
    ]  # fmt: skip


def _teams(tx: Connection, case: Case, roles: tuple[str, ...]) -> list[Party]:
    rows = tx.execute(sa.select(TEAMS).where(TEAMS.c.role.in_(roles)).order_by(TEAMS.c.name))
    return [
        {"ref": f"team:{row.id}", "name": row.name, "note": ""}
        for row in rows
        if _covers(row.areas, case)
    ]


def _covers(text: str, case: Case) -> bool:
    areas = set(orjson.loads(text))
    return EVERYWHERE in areas or not areas.isdisjoint(case.areas)
