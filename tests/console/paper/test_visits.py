"""The list of homes to visit on databases of either kind."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from console.accounts.principal import KINDS, Principal
from console.audit.chain import Signed
from console.audit.tables import AUDIT
from console.cases.surroundings import Surroundings
from console.glance import Glance
from console.pages.visits import OpenVisits
from console.paper.handover import Handovers, Shift, newest
from console.paper.visiting import REST_MS, Result, Wanted
from console.paper.visits import Visits, Which, listed, registered, visit_of
from console.register.office import RegisterOffice
from tests.console.around.estates import CONFIG, home
from tests.console.desks import AWAY, HOME, enter, outbox_of
from tests.console.samples import ESTATE, HOUR, NINE

AROUND = Surroundings({ESTATE: CONFIG})
NAME = "3-2-1102"
VACANT = home(NAME, place="b3-u2", status="seems_vacant", use="own")
WELL = home(NAME, place="b3-u2", use="own")
EVERYWHERE = Principal("wang", "police", frozenset("*"), frozenset(KINDS["police"]))


@pytest.fixture
def visits(register: RegisterOffice) -> Visits:
    enter(register, "dwellings", HOME)
    return Visits(register.engine, register)


def put_up(visits: Visits, *homes: Any, at: int = NINE) -> int:
    return visits.put_up(Glance(homes=homes), AROUND, at)


def those(visits: Visits, who: Principal = EVERYWHERE, **which: Any) -> list[Any]:
    with visits.engine.connect() as tx:
        return list(listed(tx, who, Which(**which), 100))


def only(visits: Visits) -> Any:
    (visit,) = those(visits)
    return visit


def told(found: Any = "in_use", **given: Any) -> Result:
    return Result(found, NINE + HOUR, "chen", **given)


def test_a_home_stands_in_the_list_once_until_it_reads_as_registered(visits: Visits) -> None:
    assert put_up(visits, VACANT) == 1
    assert put_up(visits, VACANT) == 0
    doubt = home(NAME, place="b3-u2", status="cannot_be_judged", doubt="reader_down")
    assert put_up(visits, doubt) == 0
    assert only(visits).state == "open"
    assert put_up(visits, WELL) == 1
    assert only(visits).state == "lapsed"
    assert put_up(visits, VACANT) == 1
    assert len(those(visits, state="open")) == 1


def test_a_visited_home_rests_for_thirty_days_but_for_another_reason(visits: Visits) -> None:
    put_up(visits, VACANT)
    assert visits.record(only(visits), 1, told("nobody_met"))
    assert put_up(visits, VACANT, at=NINE + HOUR + REST_MS) == 0
    assert put_up(visits, VACANT, at=NINE + HOUR + REST_MS + 1) == 1
    put_up(visits, WELL)
    let = home(NAME, place="b3-u2", status="differs", differs="let", use="own")
    assert put_up(visits, let) == 1


def test_a_home_that_said_it_is_away_is_not_put_up(visits: Visits) -> None:
    enter(visits.register, "aways", AWAY)
    assert put_up(visits, VACANT) == 0


def test_of_two_who_record_at_once_the_second_is_told(visits: Visits) -> None:
    put_up(visits, VACANT)
    visit = only(visits)
    assert visits.record(visit, 1, told())
    assert not visits.record(visit, 1, told("vacant"))
    assert only(visits).found == "in_use"


def test_what_differs_is_a_proposal_and_taken_it_reaches_the_rules(visits: Visits) -> None:
    put_up(visits, VACANT)
    visits.record(only(visits), 1, told(people=3, use="let"))
    visit = only(visits)
    assert (visit.register, visit.use, visit.people) == ("proposed", "let", 3)
    before = len(outbox_of(visits.engine))
    visits.take(visit, Signed("wang", f"visit {visit.id}", NINE + 2 * HOUR))
    visit = only(visits)
    assert (visit.register, visit.register_by) == ("changed", "wang")
    with visits.engine.connect() as tx:
        now = registered(tx, ESTATE, NAME)
        acts = list(tx.scalars(sa.select(AUDIT.c.act).order_by(AUDIT.c.sequence)))
    assert now is not None
    assert (now.use, now.people) == ("let", 3)
    assert len(outbox_of(visits.engine)) == before + 1
    assert acts[-3:] == ["visits.recorded", "dwellings.changed", "visits.changed"]


def test_a_refused_proposal_leaves_the_register(visits: Visits) -> None:
    put_up(visits, VACANT)
    visits.record(only(visits), 1, told("vacant"))
    visits.refuse(only(visits), Signed("wang", "", NINE))
    assert only(visits).register == "refused"
    with visits.engine.connect() as tx:
        now = registered(tx, ESTATE, NAME)
    assert now is not None
    assert now.use == "own"


def test_a_home_that_is_not_registered_waits_for_its_entry(visits: Visits) -> None:
    put_up(visits, replace_home(VACANT, "9-9"))
    visits.record(only(visits), 1, told(people=3))
    assert only(visits).register == "none"
    with pytest.raises(KeyError):
        visits.take(only(visits), Signed("wang", "", NINE))


def replace_home(view: Any, name: str) -> Any:
    return view.model_copy(update={"dwelling": name})


def test_staff_put_homes_up_and_each_sees_their_area(visits: Visits) -> None:
    asked = Wanted(ESTATE, NAME, "b3-u2", "1102", "1102", "asked")
    assert visits.ask(asked, AROUND, Signed("chen", "leak", NINE))
    assert not visits.ask(asked, AROUND, Signed("chen", "again", NINE))
    assert put_up(visits, WELL) == 0
    near = replace(EVERYWHERE, areas=frozenset({"b3"}))
    far = replace(EVERYWHERE, areas=frozenset({"b10"}))
    assert len(those(visits, near)) == 1
    assert those(visits, far) == []
    with visits.engine.connect() as tx:
        assert visit_of(tx, far, only(visits).id) is None
        assert visit_of(tx, near, only(visits).id) is not None


def test_pages_follow_each_other(visits: Visits) -> None:
    put_up(visits, *(replace_home(VACANT, f"h{n}") for n in range(5)))
    with visits.engine.connect() as tx:
        first = listed(tx, EVERYWHERE, Which(), 3)
        rest = listed(tx, EVERYWHERE, Which(), 3, (first[-1].put_at, first[-1].id))
    assert len({one.dwelling for one in [*first, *rest]}) == 5


def test_open_pages_count_the_visits_that_their_list_has(visits: Visits) -> None:
    put_up(visits, VACANT, replace_home(VACANT, "h1"))
    done = next(one for one in those(visits) if one.dwelling == NAME)
    visits.record(done, 1, told("nobody_met"))
    known = OpenVisits(visits.engine)
    known.take(known.read())
    near, far = (replace(EVERYWHERE, areas=frozenset({area})) for area in ("b3", "b4"))
    for who in (EVERYWHERE, near, far, replace(near, role="grid_worker")):
        assert known.count(who) == len(those(visits, who, state="open"))
    assert (known.count(near), known.count(far)) == (1, 0)
    assert known.count(replace(EVERYWHERE, role="property")) == 0


def test_notes_of_handovers_go_after_their_period(register: RegisterOffice) -> None:
    handovers = Handovers(register.engine)
    handovers.give(EVERYWHERE, NINE - HOUR, Shift(), Signed("wang", "ask at 3-2", NINE))
    assert handovers.forget_notes(NINE) == 0
    assert handovers.forget_notes(NINE + 1) == 1
    with register.engine.connect() as tx:
        (row,) = newest(tx, EVERYWHERE, 5)
    assert (row.notes, row.by) == ("", "wang")


def test_words_go_after_their_period(visits: Visits) -> None:
    put_up(visits, VACANT)
    visits.record(only(visits), 1, told("other_use", words="a workshop"))
    assert visits.forget_words(NINE + HOUR) == 0
    assert visits.forget_words(NINE + HOUR + 1) == 1
    assert only(visits).words == ""
