"""A console with people of all roles, a home, a case and a report; and their phones."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from console.accounts.sessions import csrf_token
from console.cases.surroundings import Surroundings
from console.guard import COOKIE
from console.office import Office
from schemas.alerts import Alert
from tests.console.cases.conftest import CONFIG
from tests.console.cases.working import Work
from tests.console.conftest import Clock
from tests.console.desks import HOME, enter, make_key
from tests.console.housing import Housed, open_house
from tests.console.samples import ESTATE, alert
from tests.console.test_batch import alert_record

HIDDEN = re.compile(r'name="(\w+)" value="([^"]*)"')
FORM = re.compile(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
PEOPLE = {
    "wang": ("police", "office-1"), "li": ("police", "station-7"), "far": ("police", "office-9"),
    "zhao": ("property", ESTATE), "chen": ("grid_worker", "grid-3"), "du": ("supervisor", "east"),
}  # fmt: skip


class Phone:
    """Somebody's phone: a browser without script that follows what pages say."""

    def __init__(self, http: httpx.AsyncClient, csrf: str) -> None:
        self.http, self.csrf = http, csrf

    async def page(self, path: str, status: int = 200) -> str:
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def form(self, path: str, wanted: str) -> tuple[str, dict[str, str]]:
        """Where a form of a page goes, and its hidden fields; `wanted` is a text inside it."""
        for action, inside in FORM.findall(await self.page(path)):
            if wanted in inside:
                return action, dict(HIDDEN.findall(inside))
        raise AssertionError(f"{path} has no form with {wanted}")

    async def send(self, action: str, fields: dict[str, Any], *photos: bytes) -> httpx.Response:
        files = [("photo", (f"{n}.jpg", photo)) for n, photo in enumerate(photos)]
        return await self.http.post(action, data={"csrf": self.csrf} | fields, files=files or None)

    async def act(
        self, kind: str, *photos: bytes, case: str = "a1", **given: Any
    ) -> httpx.Response:
        """An act by the form that the case's page offers."""
        action, hidden = await self.form(f"/m/cases/{case}", f'value="{kind}"')
        return await self.send(action, hidden | given, *photos)

    async def done(self, kind: str, *photos: bytes, case: str = "a1", **given: Any) -> str:
        """An act that must be possible; the page that it leads to."""
        answer = await self.act(kind, *photos, case=case, **given)
        assert answer.status_code == 303, answer.text
        return await self.page(answer.headers["location"])


@pytest.fixture
def housed(office: Office, clock: Clock) -> Housed:
    make_key(office.settings.data)
    Work(office.cases, Surroundings({ESTATE: CONFIG}))
    housed = open_house(office, clock)
    for login, (role, area) in PEOPLE.items():
        housed.person(login, role, areas=(area,))  # type: ignore[arg-type]
    housed.person("sun", "resident", areas=(ESTATE, HOME.name))
    housed.person("qian", "resident", areas=(ESTATE,))
    enter(housed.house.register, "dwellings", HOME)
    return housed


async def take(housed: Housed, *alerts: Alert) -> None:
    await housed.office.take([alert_record(n, one) for n, one in enumerate(alerts)])


@pytest.fixture
async def forced(housed: Housed) -> Housed:
    """A forced door that rings."""
    await take(housed, alert(delivery="push"))
    return housed


@asynccontextmanager
async def phone(housed: Housed, login: str, **headers: str) -> AsyncIterator[Phone]:
    secret = housed.session(login)
    told = {"Cookie": f"{COOKIE}={secret}", "Accept": "text/html", "Accept-Language": "zh-CN"}
    async with housed.client(told | headers) as http:
        yield Phone(http, csrf_token(secret))


async def report(
    housed: Housed, login: str = "sun", text: str = "楼道里堆了纸箱", **given: Any
) -> str:
    """Something that was reported from a phone; the case's id."""
    photos = given.pop("photos", ())
    async with phone(housed, login) as own:
        action, hidden = await own.form("/m/report", 'name="text"')
        said = {"category": "piled", "spot": ESTATE, "text": text} | given
        answer = await own.send(action, hidden | said, *photos)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].split("/")[3].partition("?")[0]


def tick(housed: Housed, at: int) -> None:
    """The clock of the cases goes on."""
    housed.clock.at = at
    housed.office.cases.tick(at)
