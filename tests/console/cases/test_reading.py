"""What is asked of the cases, on both databases."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from console.accounts.principal import KINDS, Principal
from console.cases.reading import Counts
from console.cases.tables import CASES
from console.database import writing
from tests.console.cases.conftest import OpenWork
from tests.console.cases.working import Work
from tests.console.samples import ESTATE, HOUR, NINE, alert

EVERYWHERE = Principal("wang", "police", frozenset({"*"}), frozenset(KINDS["police"]))
HERE = Principal("li", "property", frozenset({ESTATE}), frozenset(KINDS["property"]))
YEARS = 3000


@pytest.fixture
def years(open_work: OpenWork) -> Work:
    """A database of either kind: two open cases, one closed today, and a history of them."""
    work = open_work()
    work.take(alert("a"), alert("held", handler="property"), alert("b"))
    work.act("close", EVERYWHERE.actor, "b", verdict="false", at=NINE + HOUR)
    with work.engine.connect() as connection:
        row = dict(connection.execute(sa.select(CASES).where(CASES.c.id == "b")).one()._mapping)
    old = {"closed_at": NINE - HOUR, "opened_at": NINE - 2 * HOUR}
    with writing(work.engine) as tx:
        tx.execute(CASES.insert(), [row | old | {"id": f"old-{n}"} for n in range(YEARS)])
        tx.exec_driver_sql("ANALYZE")
    return work


def looked_at(work: Work, who: Principal) -> list[str]:
    """How the database would look for the figures: its plan of each question."""
    asked: list[tuple[str, Any]] = []
    with work.engine.connect() as tx:
        listen = (tx, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        event.listen(*listen)
        work.office.reader(tx, who).counts(NINE)
        event.remove(*listen)
        is_sqlite = tx.dialect.name == "sqlite"
        explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
        plans = [tx.exec_driver_sql(explain + text, given).all() for text, given in asked]
    return [str(row[-1]) for plan in plans for row in plan]


@pytest.mark.parametrize("who", [EVERYWHERE, HERE])
def test_figures_are_found_without_a_look_at_the_history(years: Work, who: Principal) -> None:
    plan = looked_at(years, who)
    assert [line for line in plan if "cases_open" in line]
    assert [line for line in plan if "cases_closed" in line]
    whole = ("SCAN cases", "Seq Scan on cases")
    assert [line for line in plan if line.strip("-> ").startswith(whole)] == []


def test_figures_are_of_what_stands_and_of_what_was_closed_today(years: Work) -> None:
    with years.engine.connect() as tx:
        counts = years.office.reader(tx, EVERYWHERE).counts(NINE)
        assert counts == Counts(waiting=2, open=2, mine=1, closed_since=1)
        assert years.office.reader(tx, EVERYWHERE).counts(0).closed_since == YEARS + 1
        here = years.office.reader(tx, HERE).counts(NINE)
    assert here == Counts(waiting=1, open=1, mine=1)
