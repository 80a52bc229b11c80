"""The cases of a month as facts, within what somebody sees."""

from collections.abc import Iterator
from typing import Literal

import sqlalchemy as sa

from console.cases.reading import Reader
from console.cases.rows import case_of_text
from console.cases.sight import in_sight
from console.cases.tables import ACTS, CASES
from console.paper.figures import Fact

Level = Literal[
    "estate", "grid", "community", "street", "district", "police_office", "police_station",
    "police_bureau",
]  # fmt: skip
AT_ONCE = 500


def facts_of(reader: Reader, begin: int, end: int, level: Level) -> Iterator[Fact]:
    """What counts of the cases in sight that were opened between two instants (ms)."""
    did = {
        kind: sa.exists().where(ACTS.c.case == CASES.c.id, ACTS.c.kind == kind)
        for kind in ("climb", "mediate")
    }
    query = sa.select(
        CASES.c.body, CASES.c.is_over, did["climb"].label("climbed"),
        did["mediate"].label("mediated"),
    ).where(
        *in_sight(reader.procedure, reader.who), CASES.c.opened_at >= begin,
        CASES.c.opened_at < end,
    )  # fmt: skip
    disputes = {name for name, one in reader.procedure.categories.items() if one.dispute}
    rows = reader.tx.execution_options(yield_per=AT_ONCE).execute(query)
    for row in rows:
        case = case_of_text(row.body)
        yield Fact(
            area=case.nodes.get(level) or case.estate, is_alert=case.flow == "alert",
            is_dispute=case.flow == "report" and case.kind in disputes,
            is_closed=bool(row.is_over), is_mediated=bool(row.mediated),
            was_overdue=bool(row.climbed) or case.overdue_at is not None,
            verdict=case.verdict, rating=case.rating,
        )  # fmt: skip
