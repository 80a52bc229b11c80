"""Phones that ask again: who they are is remembered, and for how long that holds."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event

from console.accounts.principal import Principal
from console.accounts.remembered import TRUSTED_MS, UNUSED_MS, Remembered
from console.accounts.sessions import hashed
from console.accounts.tables import ACCOUNTS
from console.database import writing
from console.office import Office
from console.rights import RIGHTS
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.housing import Housed, open_house
from tests.console.samples import HOUR, NINE

AGAIN = {"If-None-Match": '"what the phone has"'}
WANG = Principal("wang", "police", frozenset({"*"}), frozenset())
LI = Principal("li", "police", frozenset({"*"}), frozenset())


@pytest.fixture
def housed(office: Office, clock: Clock) -> Housed:
    housed = open_house(office, clock)
    housed.person("wang")
    return housed


@pytest.fixture
async def phone(housed: Housed) -> AsyncIterator[httpx.AsyncClient]:
    """Wang's phone, whose list stands open."""
    async with housed.browser("wang") as http:
        assert (await http.get("/m")).status_code == 200
        yield http


@contextmanager
def asked(housed: Housed) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    found: list[str] = []
    engine = housed.office.engine

    def note(*told: object) -> None:
        found.append(str(told[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def dismiss(housed: Housed) -> None:
    """Another console switches Wang's account off."""
    with writing(housed.office.engine) as tx:
        tx.execute(ACCOUNTS.update().where(ACCOUNTS.c.login == "wang").values(disabled_at=NINE))


async def test_a_phone_that_asks_again_costs_the_database_nothing(
    housed: Housed, phone: httpx.AsyncClient
) -> None:
    with asked(housed) as questions:
        assert (await phone.get("/m", headers=AGAIN)).status_code == 200
        assert [one for one in questions if "sessions" in one or "accounts" in one] == []
        assert (await phone.get("/m")).status_code == 200
        assert [one for one in questions if "sessions" in one]


async def test_a_session_that_is_ended_here_is_forgotten_at_once(
    housed: Housed, phone: httpx.AsyncClient
) -> None:
    listed = (await phone.get("/api/me/sessions")).json()["items"]
    assert (await phone.delete(f"/api/me/sessions/{listed[0]['id']}")).status_code == 204
    assert (await phone.get("/m", headers=AGAIN)).status_code == 401


async def test_an_account_that_is_off_sees_its_list_until_it_is_looked_at_and_nothing_else(
    housed: Housed, phone: httpx.AsyncClient
) -> None:
    dismiss(housed)
    assert (await phone.get("/m", headers=AGAIN)).status_code == 200
    for path in ("/m", "/m/me", "/api/me", "/m/cases/a1"):
        assert (await phone.get(path)).status_code == 401, path
    housed.house.entrance.look_again(housed.clock())
    assert (await phone.get("/m", headers=AGAIN)).status_code == 401


async def test_who_was_not_looked_at_for_long_is_asked_for_anew(
    housed: Housed, phone: httpx.AsyncClient
) -> None:
    dismiss(housed)
    housed.clock.at += TRUSTED_MS
    assert (await phone.get("/m", headers=AGAIN)).status_code == 200
    housed.clock.at += 1
    assert (await phone.get("/m", headers=AGAIN)).status_code == 401


async def test_use_that_is_remembered_keeps_a_session_open(
    housed: Housed, phone: httpx.AsyncClient
) -> None:
    housed.clock.at += TRUSTED_MS
    assert (await phone.get("/m", headers=AGAIN)).status_code == 200
    housed.clock.at += housed.house.entrance.sessions.lasts.idle_ms
    assert (await phone.get("/m")).status_code == 200


def test_looking_again_takes_in_what_changed_on_both_databases(
    database_url: str, tmp_path: Path, clock: Clock
) -> None:

    office = Office(ConsoleSettings(data=tmp_path, database_url=database_url), clock)
    housed = open_house(office, clock)
    people = [f"p{n}" for n in range(3)]
    for login in people:
        housed.person(login)
    entrance = housed.house.entrance
    secrets = [housed.session(login) for login in people]
    for secret in secrets:
        assert entrance.by_session(secret) is not None
    with writing(office.engine) as tx:
        change = ACCOUNTS.update().where(ACCOUNTS.c.login == "p1")
        tx.execute(change.values(areas='["elsewhere"]'))
        tx.execute(ACCOUNTS.update().where(ACCOUNTS.c.login == "p2").values(disabled_at=NINE))
    entrance.look_again(clock())
    found = [entrance.by_remembered(secret) for secret in secrets]
    assert [one and (one.login, sorted(one.areas)) for one in found] == [
        ("p0", ["lakeside"]), ("p1", ["elsewhere"]), None,
    ]  # fmt: skip
    assert found[0] is not None
    assert found[0].session == secrets[0]
    office.close()


def test_who_no_longer_asks_is_forgotten() -> None:
    known = Remembered()
    known.put("a", WANG, NINE + HOUR, NINE)
    known.put("b", LI, NINE + HOUR, NINE)
    assert known.get("a", NINE + TRUSTED_MS) == WANG
    assert known.used(NINE + UNUSED_MS + 1) == {"a": "wang"}
    assert known.get("b", NINE) is None


def test_a_session_is_remembered_no_longer_than_it_lasts() -> None:
    known = Remembered()
    known.put(hashed("a"), WANG, NINE + 1, NINE)
    assert known.get(hashed("a"), NINE) == WANG
    assert known.get(hashed("a"), NINE + 1) is None


def test_a_look_that_began_before_somebody_came_in_says_nothing_of_them() -> None:
    known = Remembered()
    known.put("a", WANG, NINE + HOUR, NINE + 5)
    known.looked(["a", "gone"], {}, NINE)
    assert known.get("a", NINE + 6) == WANG
    known.looked(["a"], {"a": LI}, NINE + 6)
    assert known.get("a", NINE + 6) == LI
    known.looked(["a"], {}, NINE + 7)
    assert known.get("a", NINE + 7) is None


def test_one_route_alone_goes_by_what_is_remembered() -> None:
    assert [key for key, right in RIGHTS.items() if right.is_polled] == [("GET", "/m")]
