"""What was counted stays when the next day's counts take its place."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from console.around.days import (
    HOUR_MS,
    days_of,
    forget_counts,
    gates_known,
    hours_of,
    keep_counts,
    passages_on,
)
from console.batch import SeenView
from console.database import open_database
from schemas.views import View
from tests.console.around.estates import gate, vehicles
from tests.console.samples import ESTATE, HOUR, NINE, device


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(database_url)
    yield engine
    engine.dispose()


def keep(engine: Engine, *views: View | None) -> None:
    with engine.begin() as tx:
        keep_counts(tx, [SeenView(view, NINE) for view in views])


def test_each_day_and_hour_stays_with_its_newest_count(engine: Engine) -> None:
    now = {"at": NINE + HOUR}
    keep(engine, gate(day="2026-02-28"), gate(people_in=(1,)), None, device())
    keep(engine, gate(people_in=(5,)).model_copy(update=now), gate(people_in=(2,)))
    keep(engine, vehicles(inside=4), vehicles(inside=5).model_copy(update=now))
    with engine.connect() as tx:
        assert days_of(tx, ESTATE, "north") == ["2026-03-01", "2026-02-28"]
        assert [one.people_in for one in passages_on(tx, "2026-03-01")] == [(5,)]
        assert gates_known(tx) == [(ESTATE, "north")]
        assert [row.inside for row in hours_of(tx, ESTATE, ESTATE, NINE)] == [4, 5]
        assert [row.inside for row in hours_of(tx, ESTATE, ESTATE, NINE + HOUR)] == [5]


def test_what_is_older_than_its_period_goes(engine: Engine) -> None:
    later = vehicles(inside=5).model_copy(update={"at": NINE + HOUR_MS})
    keep(engine, gate(day="2026-02-28"), gate(), vehicles(inside=4), later)
    with engine.begin() as tx:
        forget_counts(tx, NINE + HOUR_MS, "2026-03-01")
        assert days_of(tx, ESTATE, "north") == ["2026-03-01"]
        assert [row.inside for row in hours_of(tx, ESTATE, ESTATE, 0)] == [5]
