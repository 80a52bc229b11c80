"""Two estates in a house with a site file, and people of each role who look after one of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from console.accounts.sessions import csrf_token
from console.cases.surroundings import load_surroundings
from console.guard import COOKIE
from console.office import Office
from console.register.office import RegisterOffice
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.desks import ONE_OF_EACH, make_key, set_one
from tests.console.housing import Housed, open_house

HERE, ELSEWHERE = "lakeside", "hillside"
SITE = "estates:\n" + "".join(
    f"""  - id: {estate}
    name: {{zh: {zh}, en: {en}}}
    trees: {{police_station: station-{estate}}}
    places:
      - {{id: b3, kind: building, name: {{zh: 3号楼, en: Building 3}}}}
      - {{id: b3-u2, kind: unit, parent: b3, name: {{zh: 2单元, en: Unit 2}}}}
      - {{id: b9-{estate}, kind: building, name: {{zh: 9号楼, en: Building 9}}}}
      - {{id: yard, kind: zone, name: {{zh: 院子, en: Yard}}}}
"""
    for estate, zh, en in ((HERE, "湖畔苑", "Lakeside"), (ELSEWHERE, "山语城", "Hillside"))
)
PEOPLE = {
    "wang": ("police", HERE), "li": ("police", "*"), "zhao": ("police", f"b9-{HERE}"),
    "guo": ("supervisor", f"station-{HERE}"), "wu": ("property", HERE),
    "chen": ("grid_worker", HERE), "he": ("resident", "3-2-1102"),
}  # fmt: skip


class Desk:
    """The house, the register's entries by kind in each estate, and how its pages are asked."""

    def __init__(self, housed: Housed) -> None:
        self.housed = housed
        self.register: RegisterOffice = housed.house.register
        self.ids: dict[str, dict[str, str]] = {HERE: {}, ELSEWHERE: {}}
        for estate, ids in self.ids.items():
            for kind, entry in ONE_OF_EACH.items():
                ids[kind] = set_one(
                    self.register, kind, entry.model_copy(update={"estate": estate})
                )

    async def get(self, who: str, path: str) -> httpx.Response:
        async with self.housed.browser(who) as http:
            return await http.get(path)

    async def text(self, who: str, path: str) -> str:
        answer = await self.get(who, path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post(
        self, who: str, path: str, form: Mapping[str, object], file: tuple[str, bytes] | None = None
    ) -> httpx.Response:
        """A form of a page of one's own session."""
        secret = self.housed.session(who)
        async with self.housed.client({"Cookie": f"{COOKIE}={secret}"}) as http:
            files = None if file is None else {"file": file}
            return await http.post(path, data={"csrf": csrf_token(secret), **form}, files=files)


def furnished(settings: ConsoleSettings, clock: Clock) -> Iterator[Desk]:
    """A house on a database, with everybody in it."""
    make_key(settings.data)
    office = Office(settings, clock)
    assert settings.site is not None
    office.cases.around = load_surroundings(settings.site)
    housed = open_house(office, clock)
    for login, (role, area) in PEOPLE.items():
        housed.person(login, role, areas=(area,), admin=login == "li")  # type: ignore[arg-type]
    yield Desk(housed)
    office.close()


@pytest.fixture
def desk(desk_settings: ConsoleSettings, clock: Clock) -> Iterator[Desk]:
    """On either database."""
    site = desk_settings.data / "site.yaml"
    site.parent.mkdir(parents=True, exist_ok=True)
    site.write_text(SITE, encoding="utf-8")
    yield from furnished(desk_settings.model_copy(update={"site": site}), clock)


@pytest.fixture
def alone(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """On SQLite, for what no database does differently."""
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    settings = ConsoleSettings(data=tmp_path / "console", site=tmp_path / "site.yaml")
    yield from furnished(settings, clock)


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One house for what changes nothing."""
    data = tmp_path_factory.mktemp("desk")
    (data / "site.yaml").write_text(SITE, encoding="utf-8")
    yield from furnished(ConsoleSettings(data=data, site=data / "site.yaml"), Clock())
