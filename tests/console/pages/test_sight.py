"""What stands in memory is in sight of the same people as what is asked of the database."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from console.accounts.principal import KINDS, Principal
from console.caseload import Caseload
from console.cases.rows import keep
from console.cases.sight import Onlooker
from console.database import writing
from console.lifecycle.facts import Deed
from console.lifecycle.table import Role
from console.settings import ConsoleSettings
from tests.console.cases.conftest import opening
from tests.console.cases.working import Work
from tests.console.samples import ESTATE, NINE, alert

ROLES: tuple[Role, ...] = ("police", "grid_worker", "property", "supervisor", "resident")
AREAS = ("*", ESTATE, "north-gate", "hillside")
PARTIES = ("person:x", "team:night", "group:police", "group:property", "person:y")


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    with opening(ConsoleSettings(data=tmp_path)) as open_one:
        yield open_one()


def people() -> list[Principal]:
    return [
        Principal("x", role, frozenset({area}), frozenset(kinds), frozenset(teams))
        for role in ROLES
        for area in AREAS
        for kinds in (KINDS[role], ("police",))
        for teams in ((), ("night",))
    ]


def scatter(work: Work, chance: random.Random) -> None:
    """Cases of every sort: of any handler, given to anybody, named, police only, over."""
    handlers = ("police", "property", "grid_worker", "maintenance")
    work.take(*(
        alert(f"a{n}", handler=chance.choice(handlers), estate=chance.choice((ESTATE, "hillside")))
        for n in range(30)
    ))  # fmt: skip
    for n in range(30):
        case = work.case(f"a{n}")
        changed = replace(
            case, version=case.version + 1,
            parties=(*case.parties, *chance.sample(PARTIES, chance.randrange(3))),
            holder=chance.choice(("", "", "x", "y")), assigned=chance.choice(("", *PARTIES)),
            named_roles=chance.choice(((), (), ("night",), ("police",))),
            police_only=chance.random() < 0.3, reporter=chance.choice(("", "x")),
        )  # fmt: skip
        with writing(work.engine) as tx:
            deed = Deed(kind="remind", by="y", at=NINE, version=case.version)
            keep(tx, work.office.procedure, case, changed, deed)


@pytest.mark.parametrize("seed", range(3))
def test_memory_and_database_agree_on_who_sees_and_who_has_to_do(work: Work, seed: int) -> None:
    scatter(work, random.Random(seed))
    load = Caseload(work.engine, 1000)
    load.take(load.read_all(closed_after=0))
    assert len(load) == 30
    procedure = work.office.procedure
    for who in people():
        eyes = Onlooker(procedure, who)
        seen = {held.case.id for held in load.all() if eyes.sees(held.case)}
        assert seen == set(work.listed(who)), who
        mine = {
            held.case.id for held in load.all()
            if held.case.id in seen and eyes.has_to_do(held.case)
        }  # fmt: skip
        assert mine == set(work.listed(who, mine=True)), who


def test_the_load_follows_what_is_done_and_keeps_to_its_size(work: Work) -> None:
    load = Caseload(work.engine, 3)
    load.take(load.read_all(closed_after=0))
    work.take(alert("a"), alert("b", incident="a"), alert("red", severity="red"))
    assert load.take(load.read()) == {"a", "red"}
    assert load.take(load.read()) == set()
    held = load.get("a")
    assert held is not None
    assert held.alerts == ("a", "b")
    assert (load.case_of("b"), load.case_of("nobody")) == ("a", None)
    work.take(*(alert(f"c{n}", opened_at=NINE + n) for n in range(3)), at=NINE + 9)
    load.take(load.read())
    assert len(load.prune(lambda case: True)) == 2
    assert (len(load), load.get("red") is not None) == (3, True)
    assert load.prune(lambda case: case.id != "red") == {"red"}
