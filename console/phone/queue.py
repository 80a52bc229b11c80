"""The lists of a phone, within what somebody sees: theirs first, then by level and time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from console.accounts.principal import Principal
from console.cases.rows import case_of_text
from console.cases.sight import Conditions, in_sight, is_theirs
from console.cases.tables import CASES
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.lifecycle.table import Role
from schemas.alerts import SEVERITIES

View = Literal["all", "mine", "overdue", "supervised", "review", "done"]
VIEWS: tuple[View, ...] = get_args(View)
PAGE = 30
_REVIEWS: frozenset[Role] = frozenset({"police", "supervisor"})


def views_of(role: Role) -> tuple[View, ...]:
    """The lists that make sense for a role."""
    if role == "resident":
        return ()
    return tuple(view for view in VIEWS if view != "review" or role in _REVIEWS)


@dataclass(frozen=True, slots=True)
class Line:
    """One case of a list, and whether it waits for whoever looks."""

    case: Case
    is_mine: bool


@dataclass(frozen=True, slots=True)
class AreaLine:
    """The open cases of one estate and tree. `since` is how long the oldest overdue one is (ms)."""

    estate: str
    tree: str
    open: int
    waiting: int
    overdue: int
    supervised: int
    since: int | None


@dataclass(frozen=True, slots=True)
class Queue:
    """Lists for one person, in one connection."""

    tx: Connection
    procedure: Procedure
    who: Principal

    def page(self, view: View, estate: str, skip: int) -> list[Line]:
        """At most one more than a page, beginning behind `skip` cases. `estate` "" is all."""
        mine = sa.case((is_theirs(self.procedure, self.who), 1), else_=0).label("mine")
        query = sa.select(CASES.c.body, mine).where(
            *in_sight(self.procedure, self.who), *self._wanted(view)
        )
        if estate:
            query = query.where(CASES.c.estate == estate)
        ordered = query.order_by(*_order(view, mine)).offset(skip).limit(PAGE + 1)
        return [Line(case_of_text(row.body), bool(row.mine)) for row in self.tx.execute(ordered)]

    def _wanted(self, view: View) -> Conditions:
        is_open = CASES.c.is_over.is_(False)
        match view:
            case "mine":
                return [is_open, is_theirs(self.procedure, self.who)]
            case "overdue":
                return [is_open, CASES.c.overdue_at.is_not(None)]
            case "supervised":
                return [is_open, CASES.c.supervised]
            case "review":
                return [CASES.c.state == "closed", CASES.c.flow == "alert"]
            case "done":
                return [CASES.c.is_over]
        return [is_open]

    def own(self, limit: int) -> list[Case]:
        """What somebody reported themselves, the newest first."""
        query = sa.select(CASES.c.body).where(CASES.c.reporter == self.who.login)
        rows = self.tx.scalars(query.order_by(CASES.c.opened_at.desc()).limit(limit))
        return [case_of_text(body) for body in rows]

    def areas(self) -> list[AreaLine]:
        """The open cases by estate and tree; where most is overdue first."""
        begins = [flow.begins for flow in self.procedure.table.flows.values()]
        counts = [
            _count(sa.true(), "open"), _count(CASES.c.state.in_(begins), "waiting"),
            _count(CASES.c.overdue_at.is_not(None), "overdue"),
            _count(CASES.c.supervised, "supervised"),
            sa.func.min(CASES.c.overdue_at).label("since"),
        ]  # fmt: skip
        query = sa.select(CASES.c.estate, CASES.c.tree, *counts).where(
            CASES.c.is_over.is_(False), *in_sight(self.procedure, self.who)
        )
        rows = self.tx.execute(query.group_by(CASES.c.estate, CASES.c.tree)).all()
        found = [AreaLine(*row) for row in rows]
        return sorted(found, key=lambda one: (-one.overdue, -one.open, one.estate, one.tree))


def _count(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0)).label(name)


def _order(view: View, mine: ColumnElement[int]) -> Sequence[Any]:
    if view == "done":
        return (CASES.c.closed_at.desc(), CASES.c.id)
    gravity = {name: rank for rank, name in enumerate(SEVERITIES)}
    gravest = sa.case(gravity, value=CASES.c.severity)
    # NULLS LAST is not in every SQLite; a clock that does not run comes after those that do.
    unclocked = sa.case((CASES.c.due_at.is_(None), 1), else_=0)
    due = (unclocked, CASES.c.due_at, CASES.c.opened_at.desc(), CASES.c.id)
    return (mine.desc(), gravest.desc(), *due)
