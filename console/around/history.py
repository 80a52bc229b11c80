"""The cases of a place within what somebody sees."""

from dataclasses import dataclass

import sqlalchemy as sa

from console.cases.reading import Reader
from console.cases.rows import case_of_text
from console.cases.sight import in_sight
from console.cases.tables import CASE_ALERTS, CASE_AREAS, CASES
from console.lifecycle.facts import Case


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case and how many alerts it gathers."""

    case: Case
    alerts: int


def cases_at(reader: Reader, estate: str, place: str, since: int, limit: int) -> list[CaseLine]:
    """The newest cases at a place, or at what stands in it, opened since an instant (ms)."""
    here = sa.exists().where(CASE_AREAS.c.case == CASES.c.id, CASE_AREAS.c.area == place)
    count = sa.select(sa.func.count()).where(CASE_ALERTS.c.case == CASES.c.id).scalar_subquery()
    query = sa.select(CASES.c.body, count.label("n")).where(
        *in_sight(reader.procedure, reader.who), here, CASES.c.estate == estate,
        CASES.c.opened_at >= since,
    )  # fmt: skip
    rows = reader.tx.execute(query.order_by(CASES.c.opened_at.desc(), CASES.c.id).limit(limit))
    return [CaseLine(case_of_text(row.body), row.n) for row in rows]
