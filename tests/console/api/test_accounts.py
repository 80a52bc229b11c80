"""Accounts over the application, and that it says of itself what it answers."""

import httpx

from tests.console.housing import Housed
from tests.console.samples import ESTATE


async def test_the_procedure_is_told_whole(wang: httpx.AsyncClient) -> None:
    told = (await wang.get("/api/procedure")).json()
    assert told["flows"]["alert"]["moves"]["waiting"]["accept"] == "accepted"
    assert told["acts"]["transfer"]["needs"] == ["number"]
    assert "join" not in told["flows"]["alert"]["moves"]["closed"]


async def test_accounts_over_the_api(housed: Housed) -> None:
    async with housed.program() as admin:
        person = {"login": "new", "name": "新", "role": "property", "areas": [ESTATE]}
        made = await admin.post("/api/accounts", json=person | {"password": "three magpies on"})
        assert made.status_code == 201
        assert (made.json()["kinds"], made.json()["must_change"]) == (["property"], True)
        assert "password" not in {key for key in made.json() if key != "has_password"}
        assert (await admin.post("/api/accounts", json=person)).status_code == 409
        weak = person | {"login": "weak", "password": "password123"}
        assert (await admin.post("/api/accounts", json=weak)).status_code == 422
        page = (await admin.get("/api/accounts", params={"limit": 3})).json()
        assert [one["login"] for one in page["items"]] == ["admin", "chen", "du"]
        rest = (await admin.get("/api/accounts", params={"after": page["next"]})).json()
        assert rest["items"][0]["login"] == "far"
        assert (await admin.get("/api/accounts/ghost")).status_code == 404
        stale = {"version": 9, "name": "x"}
        assert (await admin.patch("/api/accounts/new", json=stale)).status_code == 409
        for path in ("/api/accounts/new/password",):
            body = {"password": "a heron by the pond"}
            assert (await admin.post(path, json=body)).status_code == 204
            assert (await admin.post(path, json={"password": "short"})).status_code == 422
    async with housed.browser("wang") as wang:
        assert (await wang.post("/api/accounts", json=person)).status_code == 403


async def test_logins_are_plain(housed: Housed) -> None:
    async with housed.program() as admin:
        for login in ("Wang", "a b", "../etc", "", "x" * 41, "<script>"):
            person = {"login": login, "name": "x", "role": "police", "areas": ["*"]}
            answer = await admin.post("/api/accounts", json=person)
            assert answer.status_code == 422, login


async def test_answers_are_typed(housed: Housed) -> None:
    """Every route of the API says what it answers, so that a check can hold it to that."""
    async with housed.program() as admin:
        described = (await admin.get("/api/openapi.json")).json()
    loose = [
        (method, path)
        for path, routes in described["paths"].items()
        for method, route in routes.items()
        for status, answer in route["responses"].items()
        if path.startswith("/api/") and status in ("200", "201")
        and not answer.get("content", {}).get("application/json", {}).get("schema")
        and set(answer.get("content", {})) != {"application/zip"}
        and not path.endswith("/stream")
    ]  # fmt: skip
    assert not loose
