"""Which cases somebody sees: of their area and kinds, and what was given to them by name."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Table

from console.accounts.principal import Principal
from console.cases.surroundings import Surroundings
from console.cases.tables import CASE_AREAS, CASE_PARTIES, CASE_ROLES, CASES
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from schemas.alerts import Alert

Conditions = list[ColumnElement[bool]]


def own_refs(procedure: Procedure, who: Principal) -> list[str]:
    """The references by which a case can be given to somebody."""
    groups = {f"group:{name}" for name in (who.role, *procedure.handlers_of(who.role))}
    return sorted({f"person:{who.login}"} | {f"team:{team}" for team in who.teams} | groups)


def _given_by_name(who: Principal) -> list[str]:
    return [f"person:{who.login}", *(f"team:{team}" for team in sorted(who.teams))]


def in_sight(procedure: Procedure, who: Principal) -> Conditions:
    """The conditions on `cases` that hold for what somebody sees."""
    if who.role == "resident":
        return [CASES.c.reporter == who.login]
    given = _has(CASE_PARTIES, "party", own_refs(procedure, who))
    conditions = [sa.or_(CASES.c.tree.in_(who.kinds), given)]
    if not who.is_everywhere:
        by_name = _has(CASE_PARTIES, "party", _given_by_name(who))
        conditions.append(sa.or_(_has(CASE_AREAS, "area", who.areas), by_name))
    if not who.sees("police", police_only=True):
        conditions.append(CASES.c.police_only.is_(False))
    named = sa.exists().where(CASE_ROLES.c.case == CASES.c.id)
    return [*conditions, sa.or_(~named, _has(CASE_ROLES, "role", who.names))]


def _has(table: Table, column: str, values: Iterable[str]) -> ColumnElement[bool]:
    found = (table.c.case == CASES.c.id, table.c[column].in_(sorted(values)))
    return sa.exists().where(*found)


def is_theirs(procedure: Procedure, who: Principal) -> ColumnElement[bool]:
    """The condition for what somebody has to do: held by them, given to them, or waiting where
    they are for one of their kind.
    """
    refs = own_refs(procedure, who)
    waits = sa.and_(CASES.c.holder == "", CASES.c.assigned == "")
    if not who.minds_all:
        waits = sa.and_(waits, _has(CASE_PARTIES, "party", refs))
    told = waits if who.is_everywhere else sa.and_(waits, CASES.c.told_node.in_(who.areas))
    mine = (CASES.c.holder == who.login, CASES.c.assigned.in_(refs), told)
    return sa.or_(*mine, CASES.c.reporter == who.login)


@dataclass(frozen=True)
class Onlooker:
    """One person who looks at cases that stand in memory; who they are is worked out once."""

    procedure: Procedure
    who: Principal

    @cached_property
    def refs(self) -> frozenset[str]:
        """The references by which a case can be given to them."""
        return frozenset(own_refs(self.procedure, self.who))

    @cached_property
    def names(self) -> frozenset[str]:
        """Those of them that name them, and not all of a role."""
        return frozenset(_given_by_name(self.who))

    def sees(self, case: Case) -> bool:
        """Whether a case is in sight: `in_sight` says it of the database."""
        who = self.who
        if who.role == "resident":
            return case.reporter == who.login
        return (
            (self.procedure.tree_of(case) in who.kinds or not self.refs.isdisjoint(case.parties))
            and (who.covers(case.areas) or not self.names.isdisjoint(case.parties))
            and (not case.police_only or who.sees("police", police_only=True))
            and (not case.named_roles or not who.names.isdisjoint(case.named_roles))
        )

    def has_to_do(self, case: Case) -> bool:
        """Whether a case is theirs to do, as `is_theirs` says it of the database."""
        who, waits = self.who, not case.holder and not case.assigned
        return (
            case.holder == who.login
            or case.assigned in self.refs
            or (waits and self._is_told(case))
            or case.reporter == who.login
        )

    def _is_told(self, case: Case) -> bool:
        if self.who.minds_all:
            return True
        here = self.who.is_everywhere or case.told_node in self.who.areas
        return here and not self.refs.isdisjoint(case.parties)


def sees_alert(procedure: Procedure, around: Surroundings, who: Principal, alert: Alert) -> bool:
    """Whether an alert is of somebody's area and kinds. Residents see none."""
    police_only = alert.rule in procedure.table.police_only or bool(alert.roles)
    may = who.sees(
        procedure.clocks.tree_of(alert.handler), police_only=police_only, named=alert.roles
    )
    if not police_only:
        may = may or not procedure.handlers_of(who.role).isdisjoint((alert.handler, *alert.also))
    return may and who.covers(around.areas(alert.estate, alert.place))
