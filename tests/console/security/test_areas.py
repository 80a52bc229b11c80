"""What lies in another area is shown by no route: every one of the table is asked."""

import asyncio
import re
from collections.abc import Iterator

import httpx
import pytest

from console.accounts.principal import ROLES
from console.lifecycle.table import Role
from console.office import Office
from console.register.kinds import KINDS
from console.rights import RIGHTS, Key
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.housing import Housed
from tests.console.samples import ESTATE
from tests.console.security.house import CASES, far, marked, near
from tests.console.test_rights import principal

MARK = "只属于湖畔苑"
# The live page and what its framework loads are asked over a real server, by tests of their own.
LIVE = re.compile(
    r"/_nicegui.*|/|/en|/page/.*|.*/stream|/api/openapi.json|/metrics|/healthz|/login"
)
ASKED = [key for key in RIGHTS if key[0] == "GET" and not LIVE.fullmatch(key[1])]
NAMES = (*CASES, "b3", "north", "north-door", "3-1-201")
SHOWN = {
    "/api/alerts", "/api/alerts/{name}", "/api/incidents", "/api/devices", "/api/cases",
    "/api/cases/{name}", "/m", "/m/cases/{name}", "/m/report", "/homes", "/buildings/{name}",
    "/gates", "/gates/{name}", "/vehicles", "/places/{name}", "/unjudged", "/api/homes",
    "/api/gates/{name}/passages", "/api/vehicles", "/paper/cases/{name}", "/handover", "/visits",
    "/wall",
}  # fmt: skip
"""Where the mark is shown to those who look after the estate; without this nothing is proved."""


@pytest.fixture(scope="module")
def housed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Housed]:
    clock = Clock()
    office = Office(ConsoleSettings(data=tmp_path_factory.mktemp("areas")), clock)
    yield asyncio.run(marked(office, clock, MARK))
    office.close()


def paths_of(template: str) -> list[str]:
    """The route with all the names it might be asked with, and the estate said where it may be."""
    names = NAMES[:1] if "/register" in template else NAMES
    filled = [template]
    for part, values in {"{kind}": (*KINDS, "passes"), "{name}": names, "{case}": CASES}.items():
        filled = [
            one.replace(part, value) for one in filled for value in values if part in one
        ] or filled
    paths = [re.sub(r"\{\w+\}", "x", one) for one in filled]
    return [*paths, f"{paths[0]}?estate={ESTATE}"]


async def shown(http: httpx.AsyncClient, key: Key) -> bool:
    """Whether any form of a route shows the mark."""
    answers = [await http.get(path) for path in paths_of(key[1])]
    assert all(answer.status_code < 500 for answer in answers), key
    return any(MARK in answer.text for answer in answers)


@pytest.mark.parametrize("role", ROLES)
async def test_no_route_shows_what_is_of_another_area(housed: Housed, role: Role) -> None:
    may = [key for key in ASKED if RIGHTS[key].lets_in(principal(role, everywhere=False))]
    async with housed.browser(far(role)) as http:
        leaks = [key[1] for key in may if await shown(http, key)]
    assert not leaks


async def test_the_mark_is_shown_to_those_who_look_after_it(housed: Housed) -> None:
    found = set[str]()
    for role in ROLES:
        may = [key for key in ASKED if RIGHTS[key].lets_in(principal(role, everywhere=False))]
        async with housed.browser(near(role)) as http:
            found |= {key[1] for key in may if await shown(http, key)}
    assert SHOWN - found == set()
