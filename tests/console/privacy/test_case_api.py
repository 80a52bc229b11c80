"""Reveal and export over the application: roles and areas, reasons, limits, the log."""

from typing import Any

import httpx
import pytest

from console.audit.log import newest, verify
from console.cases.surroundings import Surroundings
from console.office import Office
from console.privacy.bundle import check
from console.settings import ConsoleSettings
from tests.console.api.asking import done, take
from tests.console.cases.conftest import CONFIG
from tests.console.cases.working import Work
from tests.console.conftest import Clock
from tests.console.desks import HOME, enter, make_key
from tests.console.housing import Housed, open_house
from tests.console.privacy.test_reveal import PASSAGE, SWIPE
from tests.console.samples import ESTATE, alert

ASKED = {"reason": "identity", "why": "核对身份"}


@pytest.fixture
def settings(tmp_path: Any) -> ConsoleSettings:
    return ConsoleSettings(data=tmp_path / "console", reveals_per_hour=2)


@pytest.fixture
async def housed(office: Office, clock: Clock) -> Housed:
    make_key(office.settings.data)
    Work(office.cases, Surroundings({ESTATE: CONFIG}))
    housed = open_house(office, clock)
    enter(housed.house.register, "dwellings", HOME)
    housed.person("wang", areas=("office-1",))
    housed.person("far", areas=("office-9",))
    housed.person("zhao", "property")
    housed.person("du", "supervisor", areas=("east",), kinds=("police", "civil", "property"))
    housed.person("sun", "resident")
    await take(housed, alert(evidence=(SWIPE, PASSAGE)), alert("a2", estate="hillside"))
    return housed


async def reveal(http: httpx.AsyncClient, name: str = "a1", body: Any = ASKED) -> httpx.Response:
    return await http.post(f"/api/cases/{name}/reveal", json=body)


async def test_taking_a_case_shows_it_and_nothing_before(housed: Housed) -> None:
    async with housed.browser("wang") as http:
        before = (await http.get("/api/cases/a1/reveal")).json()
        assert (before["values"], before["is_own"]) == ([], False)
        await done(http, "accept")
        after = (await http.get("/api/cases/a1/reveal")).json()
    assert [(one["field"], one["text"]) for one in after["values"]] == [("plate", "苏E0F96D")]
    assert after["more"] == ["number", "person", "holder"]
    (entry,) = newest(housed.office.engine, 1)
    assert (entry.who, entry.act, entry.target) == ("wang", "reveal.own", "cases/a1")


async def test_for_a_reason_and_not_more_often_than_an_hour_allows(housed: Housed) -> None:
    async with housed.browser("wang") as http:
        first = (await reveal(http)).json()
        assert {one["text"] for one in first["values"]} == {"苏E0F96D", "0012AB", "林小满"}
        assert first["left"] == 1
        assert (await reveal(http)).status_code == 200
        refused = await reveal(http)
    assert refused.status_code == 429
    assert "2 clear values in an hour" in refused.json()["detail"]
    assert verify(housed.office.engine)[1] is None


@pytest.mark.parametrize(
    ("login", "name", "status"),
    [("wang", "a1", 200), ("du", "a1", 200), ("far", "a1", 404), ("zhao", "a1", 404),
     ("sun", "a1", 403), ("wang", "a2", 404), ("wang", "nothing", 404)],
)  # fmt: skip
async def test_role_and_area_bound_who_may_ask(
    housed: Housed, login: str, name: str, status: int
) -> None:
    async with housed.browser(login) as http:
        answer = await reveal(http, name)
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    "body", [{}, {"reason": "curiosity", "why": "just so"}, {"reason": "visit", "why": "  x "}]
)
async def test_no_reason_no_look(housed: Housed, body: Any) -> None:
    async with housed.browser("wang") as http:
        assert (await reveal(http, body=body)).status_code == 422
        assert (await http.post("/api/cases/a1/export", json=body)).status_code == 422
    acts = {entry.act for entry in newest(housed.office.engine, 99)}
    assert not {act for act in acts if act.startswith(("reveal", "cases"))}


async def test_an_export_is_signed_and_its_own_look_is_in_it(housed: Housed) -> None:
    async with housed.browser("wang") as http:
        answer = await http.post("/api/cases/a1/export", json=ASKED)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="case-a1.zip"'
    found = check(answer.content)
    assert found.faults == []
    assert (found.manifest["case"], found.manifest["exported_by"]) == ("a1", "wang")
    (entry,) = newest(housed.office.engine, 1)
    assert (entry.act, entry.why) == ("cases.exported", "identity: 核对身份")
    assert entry.hash == found.manifest["audit_hash"]


async def test_clear_values_in_an_export_count_as_a_look(housed: Housed) -> None:
    async with housed.browser("wang") as http:
        for status in (200, 200, 429):
            answer = await http.post("/api/cases/a1/export", json=ASKED | {"clear": True})
            assert answer.status_code == status
        sealed = await http.post("/api/cases/a1/export", json=ASKED)
    assert sealed.status_code == 200
    assert "clear.json" not in check(sealed.content).manifest["files"]  # type: ignore[operator]


async def test_far_away_and_other_roles_export_nothing(housed: Housed) -> None:
    for login, status in (("far", 404), ("zhao", 403), ("sun", 403)):
        async with housed.browser(login) as http:
            assert (await http.post("/api/cases/a1/export", json=ASKED)).status_code == status
