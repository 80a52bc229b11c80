"""Questions about cases, each within what the asker sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from console.accounts.principal import Principal
from console.cases.rows import act_of, case_of_text
from console.cases.sight import Conditions, in_sight, is_theirs
from console.cases.tables import ACTS, CASE_ALERTS, CASE_DEVICES, CASES, FLOODS, REPORTS, SHELVES
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.lifecycle.quality import Quality, Verdicts, counted
from console.lifecycle.table import FlowName
from schemas.acts import Act
from schemas.alerts import Severity
from schemas.events import event_id

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What somebody asks to see. None means any."""

    is_open: bool | None = None
    flow: FlowName | None = None
    state: str | None = None
    severity: Severity | None = None
    kind: str | None = None
    estate: str | None = None
    mine: bool = False
    overdue: bool = False
    supervised: bool = False
    shelved: bool | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of the first page's top and bottom, within what the asker sees."""

    waiting: int = 0
    open: int = 0
    mine: int = 0
    overdue: int = 0
    supervised: int = 0
    shelved: int = 0
    closed_since: int = 0


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what one person sees of the cases, in one connection."""

    tx: Connection
    procedure: Procedure
    who: Principal

    def _seen(self) -> Conditions:
        return in_sight(self.procedure, self.who)

    def case(self, name: str) -> Case | None:
        """A case; None where there is none in sight."""
        query = sa.select(CASES.c.body).where(CASES.c.id == name, *self._seen())
        body = self.tx.scalar(query)
        return None if body is None else case_of_text(body)

    def tag(self, *more: int) -> str:
        """What stays the same as long as nobody acts and nothing of who asks changes.

        The last acts are counted too: of two at once the one that was numbered first may be kept
        second.
        """
        last = self.tx.scalar(sa.select(sa.func.max(ACTS.c.sequence))) or 0
        count = sa.select(sa.func.count()).where(ACTS.c.sequence > last - AT_ONCE)
        recent = self.tx.scalar(count) or 0
        who = (self.who.login, self.who.role, *sorted(self.who.areas), *sorted(self.who.kinds))
        parts = (last, recent, *more, *who, *sorted(self.who.teams))
        return f'"{event_id("cases", *parts)[:20]}"'

    def page(
        self, wanted: CaseFilter, limit: int, after: tuple[int | str, ...] | None = None
    ) -> list[Case]:
        """At most `limit` cases, newest first, beginning behind (opened_at, id)."""
        query = sa.select(CASES.c.body).where(*self._seen(), *self._wanted(wanted))
        if after is not None:
            newest = sa.tuple_(CASES.c.opened_at, CASES.c.id)
            query = query.where(newest < sa.tuple_(*after))
        order = (CASES.c.opened_at.desc(), CASES.c.id.desc())
        return [case_of_text(body) for body in self.tx.scalars(query.order_by(*order).limit(limit))]

    def named(self, names: Sequence[str], wanted: CaseFilter) -> list[Case]:
        """Those of some cases that are in sight and asked for, in no order that means anything."""
        mine = CASES.c.id.in_(names)
        query = sa.select(CASES.c.body).where(mine, *self._seen(), *self._wanted(wanted))
        return [case_of_text(body) for body in self.tx.scalars(query)]

    def _wanted(self, wanted: CaseFilter) -> Conditions:
        same = {
            CASES.c.flow: wanted.flow, CASES.c.state: wanted.state, CASES.c.kind: wanted.kind,
            CASES.c.severity: wanted.severity, CASES.c.estate: wanted.estate,
        }  # fmt: skip
        found = [column == value for column, value in same.items() if value is not None]
        if wanted.is_open is not None:
            found.append(CASES.c.is_over.is_(not wanted.is_open))
        if wanted.shelved is not None:
            shelved = CASES.c.shelved_until
            found.append(shelved.is_not(None) if wanted.shelved else shelved.is_(None))
        flags = {
            _OVERDUE: wanted.overdue, CASES.c.supervised: wanted.supervised,
            is_theirs(self.procedure, self.who): wanted.mine,
        }  # fmt: skip
        return [*found, *(condition for condition, asked in flags.items() if asked)]

    def counts(self, since: int) -> Counts:
        """The figures; `closed_since` an instant (ms). Neither question looks at what was closed
        before: that grows for years.
        """
        standing, closed = self._standing(), self._closed_since(since)
        figures = self.tx.execute(standing).one()._mapping
        return Counts(**figures, closed_since=self.tx.scalar(closed) or 0)

    def _standing(self) -> sa.Select[Any]:
        begins = [flow.begins for flow in self.procedure.table.flows.values()]
        conditions = {
            "waiting": CASES.c.state.in_(begins), "open": sa.true(),
            "mine": is_theirs(self.procedure, self.who), "overdue": _OVERDUE,
            "supervised": CASES.c.supervised, "shelved": CASES.c.shelved_until.is_not(None),
        }  # fmt: skip
        sums = [
            sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0).label(name)
            for name, condition in conditions.items()
        ]
        return sa.select(*sums).where(CASES.c.is_over.is_(False), *self._seen())

    def _closed_since(self, since: int) -> sa.Select[Any]:
        count = sa.select(sa.func.count()).select_from(CASES)
        return count.where(CASES.c.closed_at >= since, *self._seen())

    def acts(self, name: str) -> list[Act]:
        """The acts of a case, the first one first."""
        query = sa.select(ACTS).where(ACTS.c.case == name).order_by(ACTS.c.version)
        return [act_of(row) for row in self.tx.execute(query)]

    def alerts(self, name: str) -> list[str]:
        """The alerts of a case."""
        query = sa.select(CASE_ALERTS.c.alert).where(CASE_ALERTS.c.case == name)
        return list(self.tx.scalars(query.order_by(CASE_ALERTS.c.alert)))

    def case_of_alert(self, alert: str) -> Case | None:
        """The case of an alert, if it is in sight."""
        query = sa.select(CASE_ALERTS.c.case).where(CASE_ALERTS.c.alert == alert)
        name = self.tx.scalar(query)
        return None if name is None else self.case(name)

    def report(self, name: str) -> sa.Row[Any] | None:
        """What somebody reported."""
        return self.tx.execute(sa.select(REPORTS).where(REPORTS.c.case == name)).one_or_none()

    def shelves(self, at: int) -> Sequence[sa.Row[Any]]:
        """The shelves that hold something back now, of all estates."""
        holding = (SHELVES.c.ended_at.is_(None), SHELVES.c.until > at)
        return self.tx.execute(sa.select(SHELVES).where(*holding).order_by(SHELVES.c.id)).all()

    def floods(self, limit: int, before: int | None = None) -> Sequence[sa.Row[Any]]:
        """The last floods of all desks, newest first; those before an id."""
        query = sa.select(FLOODS).order_by(FLOODS.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(FLOODS.c.id < before)
        return self.tx.execute(query).all()

    def verdicts(self, since: int) -> Quality:
        """The verdicts on cases opened since an instant (ms), by situation and by device."""
        judged = [
            CASES.c.flow == "alert", CASES.c.verdict.is_not(None), CASES.c.opened_at >= since,
            *self._seen(),
        ]  # fmt: skip
        alerts = [*judged, CASE_ALERTS.c.case == CASES.c.id]
        devices = [*judged, CASE_DEVICES.c.case == CASES.c.id]
        by_both = CASES.c.kind + " " + CASE_DEVICES.c.device
        return Quality(
            by_rule=self._verdicts(CASE_ALERTS.c.rule, alerts),
            by_device=self._verdicts(CASE_DEVICES.c.device, devices),
            by_both=self._verdicts(by_both, devices),
        )

    def _verdicts(self, name: ColumnElement[str], conditions: Conditions) -> list[Verdicts]:
        """Each case counts once for a name, however many of its alerts bear it."""
        once = sa.select(name.label("name"), CASES.c.verdict, CASES.c.id).where(*conditions)
        cases = once.distinct().subquery()
        query = sa.select(cases.c.name, cases.c.verdict, sa.func.count())
        rows = self.tx.execute(query.group_by(cases.c.name, cases.c.verdict))
        return counted((row[0], row[1], row[2]) for row in rows)


_OVERDUE = CASES.c.overdue_at.is_not(None)
