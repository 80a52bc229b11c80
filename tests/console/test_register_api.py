"""The register and the watch entries over HTTP: typed, versioned, and with nothing in clear."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from console.accounts.principal import Principal
from console.lifecycle.table import Role
from console.office import Office
from console.register.kinds import KINDS
from console.register.office import RegisterOffice
from console.register.routes import add_register
from console.settings import ConsoleSettings
from schemas.base import format_instant
from tests.console.conftest import Clock
from tests.console.desks import CLEAR, DAY, ESTATE, HOME, ONE_OF_EACH, make_key, set_one, staff
from tests.console.samples import NINE

PLATE = {
    "looks_for": "plate", "value": "苏E·0F96D", "case_number": "A-118", "basis": "case_vehicle",
    "owner": "lin", "valid_to": format_instant(NINE + DAY),
}  # fmt: skip


@pytest.fixture
def office(tmp_path: Path, clock: Clock) -> Iterator[Office]:
    settings = ConsoleSettings(data=tmp_path / "console", reveals_per_hour=2)
    make_key(settings.data)
    office = Office(settings, clock)
    yield office
    office.close()


@pytest.fixture
def desk(office: Office) -> RegisterOffice:
    register = RegisterOffice(office.settings, office.engine, office.clock)
    staff(office.engine)
    set_one(register, "dwellings", HOME)
    return register


class Asking:
    """Asks the API without its guard."""

    def __init__(self, office: Office) -> None:
        self.role: Role = "police"
        self._app = FastAPI(openapi_url="/api/openapi.json")
        add_register(self._app, RegisterOffice(office.settings, office.engine, office.clock))

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the guard lets in an officer whom no area bounds."""
        everywhere = Principal("unknown", self.role, frozenset({"*"}), frozenset())
        scope.setdefault("state", {})["principal"] = everywhere
        await self._app(scope, receive, send)

    async def __call__(self, method: str, path: str, body: Any = None) -> httpx.Response:
        transport = httpx.ASGITransport(self._let_in)
        async with httpx.AsyncClient(transport=transport, base_url="http://console") as http:
            return await http.request(method, path, json=body)


@pytest.fixture
def ask(office: Office, desk: RegisterOffice) -> Asking:
    return Asking(office)


def entry(kind: str, **given: Any) -> dict[str, Any]:
    return {"why": "told at the desk", "entry": ONE_OF_EACH[kind].model_dump(mode="json") | given}


async def answered(ask: Asking, path: str, body: Any, status: int = 200) -> Any:
    answer = await ask("POST", path, body)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_is_entered_listed_and_ended(ask: Asking, kind: str) -> None:
    made = await answered(ask, f"/api/register/{kind}", entry(kind))
    assert (made["version"], made["state"]) == (1, "standing")
    listed = (await ask("GET", f"/api/register/{kind}")).json()["items"]
    assert made in listed
    assert (await ask("GET", f"/api/register/{kind}/{made['id']}")).json() == made
    ended = await answered(ask, f"/api/register/{kind}/{made['id']}/end", {"why": "over"})
    assert (ended["version"], ended["state"]) == (2, "ended")
    history = (await ask("GET", f"/api/register/{kind}/{made['id']}/history")).json()["items"]
    assert [one["change"] for one in history] == ["added", "ended"]
    assert (await ask("GET", f"/api/register/{kind}?standing=true")).json()["items"] == []
    assert len((await ask("GET", f"/api/register/{kind}?standing=false")).json()["items"]) == 1


async def test_no_answer_holds_a_clear_value(ask: Asking) -> None:
    answers = []
    for kind in KINDS:
        answers.append(await ask("POST", f"/api/register/{kind}", entry(kind)))
        answers.append(await ask("GET", f"/api/register/{kind}"))
        wrong = {
            name: "" for name in ("estate", "dwelling", "place") if name in entry(kind)["entry"]
        }
        answers.append(await ask("POST", f"/api/register/{kind}", entry(kind, **wrong)))
    answers.append(await ask("POST", "/api/watch/entries", {"entry": PLATE, "why": "case"}))
    answers.append(await ask("POST", "/api/watch/entries", {"entry": PLATE | {"basis": "?"}}))
    assert {answer.status_code for answer in answers} == {200, 201, 422}
    said = "".join(answer.text for answer in answers).upper()
    assert [value for value in CLEAR if value in said] == []


async def test_a_version_that_was_overtaken_is_a_conflict(ask: Asking) -> None:
    first = entry("permits") | {"version": 0}
    made = await answered(ask, "/api/register/permits", first)
    twice = await answered(ask, "/api/register/permits", first, 409)
    assert "version 1 by now, not 0" in twice["detail"]
    await answered(ask, f"/api/register/permits/{made['id']}/end", {"why": "x", "version": 9}, 409)
    again = await answered(ask, "/api/register/permits", entry("permits") | {"version": 1})
    assert again == made


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/register/permits", {"entry": {}, "why": "x"}, 422),
        ("/api/register/permits", entry("permits") | {"why": ""}, 422),
        ("/api/register/permits", entry("permits", dwelling="9-9"), 422),
        ("/api/register/permits", entry("permits", colour="blue"), 422),
        ("/api/register/permits/nobody/end", {"why": "x"}, 404),
        ("/api/register/permits/nobody/reveal", {"why": "case 118"}, 404),
        ("/api/register/permits/find", {"estate": ESTATE}, 422),
        ("/api/register/nothing", {}, 404),
        ("/api/register/dwellings/x/reveal", {"why": "case 118"}, 404),
        ("/api/watch/entries/nobody/approve", {"approver": "wu", "why": "x"}, 404),
        ("/api/watch/entries", {"entry": PLATE | {"estate": "elsewhere"}, "why": "x"}, 422),
        (
            "/api/watch/entries",
            {"entry": PLATE | {"valid_to": "2026-09-01T00:00Z"}, "why": "x"},
            422,
        ),
    ],
)
async def test_what_cannot_be_is_refused(
    ask: Asking, desk: RegisterOffice, path: str, body: Any, status: int
) -> None:
    with desk.engine.begin() as tx:
        tx.exec_driver_sql(
            f"INSERT INTO outbox_estates (estate, known_at, stamped_at) VALUES ('{ESTATE}', 0, 0)"
        )
    answer = await ask("POST", path, body)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


async def test_an_entry_is_found_by_its_plate_as_typed(ask: Asking) -> None:
    made = await answered(ask, "/api/register/permits", entry("permits"))
    for plate, near, found in (
        ("苏e·0f96d", False, [made]), ("苏EOF96D", False, []), ("苏EOF96D", True, [made]),
    ):  # fmt: skip
        asked = {"estate": ESTATE, "plate": plate, "near": near}
        page = await answered(ask, "/api/register/permits/find", asked)
        assert page == {"items": found, "next": None}
    card = await answered(ask, "/api/register/credentials", entry("credentials"))
    asked = {"estate": ESTATE, "number": "0012AB"}
    page = await answered(ask, "/api/register/credentials/find", asked)
    assert page["items"] == [card]


async def test_what_is_found_at_a_home_comes_page_by_page(ask: Asking) -> None:
    made = [
        await answered(ask, "/api/register/credentials", entry("credentials", number=number))
        for number in ("0012AB", "0012AC", "0012AD")
    ]
    asked, path, found = {"estate": ESTATE, "home": HOME.name[:3]}, "", []
    for _ in made:
        page = await answered(ask, f"/api/register/credentials/find?limit=1{path}", asked)
        found += page["items"]
        path = f"&after={page['next']}"
    assert page["next"] is None
    assert sorted(one["id"] for one in found) == sorted(one["id"] for one in made)
    for other in ({"home": "nowhere"}, {"home": "%"}, {"home": HOME.name, "estate": "hillside"}):
        page = await answered(ask, "/api/register/credentials/find", asked | other)
        assert page["items"] == []


async def test_who_supervises_looks_for_homes_and_not_for_whose_a_card_is(ask: Asking) -> None:
    card = await answered(ask, "/api/register/credentials", entry("credentials"))
    ask.role = "supervisor"
    path, here = "/api/register/credentials/find", {"estate": ESTATE}
    assert (await answered(ask, path, here | {"home": HOME.name}))["items"] == [card]
    refused = await answered(ask, path, here | {"number": "0012AB"}, 403)
    assert "who keeps the register" in refused["detail"]


async def test_clear_values_are_shown_for_a_reason_and_not_often(ask: Asking) -> None:
    made = await answered(ask, "/api/register/permits", entry("permits"))
    path = f"/api/register/permits/{made['id']}/reveal"
    assert made["clear"] == ["holder", "plate"]
    await answered(ask, path, {"why": "."}, 422)
    for _ in range(2):
        shown = await answered(ask, path, {"why": "case 118"})
        assert shown["values"] == {"plate": "苏E0F96D", "holder": "周一鸣"}
    refused = await answered(ask, path, {"why": "case 118"}, 429)
    assert "0F96D" not in str(refused)


async def test_without_a_key_the_register_can_be_read_and_not_written(
    ask: Asking, office: Office
) -> None:
    office.settings.master_key.unlink()
    fresh = Asking(office)
    assert (await fresh("GET", "/api/register/dwellings")).status_code == 200
    answer = await fresh("POST", "/api/register/permits", entry("permits"))
    assert (answer.status_code, "no master key" in answer.text) == (503, True)


async def test_a_watch_entry_takes_two_people(ask: Asking, desk: RegisterOffice) -> None:
    made = await answered(ask, "/api/watch/entries", {"entry": PLATE, "why": "seen"}, 201)
    assert made["state"] == "proposed"
    path = f"/api/watch/entries/{made['id']}"
    for approver in ("lin", "wu"):
        # Unguarded, everybody is the same unknown person.
        await answered(ask, f"{path}/approve", {"approver": approver, "why": "read"}, 422)
    with desk.engine.begin() as tx:
        tx.exec_driver_sql("UPDATE register_history SET who = 'lin' WHERE kind = 'watch'")
    approved = await answered(ask, f"{path}/approve", {"approver": "wu", "why": "read"})
    assert (approved["state"], approved["approver"], approved["version"]) == ("in_force", "wu", 2)
    listed = (await ask("GET", "/api/watch/entries")).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    shown = await answered(ask, f"{path}/reveal", {"why": "case A-118"})
    assert shown["values"] == {"value": "苏E·0F96D"}
    ended = await answered(ask, f"{path}/end", {"why": "found", "version": 2})
    assert ended["state"] == "ended"
    assert (await ask("GET", "/api/watch/entries")).json()["items"] == []
    history = (await ask("GET", f"{path}/history")).json()["items"]
    assert [one["change"] for one in history] == ["proposed", "approved", "ended"]


async def test_the_description_of_the_api_is_typed(ask: Asking) -> None:
    described = (await ask("GET", "/api/openapi.json")).json()
    names = [
        path for path in described["paths"] if path.startswith(("/api/register", "/api/watch"))
    ]
    assert len(names) == 4 * len(KINDS) + 5 + 7 + 5
    for path in names:
        for operation in described["paths"][path].values():
            answer = next(iter(operation["responses"].values()))
            schema = answer["content"]["application/json"]["schema"]
            assert "$ref" in str(schema), path
    operations = [
        operation["operationId"]
        for path in described["paths"].values()
        for operation in path.values()
    ]
    assert len(operations) == len(set(operations))
