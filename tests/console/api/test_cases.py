"""The loop over the application: what people of each role see, do, and are refused."""

from typing import Any

import httpx

from tests.console.api.asking import act, done, listed, take
from tests.console.conftest import Clock
from tests.console.housing import Housed
from tests.console.samples import MINUTE, NINE, alert


async def test_the_whole_loop_with_a_team_and_a_phone(
    wang: httpx.AsyncClient, housed: Housed
) -> None:
    async with housed.program() as admin:
        team = {"name": "巡逻队", "areas": ["station-7"], "members": ["li"]}
        assert (await admin.put("/api/teams/patrol", json=team)).status_code == 200
    assert (await done(wang, "accept"))["state"] == "accepted"
    assert (await done(wang, "assign", to="team:patrol"))["state"] == "assigned"
    async with housed.browser("li") as phone:
        assert await listed(phone, mine=True) == ["a1"]
        case = await done(phone, "accept")
        assert (case["state"], case["assigned"]) == ("under_way", "person:li")
        await done(phone, "arrive")
        await done(phone, "handle", why="门已关好")
    assert (await done(wang, "close", verdict="true"))["is_over"]
    refused = await act(wang, "review")
    assert (refused.status_code, refused.json()["detail"]["code"]) == (409, "own_review")
    async with housed.browser("du") as supervisor:
        assert (await act(supervisor, "review", version=7)).status_code == 404
    async with housed.browser("li") as other:
        assert (await done(other, "review"))["state"] == "reviewed"
    acts = (await wang.get("/api/cases/a1/acts")).json()["items"]
    assert [one["kind"] for one in acts] == [
        "open", "accept", "assign", "accept", "arrive", "handle", "close", "review",
    ]  # fmt: skip
    assert [one["version"] for one in acts] == list(range(1, 9))


async def test_a_case_says_what_may_be_done_and_until_when(wang: httpx.AsyncClient) -> None:
    case = (await wang.get("/api/cases/a1")).json()
    assert case["due_at"] == "2026-03-01T01:05:00.000Z"
    assert case["state_name"] == {"zh": "待签收", "en": "waiting to be accepted"}
    assert case["told_name"]["zh"] == "警务室"
    assert case["alerts"] == ["a1"]
    assert case["report"] is None
    assert {"accept", "assign", "close"} <= set(case["acts"])
    assert not {"review", "supervise", "rate", "climb"} & set(case["acts"])


async def test_who_is_second_is_told_what_the_first_did(
    wang: httpx.AsyncClient, housed: Housed
) -> None:
    await done(wang, "accept")
    async with housed.browser("li") as other:
        refused = await act(other, "accept", version=1)
    assert refused.status_code == 409
    assert refused.json()["detail"] == {
        "code": "stale", "version": 2, "zh": "此件刚由wang签收，已是第2版；请看过再办",
        "en": "wang was faster (accept); it is version 2 now. Look at it and decide again",
    }  # fmt: skip


async def test_what_is_refused_says_why(wang: httpx.AsyncClient) -> None:
    tried: list[tuple[str, dict[str, Any], int, str]] = [
        ("arrive", {}, 409, "not_in_state"),
        ("supervise", {"why": "x"}, 403, "role"),
        ("assign", {}, 422, "needs_to"),
        ("assign", {"to": "person:ghost"}, 422, "no_party"),
        ("assign", {"to": "person:far"}, 409, "party_elsewhere"),
        ("climb", {}, 403, "role"),
    ]
    for kind, given, status, code in tried:
        refused = await act(wang, kind, **given)
        assert (refused.status_code, refused.json()["detail"]["code"]) == (status, code), kind


async def test_what_makes_no_sense_is_refused(wang: httpx.AsyncClient) -> None:
    nonsense: list[dict[str, Any]] = [
        {"kind": "dance"}, {"to": "wang"}, {"why": "x" * 2001}, {"version": -1}, {"until": "soon"},
        {"why": None}, {"number": "x" * 65},
    ]  # fmt: skip
    for given in nonsense:
        body = {"kind": "accept", "version": 1} | given
        assert (await wang.post("/api/cases/a1/acts", json=body)).status_code == 422, given


async def test_the_same_key_does_it_once(wang: httpx.AsyncClient, housed: Housed) -> None:
    first = await act(wang, "accept", key="k1", version=1)
    again = await act(wang, "accept", key="k1", version=1)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await act(wang, "handle", key="k1", version=2, why="x")
    assert other.status_code == 422
    async with housed.browser("li") as somebody:
        assert (await act(somebody, "remind", key="k1", version=2)).status_code == 200
    assert len((await wang.get("/api/cases/a1/acts")).json()["items"]) == 3


async def test_what_was_refused_leaves_its_key_free(wang: httpx.AsyncClient) -> None:
    assert (await act(wang, "handle", key="k2", version=1, why="x")).status_code == 409
    assert (await act(wang, "accept", version=1)).status_code == 200
    assert (await act(wang, "handle", key="k2", version=2, why="x")).status_code == 200
    assert (await act(wang, "handle", key="k3", version=2, why="x")).status_code == 409


async def test_areas_and_kinds_bound_what_is_seen(housed: Housed) -> None:
    await take(
        housed,
        alert("police"),
        alert("property", handler="property", rule="door_held"),
        alert("civil", handler="grid_worker", rule="dispute_escalates", also=("mediator",)),
        alert("helped", handler="care_station", also=("property",)),
        alert("duress", rule="duress", severity="red", also=("property",)),
        alert("watch", rule="watchlist_hit", roles=("supervisor",)),
        alert("elsewhere", estate="hillside"),
    )
    sees = {
        "wang": {"police", "property", "civil", "helped", "duress-police"},
        "li": {"police", "property", "civil", "helped", "duress-police"},
        "mix": {"police", "civil", "helped"},
        "far": set(),
        "zhao": {"property", "helped"},
        "chen": {"civil", "helped"},
        "du": {"property", "civil", "helped"},
        "sun": set(),
    }
    for login, expected in sees.items():
        async with housed.browser(login) as http:
            assert set(await listed(http)) == expected, login
            for name in ("police", "property", "duress-police", "watch-police", "elsewhere"):
                status = (await http.get(f"/api/cases/{name}")).status_code
                assert status == (200 if name in expected else 404), (login, name)
            if login != "sun":
                alerts = {line["id"] for line in (await http.get("/api/alerts")).json()}
                assert alerts == {name.removesuffix("-police") for name in expected}, login
    async with housed.program() as admin:
        assert set(await listed(admin)) == sees["wang"] | {"elsewhere"}


async def test_what_is_out_of_sight_is_not_acted_on(housed: Housed) -> None:
    await take(housed, alert("a1", rule="duress", severity="red"))
    for login in ("far", "zhao", "chen", "du", "sun"):
        async with housed.browser(login) as http:
            refused = await act(http, "accept", "a1-police", version=1)
            assert refused.status_code == 404, login


async def test_who_is_asked_for_help_sees_it(wang: httpx.AsyncClient, housed: Housed) -> None:
    async with housed.browser("zhao") as http:
        assert await listed(http) == []
        assert (await http.get("/api/alerts/a1")).status_code == 404
        await done(wang, "assist", to="group:property")
        assert await listed(http) == ["a1"]
        assert (await http.get("/api/alerts/a1")).status_code == 200


async def test_an_overdue_property_case_comes_into_the_communitys_sight(
    housed: Housed, clock: Clock
) -> None:
    await take(housed, alert("a1", handler="property", delivery="push"))
    async with housed.browser("chen") as http:
        assert await listed(http) == []
        clock.at += 5 * MINUTE
        housed.office.cases.tick(clock.at)
        assert await listed(http) == ["a1"]


async def test_the_list_is_paged_and_filtered(housed: Housed) -> None:
    await take(housed, *(alert(f"a{n}", opened_at=NINE + n) for n in range(5)))
    async with housed.browser("wang") as http:
        first = (await http.get("/api/cases", params={"limit": 2})).json()
        second = (await http.get("/api/cases", params={"limit": 2, "after": first["next"]})).json()
        third = (await http.get("/api/cases", params={"limit": 2, "after": second["next"]})).json()
        names = [case["id"] for page in (first, second, third) for case in page["items"]]
        assert sorted(names) == [f"a{n}" for n in range(5)]
        assert third["next"] is None
        await done(http, "accept", "a0")
        await done(http, "close", "a1", verdict="false")
        assert await listed(http, state="accepted") == ["a0"]
        assert set(await listed(http, mine=True)) >= {"a0"}
        assert await listed(http, open=False) == ["a1"]
        assert await listed(http, kind="crowd") == []
        assert await listed(http, overdue=True) == []


async def test_a_cursor_that_is_none_of_ours(wang: httpx.AsyncClient) -> None:
    for after in ("x", "e30", "W10", "WzEsMl0", "%00", "W251bGwsIngiXQ"):
        answer = await wang.get("/api/cases", params={"after": after})
        assert answer.status_code == 422, after


async def test_the_figures(wang: httpx.AsyncClient, housed: Housed, clock: Clock) -> None:
    await take(housed, alert("a2", opened_at=NINE + 1), alert("a3", opened_at=NINE + 2))
    await done(wang, "close", "a2", verdict="false")
    await done(wang, "accept", "a3")
    clock.at += 5 * MINUTE
    housed.office.cases.tick(clock.at)
    assert (await wang.get("/api/cases/counts")).json() == {
        "waiting": 1, "open": 2, "mine": 1, "overdue": 1, "supervised": 0, "shelved": 0,
        "closed_today": 1,
    }  # fmt: skip


async def test_who_has_it_already_is_told_so(wang: httpx.AsyncClient, housed: Housed) -> None:
    for path in ("/api/cases", "/api/cases/counts"):
        tag = (await wang.get(path)).headers["etag"]
        same = await wang.get(path, headers={"If-None-Match": tag})
        assert (same.status_code, same.content) == (304, b"")
        async with housed.browser("li") as other:
            assert (await other.get(path, headers={"If-None-Match": tag})).status_code == 200
        await done(wang, "transfer", number="1100")
        assert (await wang.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_supervision_and_reminders(wang: httpx.AsyncClient, housed: Housed) -> None:
    await take(housed, alert("p", handler="property", opened_at=NINE + 1))
    async with housed.browser("du") as http:
        case = await done(http, "supervise", "p", why="三次未处理")
        assert case["supervised"]
        assert (await done(http, "remind", "p"))["reminded"] == 1
        assert await listed(http, supervised=True) == ["p"]


async def test_transfer_to_110(wang: httpx.AsyncClient) -> None:
    assert (await act(wang, "transfer", number="1")).status_code == 422
    assert (await done(wang, "transfer", number="110-2026-0042"))["number"] == "110-2026-0042"
