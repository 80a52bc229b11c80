"""Pictures are shown as evidence of an alert, to who may come in, and each look is written down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from console.guard import COOKIE, Guard
from console.office import Office
from console.pictures import find_picture
from console.rates import Rate
from console.server import build_api, house_of
from console.settings import ConsoleSettings
from console.tables import LOOKS
from schemas.pictures import picture_link, picture_name
from tests.console.conftest import Clock
from tests.console.samples import ESTATE, NINE, alert, evidence
from tests.console.test_batch import alert_record

TOKEN = {"Authorization": "Bearer the-token"}
CONTENT = b"\xff\xd8\xff\xe0 a picture"
NAME = picture_name(CONTENT, "jpg")
OTHER = picture_name(b"another", "png")


@pytest.fixture
def folder(settings: ConsoleSettings) -> Path:
    """The folder of ingest, with one picture in it."""
    day = settings.picture_folder / ESTATE / "2026-03-01"
    day.mkdir(parents=True)
    (day / NAME).write_bytes(CONTENT)
    return settings.picture_folder


@asynccontextmanager
async def coming_in(office: Office, *, no_auth: bool = False) -> AsyncIterator[httpx.AsyncClient]:
    house = house_of(office, "the-token")
    guarded = Guard(build_api(house, {}), house.entrance, Rate(50, 200), no_auth=no_auth)
    transport = httpx.ASGITransport(guarded, client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as http:
        yield http


@pytest.fixture
async def http(office: Office, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    links = (picture_link(NAME), picture_link(OTHER), "http://cam/1.jpg")
    one = alert("a1", evidence=(evidence("open", "door.opened", pictures=links),))
    elsewhere = alert("a2", estate="hillside", evidence=one.evidence)
    await office.take([alert_record(n, a) for n, a in enumerate((one, elsewhere, alert("a3")))])
    async with coming_in(office) as client:
        yield client


async def looks(http: httpx.AsyncClient) -> list[dict[str, object]]:
    answer = await http.get("/api/looks", params={"alert": "a1"}, headers=TOKEN)
    found: list[dict[str, object]] = answer.json()["items"]
    return found


async def test_a_picture_is_sent_as_what_it_is_and_never_stored(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/pictures/{NAME}?alert=a1", headers=TOKEN)

    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another"}])
async def test_nobody_else_sees_it_or_who_looked(
    http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    for path in (f"/pictures/{NAME}?alert=a1", "/api/looks?alert=a1"):
        assert (await http.get(path, headers=headers)).status_code == 401


async def test_each_look_is_written_down(
    http: httpx.AsyncClient, office: Office, clock: Clock
) -> None:
    await http.get(f"/pictures/{NAME}?alert=a1", headers=TOKEN)
    login = await http.get("/login?token=the-token")
    session = login.cookies[COOKIE]
    clock.at = NINE + 1000
    await http.get(f"/pictures/{NAME}?alert=a1", headers={"Cookie": f"{COOKIE}={session}"})

    later, first = await looks(http)
    assert first == {
        "at": NINE, "who": "admin", "address": "127.0.0.1", "alert": "a1", "picture": NAME
    }  # fmt: skip
    assert later["at"] == NINE + 1000
    assert later["who"] == "admin"


async def test_who_comes_in_unasked_is_written_down_as_the_administrator(
    http: httpx.AsyncClient, office: Office
) -> None:
    async with coming_in(office, no_auth=True) as unasked:
        assert (await unasked.get(f"/pictures/{NAME}?alert=a1")).status_code == 200

    assert [look["who"] for look in await looks(http)] == ["admin"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/pictures/{NAME}", 422),
        (f"/pictures/{NAME}?alert=none", 404),
        (f"/pictures/{NAME}?alert=a2", 404),  # links it, and is of another estate
        (f"/pictures/{NAME}?alert=a3", 404),  # does not link it
        (f"/pictures/{OTHER}?alert=a1", 404),  # is linked, and never came
        ("/pictures/1.jpg?alert=a1", 404),
        ("/pictures/..%2f..%2fconsole.token?alert=a1", 404),
    ],
)
async def test_what_is_not_shown_is_no_look(
    http: httpx.AsyncClient, path: str, status: int
) -> None:
    assert (await http.get(path, headers=TOKEN)).status_code == status
    assert await looks(http) == []


async def test_after_its_period_a_picture_is_not_there(
    http: httpx.AsyncClient, folder: Path
) -> None:
    (folder / ESTATE / "2026-03-01" / NAME).unlink()

    answer = await http.get(f"/pictures/{NAME}?alert=a1", headers=TOKEN)
    assert (answer.status_code, "period" in answer.json()["detail"]) == (404, True)


async def test_without_its_record_nobody_looks(http: httpx.AsyncClient, office: Office) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.schema.DropTable(LOOKS))

    answer = await http.get(f"/pictures/{NAME}?alert=a1", headers=TOKEN)
    assert (answer.status_code, CONTENT in answer.content) == (503, False)


def test_a_picture_that_was_changed_is_not_shown(folder: Path) -> None:
    assert find_picture(folder, ESTATE, NAME) == CONTENT
    (folder / ESTATE / "2026-03-01" / NAME).write_bytes(CONTENT + b"!")
    assert find_picture(folder, ESTATE, NAME) is None


def test_one_that_came_on_two_days_is_found_while_either_is_kept(folder: Path) -> None:
    (folder / ESTATE / "2026-02-01").mkdir()
    (folder / ESTATE / "2026-02-01" / NAME).write_bytes(b"damaged")

    assert find_picture(folder, ESTATE, NAME) == CONTENT
    assert find_picture(folder, "hillside", NAME) is None
