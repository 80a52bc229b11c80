"""Reports of residents and staff become cases; one that a situation counts goes to the log."""

import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy import Connection

from console.accounts.principal import Principal
from console.cases.quiet import desk_of
from console.cases.rows import Desk, keep_new
from console.cases.surroundings import Surroundings
from console.cases.tables import CASES, REPORTS
from console.lifecycle.facts import Case, Deed, Facts
from console.lifecycle.procedure import Procedure
from console.lifecycle.routing import Category
from console.outbox.notes import Note, note_id
from console.outbox.store import enqueue
from schemas.base import Model

TEXT_MAX = 2000
ID_BYTES = 12
EVENT = "report.filed"
PER_DAY_MAX = 20
DAY_MS = 24 * 3_600_000
Pictures = tuple[str, ...]


class Report(Model):
    """What somebody reports. `dwelling` is where it troubles people, `against` where it comes from.

    Both are places of the site or homes of the register, as is `place`; the estate itself will do.
    """

    estate: str = Field(min_length=1, max_length=64)
    category: str = Field(max_length=64)
    text: str = Field(min_length=1, max_length=TEXT_MAX)
    place: str | None = Field(default=None, max_length=64)
    dwelling: str | None = Field(default=None, max_length=64)
    against: str | None = Field(default=None, max_length=64)


class ReportFault(ValueError):
    """A report that cannot be taken; one line on why."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes reports in."""

    procedure: Procedure
    around: Surroundings

    def file(
        self, tx: Connection, who: Principal, report: Report, at: int, pictures: Pictures = ()
    ) -> Case:
        """Open the case of a report; `pictures` link what was photographed. Raises ReportFault."""
        category = self._category(tx, who, report, at)
        name = secrets.token_hex(ID_BYTES)
        facts = self._facts(name, who, report, category)
        deed = Deed(kind="file", by=who.login, at=at, version=0, facts=facts, pictures=pictures)
        case = self.procedure.opened(name, deed)
        keep_new(tx, self.procedure, case, deed, Desk(desk_of(case)))
        row = {"case": name, "text": report.text, "filed_by": who.login, "filed_at": at}
        row |= {"dwelling": report.dwelling, "against": report.against}
        tx.execute(REPORTS.insert().values(row))
        if category.event:
            enqueue(tx, [_note(name, case.place, report)], at)
        return case

    def _category(self, tx: Connection, who: Principal, report: Report, at: int) -> Category:
        categories = self.procedure.categories
        category = categories.get(report.category)
        if category is None:
            known = ", ".join(categories)
            raise ReportFault(f"category: {report.category!r} is none; there are: {known}")
        place = report.place or report.estate
        if not self.around.is_known(report.estate, place):
            raise ReportFault(f"place: {place!r} is no place of {report.estate!r}")
        if not who.covers(self.around.areas(report.estate, place)):
            raise ReportFault(f"estate: {report.estate!r} is not your area")
        if who.role == "resident" and _filed_since(tx, who.login, at - DAY_MS) >= PER_DAY_MAX:
            raise ReportFault(f"at most {PER_DAY_MAX} reports a day; call the office")
        return category

    def _facts(self, name: str, who: Principal, report: Report, category: Category) -> Facts:
        place = report.place or report.estate
        return Facts(
            flow="report", kind=report.category, source=name, estate=report.estate, place=place,
            place_name=self.around.name(report.estate, place), severity=category.severity,
            handler=category.handler, nodes=self.around.nodes(report.estate),
            areas=self.around.areas(report.estate, place), reporter=who.login,
        )  # fmt: skip


def _filed_since(tx: Connection, login: str, since: int) -> int:
    mine = (REPORTS.c.filed_by == login, REPORTS.c.filed_at >= since)
    return tx.scalar(sa.select(sa.func.count()).select_from(REPORTS).where(*mine)) or 0


def _note(name: str, place: str, report: Report) -> Note:
    """The event of a report: what was reported and between which homes, never who or in words."""
    key = f"report/{name}"
    body = {"category": report.category, "place": place}
    homes = {"dwelling": report.dwelling, "against": report.against}
    body |= {field: home for field, home in homes.items() if home is not None}
    return Note(note_id(report.estate, key, 1), report.estate, key, EVENT, None, body)


def forget_texts(tx: Connection, before: int) -> int:
    """Let go of the words of reports whose cases were closed before an instant (ms); how many."""
    closed = sa.select(CASES.c.id).where(CASES.c.is_over, CASES.c.closed_at < before)
    old = (REPORTS.c.case.in_(closed), REPORTS.c.text != "")
    return tx.execute(REPORTS.update().where(*old).values(text="")).rowcount
