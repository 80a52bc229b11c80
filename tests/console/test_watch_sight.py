"""Watch entries of an officer whom an area bounds: those whose hits would come to them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.accounts.book import Team
from console.audit.chain import Signed
from console.office import Office
from console.settings import ConsoleSettings
from schemas.base import format_instant
from tests.console.conftest import Clock
from tests.console.desks import DAY, ESTATE, make_key
from tests.console.housing import Housed, open_house
from tests.console.samples import NINE

ENTRY = {
    "estate": ESTATE, "looks_for": "plate", "value": "苏E·0F96D", "case_number": "A-118",
    "basis": "case_vehicle", "owner": "li", "valid_to": format_instant(NINE + DAY),
}  # fmt: skip
BOUNDED = ("wang", "li", "mei", "far", "civil")


@pytest.fixture
def housed(tmp_path: Path, clock: Clock) -> Iterator[Housed]:
    office = Office(ConsoleSettings(data=tmp_path / "console"), clock)
    make_key(office.settings.data)
    housed = open_house(office, clock)
    for login in ("wang", "li", "mei"):
        housed.person(login)
    housed.person("far", areas=("hillside",))
    housed.person("civil", kinds=("civil",))
    housed.person("chief", areas=("*",))
    team = Team("patrol", "巡逻队", "police", (ESTATE,), ("mei",))
    housed.house.entrance.accounts.set_team(team, Signed("admin", "", NINE))
    yield housed
    office.close()


@pytest.fixture
async def wang(housed: Housed) -> AsyncIterator[httpx.AsyncClient]:
    async with housed.browser("wang") as http:
        yield http


async def proposed(http: httpx.AsyncClient, status: int = 201, **given: Any) -> Any:
    body = {"entry": ENTRY | given, "why": "seen at the scene"}
    answer = await http.post("/api/watch/entries", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def who_sees(housed: Housed, name: str) -> set[str]:
    """By the list, by the entry, by its history and on the page: all four agree."""
    found = set()
    for login in (*BOUNDED, "chief"):
        async with housed.browser(login) as http:
            listed = (await http.get("/api/watch/entries")).json()["items"]
            path = f"/api/watch/entries/{name}"
            shown = {
                name in [one["id"] for one in listed],
                (await http.get(path)).status_code == 200,
                (await http.get(f"{path}/history")).status_code == 200,
                (await http.get(f"/watch/{name}")).status_code == 200,
                name in (await http.get("/watch")).text,
            }
            assert len(shown) == 1, login
            found |= {login} if shown.pop() else set()
    return found


async def test_an_estates_entry_is_seen_by_those_whom_its_hits_come_to(
    housed: Housed, wang: httpx.AsyncClient
) -> None:
    name = (await proposed(wang))["id"]
    assert await who_sees(housed, name) == {"wang", "li", "mei", "chief"}


async def test_a_teams_entry_is_seen_by_the_team_and_who_made_it(
    housed: Housed, wang: httpx.AsyncClient
) -> None:
    name = (await proposed(wang, roles=["patrol"]))["id"]
    assert await who_sees(housed, name) == {"wang", "li", "mei", "chief"}
    name = (await proposed(wang, roles=["patrol"], case_number="A-119", owner="a desk"))["id"]
    assert await who_sees(housed, name) == {"wang", "mei", "chief"}


async def test_what_holds_everywhere_is_for_whom_no_area_bounds(
    housed: Housed, wang: httpx.AsyncClient
) -> None:
    refused = await proposed(wang, 422, estate=None)
    assert "no area bounds" in refused["detail"]
    async with housed.browser("chief") as chief:
        name = (await proposed(chief, estate=None))["id"]
    assert await who_sees(housed, name) == {"chief"}
    reason = {"why": "case A-118"}
    steps = {"approve": reason | {"approver": "wang"}, "end": reason, "reveal": reason}
    for step, body in steps.items():
        answer = await wang.post(f"/api/watch/entries/{name}/{step}", json=body)
        assert answer.status_code == 404, step


async def test_nobody_proposes_for_where_they_are_not(housed: Housed) -> None:
    for login, fault in (("far", "not in your areas"), ("civil", "police cases")):
        async with housed.browser(login) as http:
            assert fault in (await proposed(http, 422))["detail"]


async def test_a_second_person_of_the_area_approves(
    housed: Housed, wang: httpx.AsyncClient
) -> None:
    name = (await proposed(wang))["id"]
    path = f"/api/watch/entries/{name}"
    own = await wang.post(f"{path}/approve", json={"approver": "wang", "why": "read"})
    assert own.status_code == 422
    async with housed.browser("far") as far:
        answer = await far.post(f"{path}/approve", json={"approver": "far", "why": "read"})
        assert answer.status_code == 404
    async with housed.browser("mei") as mei:
        done = await mei.post(f"{path}/approve", json={"approver": "mei", "why": "read"})
        assert (done.status_code, done.json()["state"]) == (200, "in_force")
        assert (await mei.post(f"{path}/reveal", json={"why": "case A-118"})).status_code == 200
    ended = await wang.post(f"{path}/end", json={"why": "found"})
    assert ended.json()["state"] == "ended"


async def test_the_form_offers_ones_own_estates_alone(
    housed: Housed, wang: httpx.AsyncClient
) -> None:
    async with housed.browser("chief") as chief:
        assert '<option value="">' in _where((await chief.get("/watch/new")).text)
    assert '<option value="">' not in _where((await wang.get("/watch/new")).text)


def _where(page: str) -> str:
    """The choice of places in the form."""
    return page.partition('name="estate"')[2].partition("</select>")[0]
