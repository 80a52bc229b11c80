"""Acts are kept with who, when and why, in the transaction that changes the case."""

import pytest
import sqlalchemy as sa

from console.cases.rows import Raced, act_id, find_case, keep
from console.cases.tables import ACTS
from console.database import writing
from console.lifecycle.facts import Deed
from tests.console.cases.conftest import OpenWork, officer
from tests.console.cases.working import Work
from tests.console.lifecycle.samples import BOSS, LI, WANG
from tests.console.samples import HOUR, MINUTE, NINE, alert

WHO = officer()


def test_an_act_says_who_when_and_why(work: Work) -> None:
    work.take(alert())
    work.act("accept", WANG, at=NINE + MINUTE)
    work.act("handle", WANG, at=NINE + 2 * MINUTE, why="门已关好，锁舌弯了")
    last = work.acts(WHO)[-1]
    assert last.model_dump(exclude_defaults=True) == {
        "id": act_id("a1", 3), "kind": "handle", "target": "a1", "by": "wang",
        "at": NINE + 2 * MINUTE, "why": "门已关好，锁舌弯了", "version": 3, "estate": "lakeside",
        "state": "handled",
    }  # fmt: skip


def test_a_refused_act_changes_nothing(work: Work) -> None:
    work.take(alert())
    assert work.refusal("arrive", WANG) == "not_in_state"
    assert work.refusal("accept", WANG, version=7) == "stale"
    assert (work.case().version, len(work.deeds())) == (1, 1)


def test_of_two_officers_at_once_one_is_told(open_work: OpenWork) -> None:
    one, other = open_work(), open_work()
    one.take(alert())
    seen = other.case().version
    one.act("accept", WANG)
    assert other.refusal("accept", LI, version=seen) == "stale"
    assert other.case().holder == "wang"


def test_no_case_has_two_acts_of_one_version(work: Work) -> None:
    work.take(alert())
    before = work.case()
    deed = Deed(kind="accept", by="wang", at=NINE, version=1)
    after = work.office.procedure.applied(before, deed)
    with writing(work.engine) as tx:
        keep(tx, work.office.procedure, before, after, deed)
    with pytest.raises(Raced), writing(work.engine) as tx:
        keep(tx, work.office.procedure, before, after, deed)
    assert [one.kind for one in work.deeds()] == ["open", "accept"]


def test_the_database_itself_refuses_a_second_history(work: Work) -> None:
    work.take(alert())
    row = {
        "id": "x", "case": "a1", "version": 1, "kind": "open", "by": "y", "at": 0, "state": "",
        "estate": "", "deed": "{}",
    }  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError), writing(work.engine) as tx:
        tx.execute(ACTS.insert().values(row))


def test_a_case_that_is_not_there(work: Work) -> None:
    deed = Deed(kind="accept", by="wang", at=NINE, version=1)
    with writing(work.engine) as tx, pytest.raises(KeyError):
        work.office.acting.act(tx, "ghost", WANG, deed)


def test_overdue_cases_climb_by_the_clock_and_survive_a_restart(open_work: OpenWork) -> None:
    work = open_work()
    work.take(alert(delivery="push"))
    assert work.office.tick(NINE + 5 * MINUTE - 1) == 0
    assert work.office.tick(NINE + 5 * MINUTE) == 1
    assert work.office.tick(NINE + 5 * MINUTE) == 0
    assert work.case().told_level == "police_station"
    again = open_work()
    assert again.office.tick(NINE + 10 * MINUTE) == 1
    case = again.case()
    assert (case.told_level, case.wake_at) == ("police_bureau", None)
    climbs = [act for act in again.acts(WHO) if act.kind == "climb"]
    assert [act.to for act in climbs] == [
        "police_station:station-7", "police_bureau:bureau-east",
    ]  # fmt: skip
    assert again.office.tick(NINE + 99 * HOUR) == 0


def test_after_a_long_pause_it_climbs_one_rung_at_a_time(work: Work) -> None:
    work.take(alert(delivery="push"))
    late = NINE + 5 * HOUR
    assert work.office.tick(late) == 1
    assert work.office.tick(late) == 0
    assert work.case().wake_at == late + 5 * MINUTE


def test_two_consoles_tick_once(open_work: OpenWork) -> None:
    one, other = open_work(), open_work()
    one.take(alert(delivery="push"))
    at = NINE + 5 * MINUTE
    assert one.office.acting._wake("a1", at)
    assert not other.office.acting._wake("a1", at)


def test_a_shelf_runs_out_by_the_clock(work: Work) -> None:
    work.take(alert())
    work.act("shelve", WANG, why="门锁更换中", until=NINE + HOUR)
    assert work.office.tick(NINE + HOUR - 1) == 0
    assert work.office.tick(NINE + HOUR) == 1
    case = work.case()
    assert (case.shelved_until, case.last_act) == (None, "unshelve")


def test_a_case_is_its_acts(work: Work) -> None:
    work.take(alert(delivery="push"))
    work.office.tick(NINE + 5 * MINUTE)
    at = NINE + 6 * MINUTE
    work.act("accept", WANG, at=at)
    work.act("remind", BOSS, at=at)
    work.take(alert("a2", incident="a1", severity="orange", delivery="push"), at=at + 1)
    work.act("close", WANG, at=at + 2, verdict="false")
    assert work.replayed() == work.case()


def test_what_is_in_the_columns_is_in_the_body(work: Work) -> None:
    work.take(alert())
    work.act("accept", WANG)
    with work.engine.connect() as connection:
        row = connection.execute(sa.text("select * from cases")).one()._mapping
        case = find_case(connection, "a1")
    for name in ("version", "state", "holder", "due_at", "wake_at", "told_node", "severity"):
        assert row[name] == getattr(case, name), name
