"""Whom a case can be given to, as lists under headings."""

from typing import Any

from sqlalchemy import Connection

from console.cases.recipients import GROUP, groups_for, people_for, teams_for
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.pages.names import group_word
from console.pages.saying import Saying
from console.words import Language, pick


def parties_for(
    tx: Connection, procedure: Procedure, case: Case, language: Language
) -> list[dict[str, Any]]:
    """Three lists with their headings; what is for the police alone names police alone."""
    roles, say = procedure.table.roles, Saying(language).text
    people = [
        {"ref": one.ref, "name": one.name, "note": pick(roles[one.role], language)}
        for one in people_for(tx, procedure, case)
    ]
    teams = [
        {"ref": one.ref, "name": one.name, "note": ""} for one in teams_for(tx, procedure, case)
    ]
    groups = [
        {"ref": f"{GROUP}{name}", "name": group_word(name, language), "note": ""}
        for name in sorted(groups_for(procedure, case))
    ]
    lists = (("people", people), ("teams", teams), ("groups", groups))
    return [{"word": say(word), "items": items} for word, items in lists if items]
