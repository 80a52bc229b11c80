"""Who may ask which of the phone's routes, in which area; made from the table of rights."""

from collections.abc import Iterator
from typing import get_args

import httpx
import pytest

from console.accounts.principal import KINDS
from console.lifecycle.table import Role
from console.office import Office
from console.rights import RIGHTS, Key
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.desks import make_key
from tests.console.housing import PASSWORD, Housed, open_house
from tests.console.phone.conftest import phone, report, take
from tests.console.samples import alert
from tests.console.test_rights import filled, principal

ROLES: tuple[Role, ...] = get_args(Role)
OURS = [key for key in RIGHTS if key[1] == "/m" or key[1].startswith("/m/")]
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Housed]:
    """One house for all: what is asked here changes nothing."""
    clock = Clock()
    office = Office(ConsoleSettings(data=tmp_path_factory.mktemp("house")), clock)
    make_key(office.settings.data)
    housed = open_house(office, clock)
    for role in ROLES:
        housed.person(role.replace("_", "-"), role, kinds=KINDS[role])
    yield housed
    office.close()


def path_of(key: Key) -> str:
    """The path filled in; what must be one of a few words is one of them."""
    named = key[1].replace("{kind}", "passes").replace("{language}", "zh")
    return filled(named.replace("/m/file/{name}", "/m/file/phone.css"))


@pytest.mark.parametrize("key", OURS, ids="-".join)
async def test_each_role_is_refused_what_is_not_for_it(house: Housed, key: Key) -> None:
    for role in ROLES:
        may = RIGHTS[key].lets_in(principal(role, everywhere=False))
        async with phone(house, role.replace("_", "-")) as own:
            answer = await own.http.request(key[0], path_of(key), data={"csrf": own.csrf})
        assert (answer.status_code == 403) is not may, (role, answer.text)
        assert answer.status_code < 500, (role, answer.text)


@pytest.mark.parametrize("key", OURS, ids="-".join)
async def test_a_stranger_is_led_to_the_login(house: Housed, key: Key) -> None:
    async with house.client(HTML) as http:
        answer = await http.request(key[0], path_of(key))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("key", [key for key in OURS if key[0] == "POST"], ids="-".join)
async def test_what_another_site_sends_changes_nothing(house: Housed, key: Key) -> None:
    assert RIGHTS[key].csrf == "form"
    for role in ROLES:
        if not RIGHTS[key].lets_in(principal(role, everywhere=False)):
            continue
        async with phone(house, role.replace("_", "-")) as own:
            answer = await own.http.post(path_of(key), data={"csrf": "guessed"})
            assert answer.status_code in (403, 404), answer.text
            foreign = {"Origin": "https://elsewhere.example"}
            answer = await own.http.post(path_of(key), data={"csrf": own.csrf}, headers=foreign)
            assert answer.status_code == 403


SEES = {
    "police": {"wang"}, "property": {"wang", "zhao", "du"}, "grid_worker": {"wang", "chen", "du"},
}  # fmt: skip


@pytest.mark.parametrize("handler", SEES)
async def test_area_and_kind_bound_lists_pages_and_acts(housed: Housed, handler: str) -> None:
    await take(housed, alert(handler=handler))
    for login in ("wang", "far", "zhao", "chen", "du", "sun"):
        sees = login in SEES[handler]
        async with phone(housed, login) as own:
            assert ("/m/cases/a1" in await own.page("/m")) is sees, login
            page = await own.page("/m/cases/a1", 200 if sees else 404)
            version = page.partition('name="version" value="')[2].partition('"')[0]
            acted = await own.send("/m/cases/a1/acts", {"act": "remind", "version": version})
        assert acted.status_code == (303 if sees else 404), (login, acted.text)


async def test_duress_is_shown_to_the_police_alone(housed: Housed) -> None:
    await take(housed, alert(rule="duress", severity="red", delivery="push"))
    for login, status in (("wang", 200), ("zhao", 404), ("chen", 404), ("du", 404), ("sun", 404)):
        async with phone(housed, login) as own:
            await own.page("/m/cases/a1-police", status)


async def test_a_resident_sees_no_other_residents_report(housed: Housed) -> None:
    name = await report(housed, "sun", "只有我知道的事")
    async with phone(housed, "qian") as qian:
        assert "只有我知道的事" not in await qian.page("/m")
        await qian.page(f"/m/cases/{name}", 404)
        refused = await qian.send(f"/m/cases/{name}/acts", {"act": "rate", "rating": "fairly"})
        assert refused.status_code == 404
    async with phone(housed, "sun") as sun:
        assert "只有我知道的事" in await sun.page(f"/m/cases/{name}")


async def login(http: httpx.AsyncClient, name: str, path: str = "/login") -> str:
    given = {"login": name, "password": PASSWORD}
    answer = await http.post(path, data=given)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


FIRST: dict[Role, str] = {
    "resident": "/m", "grid_worker": "/m", "property": "/m", "police": "/", "supervisor": "/",
}  # fmt: skip


async def test_whom_the_login_leads_where(housed: Housed) -> None:
    for role, first in FIRST.items():
        housed.person(f"new-{role}", role, password=PASSWORD)
        async with housed.browser() as http:
            assert await login(http, f"new-{role}") == first


async def test_a_link_to_a_case_leads_there_after_the_login(forced: Housed) -> None:
    forced.person("new", areas=("office-1",), password=PASSWORD)
    async with forced.client(HTML) as http:
        asked = (await http.get("/m/cases/a1")).headers["location"]
        assert asked == "/login?next=%2Fm%2Fcases%2Fa1"
        page = (await http.get(asked)).text
        assert 'action="/login?next=/m/cases/a1"' in page
        assert await login(http, "new", "/login?next=/m/cases/a1") == "/m/cases/a1"


ELSEWHERE = ("//evil.example", "https://evil.example/m", "/m//evil.example", "/mx", '/m/"><b>')


async def test_the_login_leads_nowhere_else(housed: Housed) -> None:
    housed.person("new", "property", password=PASSWORD)
    async with housed.client(HTML) as http:
        for path in ELSEWHERE:
            page = await http.get("/login", params={"next": path})
            assert "evil" not in page.text
            assert "<b>" not in page.text
            given = {"login": "new", "password": PASSWORD}
            answer = await http.post("/login", params={"next": path}, data=given)
            assert answer.headers["location"] == "/m"
