"""What people ask of their data, over the API: as the pages do it, and no more."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.office import Office
from console.privacy.tables import REQUESTS
from console.settings import ConsoleSettings
from tests.console.conftest import Clock
from tests.console.desks import AWAY, CARD, ESTATE, HOME, enter, make_key
from tests.console.housing import Housed, open_house
from tests.console.samples import HOUR

ASKED: dict[str, Any] = {
    "kind": "copy", "estate": ESTATE, "dwelling": HOME.name, "name": "林小满", "number": "0012ab",
}  # fmt: skip


@pytest.fixture
def housed(tmp_path: Path, clock: Clock) -> Iterator[Housed]:
    office = Office(ConsoleSettings(data=tmp_path / "console"), clock)
    make_key(office.settings.data)
    housed = open_house(office, clock)
    housed.person("sun", "resident")
    housed.person("lan", "resident")
    housed.person("wang")
    housed.person("far", areas=("hillside",))
    housed.person("zhao", "property")
    for kind, one in (("dwellings", HOME), ("credentials", CARD), ("aways", AWAY)):
        enter(housed.house.register, kind, one)
    yield housed
    office.close()


async def test_from_a_request_to_its_copy(housed: Housed) -> None:
    async with housed.browser("sun") as sun, housed.browser("wang") as wang:
        filed = await sun.post("/api/rights", json=ASKED)
        assert (filed.status_code, filed.json()["state"]) == (201, "filed")
        assert "林小满" not in filed.text
        name = filed.json()["id"]
        (waiting,) = (await wang.get("/api/requests")).json()["items"]
        assert (waiting["id"], waiting["login"], waiting["is_late"]) == (name, "sun", False)
        detail = (await wang.get(f"/api/requests/{name}")).json()
        assert detail["clear"] == {"name": "林小满", "number": "0012ab"}
        entries = [one["entry"] for one in detail["candidates"]]
        assert [one.partition("/")[0] for one in entries] == ["credentials", "aways"]
        early = await wang.post(f"/api/requests/{name}/grant", json={"answer": "x"})
        assert early.status_code == 409
        taken = await wang.post(f"/api/requests/{name}/take", json={"identity": "account"})
        assert taken.json()["state"] == "taken"
        given = {"answer": "副本已备好", "entries": entries}
        granted = (await wang.post(f"/api/requests/{name}/grant", json=given)).json()
        assert (granted["state"], granted["has_copy"], granted["decided_by"]) == (
            "granted", True, "wang",
        )  # fmt: skip
        own = (await sun.get(f"/api/rights/{name}")).json()
        assert (own["answer"], "decided_by" in own, "identity" in own) == (
            "副本已备好",
            False,
            False,
        )
        copy = (await sun.get(f"/api/rights/{name}/copy")).json()
        assert [one["number"] for one in copy["register"] if "number" in one] == ["0012AB"]
        assert {one["act"] for one in copy["looks"]} == {"reveal.request"}
        assert (await wang.get(f"/api/requests/{name}/copy")).json()["request"] == name
        assert (await wang.get("/api/requests")).json()["items"] == []
        assert len((await wang.get("/api/requests?open=false")).json()["items"]) == 1


async def test_a_deletion_goes_once_and_leaves_nothing(housed: Housed) -> None:
    async with housed.browser("sun") as sun, housed.browser("wang") as wang:
        name = (await sun.post("/api/rights", json=ASKED | {"kind": "deletion"})).json()["id"]
        await wang.post(f"/api/requests/{name}/take", json={"identity": "documents"})
        detail = (await wang.get(f"/api/requests/{name}")).json()
        entries = [one["entry"] for one in detail["candidates"]]
        key = {"Idempotency-Key": "k1"}
        body = {"answer": "已删除", "entries": entries}
        answers = [
            await wang.post(f"/api/requests/{name}/grant", json=body, headers=key) for _ in range(2)
        ]
        assert [one.status_code for one in answers] == [200, 200]
        assert answers[1].headers["idempotency-replayed"] == "true"
        assert (await wang.get("/api/register/credentials")).json()["items"] == []


async def test_refused_and_taken_back(housed: Housed) -> None:
    async with housed.browser("sun") as sun, housed.browser("wang") as wang:
        first, second = [(await sun.post("/api/rights", json=ASKED)).json()["id"] for _ in range(2)]
        no_words = {"reason": "not_held", "answer": " "}
        assert (await wang.post(f"/api/requests/{first}/refuse", json=no_words)).status_code == 422
        refusing = {"reason": "not_held", "answer": "没有"}
        refused = (await wang.post(f"/api/requests/{first}/refuse", json=refusing)).json()
        assert (refused["state"], refused["reason"]) == ("refused", "not_held")
        back = await sun.post(f"/api/rights/{second}/withdraw")
        assert (back.status_code, back.json()["state"]) == (200, "withdrawn")
        assert (await sun.post(f"/api/rights/{second}/withdraw")).status_code == 409
        assert (await sun.get(f"/api/rights/{first}/copy")).status_code == 404
        listed = (await sun.get("/api/rights")).json()["items"]
        assert {one["id"] for one in listed} == {first, second}


async def test_each_sees_their_own_and_each_office_its_area(housed: Housed) -> None:
    async with housed.browser("sun") as sun:
        name = (await sun.post("/api/rights", json=ASKED)).json()["id"]
        elsewhere = await sun.post("/api/rights", json=ASKED | {"estate": "hillside"})
        assert elsewhere.status_code == 403
        wrong = await sun.post("/api/rights", json=ASKED | {"kind": "correction"})
        assert wrong.status_code == 422
    async with housed.browser("lan") as lan:
        assert (await lan.get("/api/rights")).json()["items"] == []
        assert (await lan.get(f"/api/rights/{name}")).status_code == 404
        assert (await lan.post(f"/api/rights/{name}/withdraw")).status_code == 404
        assert (await lan.get(f"/api/requests/{name}")).status_code == 403
    async with housed.browser("far") as far:
        assert (await far.get("/api/requests")).json()["items"] == []
        for path in (f"/api/requests/{name}", f"/api/requests/{name}/copy"):
            assert (await far.get(path)).status_code == 404
        taking = {"identity": "account"}
        assert (await far.post(f"/api/requests/{name}/take", json=taking)).status_code == 404
        assert (await far.post("/api/requests", json=ASKED)).status_code == 403
    async with housed.browser("zhao") as zhao:
        assert (await zhao.get("/api/requests")).status_code == 403


async def test_a_page_may_be_short_where_others_requests_lie_between(
    housed: Housed, clock: Clock
) -> None:
    requests = []
    async with housed.browser("wang") as wang:
        for n in range(3):
            clock.at += HOUR
            made = await wang.post("/api/requests", json=ASKED | {"text": str(n)})
            requests.append(made.json()["id"])
        with housed.office.engine.begin() as tx:
            other = REQUESTS.c.id == requests[1]
            tx.execute(REQUESTS.update().where(other).values(estate="hillside"))
        asked = {"limit": 1, "open": False}
        first = (await wang.get("/api/requests", params=asked)).json()
        asked |= {"after": first["next"]}
        second = (await wang.get("/api/requests", params=asked)).json()
        found = [one["id"] for page in (first, second) for one in page["items"]]
        assert (found, second["next"]) == ([requests[2], requests[0]], None)
