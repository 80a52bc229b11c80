"""Whom the top of the page names as on duty: whoever the roster has there now."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.accounts.principal import KINDS, Principal
from console.audit.chain import Signed
from console.cases.surroundings import load_surroundings
from console.lifecycle.table import Role
from console.notify.people import PeopleDesk
from console.notify.roster import Away, Extra, Shift
from console.office import Office
from console.pages.bounds import Bounds
from console.pages.live import Live
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.housing import Housed, open_house
from tests.console.samples import NINE
from tests.repo.tree import ROOT

SITE = ROOT / "deploy/simulation/site.yaml"
COURT, STATION = "riverside-court", "滨河苑警务室"
MORNING, NIGHT = "08:00-20:00", "20:00-08:00"


@pytest.fixture
def housed(tmp_path: Path) -> Iterator[Housed]:
    clock = Clock()
    office = Office(ConsoleSettings(data=tmp_path, site=SITE), clock)
    office.cases.around = load_surroundings(SITE)
    yield open_house(office, clock)
    office.close()


def bounds(housed: Housed, role: Role = "police", area: str = COURT) -> Bounds:
    return Bounds(housed.office, Principal("wang", role, frozenset({area}), frozenset(KINDS[role])))


def shift(person: str, part: str = MORNING, **given: Any) -> Shift:
    return Shift(person=person, part=part, **{"duty": "police"} | given)


def away(person: str) -> Away:
    return Away.model_validate(
        {"person": person, "begins": "2020-01-01T00:00", "ends": "2040-01-01T00:00"}
    )


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((), "值班：wang"),
        ((shift("li"),), "值班：li"),
        ((shift("li"), shift("zhao", NIGHT)), "值班：li"),
        ((shift("li", area=COURT), shift("he", area=STATION)), "值班：he、li"),
        ((shift("li", area="hillside"),), "值班：wang"),
        ((shift("li", duty="property"),), "值班：wang"),
        ((shift("li", NIGHT),), "无人值班"),
        ((shift("li"), away("li")), "无人值班"),
        ((away("li"),), "值班：wang"),
        (tuple(shift(one) for one in "abcd"), "值班：a、b、c等4人"),
    ],
)
def test_the_roster_says_who(
    housed: Housed, entries: tuple[Shift | Away | Extra, ...], said: str
) -> None:
    duty = Live(housed.office).duty
    duty.take(entries, NINE)
    assert duty.said(bounds(housed), "zh") == said


def test_each_kind_has_its_own(housed: Housed) -> None:
    duty = Live(housed.office).duty
    duty.take((shift("li"), shift("mo", duty="maintenance"), shift("pan", duty="property")), NINE)
    assert duty.said(bounds(housed, "property"), "en") == "Duty: mo, pan"


async def test_a_change_of_the_roster_comes_by_itself(housed: Housed) -> None:
    housed.person("li", areas=(COURT,))
    live = Live(housed.office)
    wang = bounds(housed).who
    await live.duty.refresh(NINE)
    assert live.told_to(wang, "zh").pulse["duty"] == "值班：wang"
    desk = PeopleDesk(housed.office.engine, housed.house.register.vault)
    desk.add(shift("li"), Signed("admin", "test", NINE))
    await live.duty.refresh(NINE + 14_000)
    assert live.told_to(wang, "zh").pulse["duty"] == "值班：wang"
    await live.duty.refresh(NINE + 15_000)
    assert live.told_to(wang, "zh").pulse["duty"] == "值班：li"
