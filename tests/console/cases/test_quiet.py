"""Shelves and floods hold back what can wait, and never what is red or for the police alone."""

from typing import Any

import sqlalchemy as sa

from console.cases.tables import FLOODS, SHELVES
from console.database import writing
from tests.console.cases.conftest import officer
from tests.console.cases.working import Work
from tests.console.samples import ESTATE, HOUR, MINUTE, NINE, alert, evidence

WHO = officer()


def put_on_shelf(work: Work, **given: Any) -> int:
    row = {
        "estate": ESTATE, "rule": "door_forced", "why": "门锁更换中", "by": "wang",
        "begun_at": NINE, "until": NINE + HOUR,
    } | given  # fmt: skip
    with writing(work.engine) as tx:
        key = tx.execute(SHELVES.insert().values(row)).inserted_primary_key
        assert key is not None
        return int(key[0])


def test_what_lies_on_a_shelf_waits_for_its_end(work: Work) -> None:
    put_on_shelf(work, place="north-gate")
    work.take(alert(delivery="push"))
    case = work.case()
    assert (case.quiet, case.shelved_until, case.due_at) == ("shelf", NINE + HOUR, None)
    work.office.tick(NINE + HOUR)
    assert work.case().quiet == ""


def test_a_shelf_is_for_its_situation_place_and_device(work: Work) -> None:
    put_on_shelf(work, rule="crowd")
    put_on_shelf(work, place="south-gate")
    put_on_shelf(work, device="other-panel")
    put_on_shelf(work, until=NINE)
    put_on_shelf(work, ended_at=NINE)
    put_on_shelf(work, estate="hillside")
    seen = (evidence("open", "door.opened"),)
    work.take(alert("a1", delivery="push", evidence=seen))
    assert work.case("a1").quiet == ""
    put_on_shelf(work, device="north-panel")
    work.take(alert("a2", delivery="push", evidence=seen))
    assert work.case("a2").quiet == "shelf"


def test_no_shelf_holds_back_what_is_grave(work: Work) -> None:
    put_on_shelf(work)
    put_on_shelf(work, rule="duress")
    work.take(alert("red", severity="red"), alert("d", rule="duress", severity="orange"))
    assert (work.case("red").quiet, work.case("d-police").quiet) == ("", "")


def test_what_grows_red_on_a_shelf_rings(work: Work) -> None:
    put_on_shelf(work)
    work.take(alert(delivery="push"))
    work.take(alert(revision=1, severity="red", delivery="push"), at=NINE + MINUTE)
    case = work.case()
    assert (case.quiet, case.shelved_until, case.due_at) == ("", None, NINE + 2 * MINUTE)


def test_a_shelf_that_is_ended_gives_back_what_lay_on_it(work: Work) -> None:
    shelf = put_on_shelf(work)
    work.take(alert(delivery="push"))
    with writing(work.engine) as tx:
        work.office.acting.take_off(tx, shelf, NINE + MINUTE)
    case = work.case()
    assert (case.quiet, case.shelved_until) == ("", None)


def rush(work: Work, count: int, at: int = NINE, first: int = 0, **given: Any) -> list[str]:
    """So many alarms, a second apart; which of them rang."""
    names = [f"r{first + n}" for n in range(count)]
    for n, name in enumerate(names):
        work.take(alert(name, **{"delivery": "push"} | given), at=at + n * 1000)
    return [name for name in names if not work.case(name).quiet]


def floods(work: Work) -> list[Any]:
    with work.engine.connect() as connection:
        return list(connection.execute(sa.select(FLOODS)).all())


def test_the_eleventh_alarm_in_ten_minutes_begins_a_flood(work: Work) -> None:
    assert len(rush(work, 14)) == 10
    (flood,) = floods(work)
    assert (flood.desk, flood.gathered, flood.ended_at) == ("police_office:office-1", 4, None)


def test_no_flood_holds_back_red_and_duress(work: Work) -> None:
    rush(work, 12)
    assert rush(work, 3, first=20, severity="red") == ["r20", "r21", "r22"]
    work.take(alert("d", rule="duress", severity="orange", delivery="push"), at=NINE + MINUTE)
    assert work.case("d-police").quiet == ""


def test_a_flood_ends_when_it_is_calm(work: Work) -> None:
    rush(work, 12)
    work.office.tick(NINE + 10 * MINUTE)
    assert floods(work)[0].ended_at is None
    work.office.tick(NINE + 10 * MINUTE + 9_000)
    assert floods(work)[0].ended_at == NINE + 10 * MINUTE + 9_000
    assert rush(work, 1, at=NINE + 11 * MINUTE, first=50) == ["r50"]


def test_desks_have_floods_of_their_own(work: Work) -> None:
    rush(work, 12)
    assert len(rush(work, 3, first=20, handler="property")) == 3
    assert len(rush(work, 3, first=30, delivery="list")) == 3


def test_what_is_quiet_has_the_time_of_a_list(work: Work) -> None:
    rush(work, 12)
    case = work.case("r11")
    assert case.due_at is not None
    assert case.due_at - case.since == 240 * MINUTE
