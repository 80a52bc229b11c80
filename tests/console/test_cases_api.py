"""The loop over the application: what people of each role see, do, and are refused."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from console.cases.surroundings import Surroundings
from console.lifecycle.flood import BEGINS_ABOVE
from console.office import Office
from schemas.alerts import Alert
from tests.console.cases.conftest import CONFIG
from tests.console.cases.working import Work
from tests.console.conftest import Clock
from tests.console.housing import Housed, codes, open_house
from tests.console.samples import ESTATE, HOUR, MINUTE, NINE, alert, evidence
from tests.console.test_batch import alert_record


@pytest.fixture
def housed(office: Office, clock: Clock) -> Housed:
    Work(office.cases, Surroundings({ESTATE: CONFIG}))
    housed = open_house(office, clock)
    housed.person("wang", areas=("office-1",))
    housed.person("li", areas=("station-7",))
    housed.person("far", areas=("office-9",))
    housed.person("zhao", "property")
    housed.person("chen", "grid_worker", areas=("grid-3",))
    housed.person("du", "supervisor", areas=("east",))
    housed.person("sun", "resident")
    housed.person("mix", "grid_worker", kinds=("civil", "police"))
    return housed


async def take(housed: Housed, *alerts: Alert) -> None:
    await housed.office.take([alert_record(n, one) for n, one in enumerate(alerts)])


@pytest.fixture
async def wang(housed: Housed) -> AsyncIterator[httpx.AsyncClient]:
    await take(housed, alert(delivery="push", evidence=(evidence("open", "door.opened"),)))
    async with housed.browser("wang") as http:
        yield http


async def act(
    http: httpx.AsyncClient, kind: str, name: str = "a1", key: str = "", **given: Any
) -> httpx.Response:
    """An act on the present version, unless another is given."""
    if "version" not in given:
        given["version"] = (await http.get(f"/api/cases/{name}")).json()["version"]
    headers = {"Idempotency-Key": key} if key else {}
    return await http.post(f"/api/cases/{name}/acts", json={"kind": kind} | given, headers=headers)


async def done(http: httpx.AsyncClient, kind: str, name: str = "a1", **given: Any) -> Any:
    answer = await act(http, kind, name, **given)
    assert answer.status_code == 200, answer.text
    return answer.json()["case"]


async def listed(http: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await http.get("/api/cases", params=asked)
    assert answer.status_code == 200, answer.text
    return [case["id"] for case in answer.json()["items"]]


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
    acts = (await wang.get("/api/cases/a1/acts")).json()
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
    assert len((await wang.get("/api/cases/a1/acts")).json()) == 3


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


async def test_a_dispute_from_report_to_rating(housed: Housed) -> None:
    report = {
        "estate": ESTATE, "category": "noise", "text": "楼上半夜装修<script>",
        "dwelling": "4-2-1102", "against": "4-2-1202", "place": "4-2-1102",
    }  # fmt: skip
    async with housed.browser("sun") as sun, housed.browser("chen") as chen:
        filed = await sun.post("/api/reports", json=report, headers={"Idempotency-Key": "r1"})
        again = await sun.post("/api/reports", json=report, headers={"Idempotency-Key": "r1"})
        assert filed.json() == again.json()
        name = filed.json()["id"]
        assert await listed(sun) == await listed(chen) == [name]
        detail = (await chen.get(f"/api/cases/{name}")).json()
        assert detail["report"]["text"] == "楼上半夜装修<script>"
        assert detail["report"]["filed_by"] == "sun"
        assert (await act(sun, "accept", name)).status_code == 403
        await done(chen, "accept", name)
        await done(chen, "mediate", name, why="双方约定22点后不施工")
        await done(chen, "feed_back", name, why="已电话告知")
        own = (await sun.get(f"/api/cases/{name}")).json()
        assert own["acts"] == ["rate", "remind"]
        assert (own["holder"], own["parties"]) == ("", [])
        await done(sun, "rate", name, rating="satisfied")
        closed = await done(chen, "close", name, verdict="true")
        assert (closed["state"], closed["rating"]) == ("closed", "satisfied")
    await _one_event(housed, name)


async def _one_event(housed: Housed, name: str) -> None:
    """The report went to the outbox once, without who filed it and without words."""
    with housed.office.engine.connect() as connection:
        rows = connection.exec_driver_sql("select key, type, subject, body from outbox").all()
    assert [(row[0], row[1], row[2]) for row in rows] == [(f"report/{name}", "report.filed", None)]
    assert "sun" not in rows[0][3]
    assert "装修" not in rows[0][3]
    assert '"against":"4-2-1202"' in rows[0][3]


async def test_reports_that_cannot_be_taken(housed: Housed) -> None:
    report = {"estate": ESTATE, "category": "lost", "text": "一把伞"}
    faults: list[tuple[dict[str, str], str]] = [
        ({"category": "weather"}, "'weather' is none"),
        ({"estate": "hillside"}, "no place of 'hillside'"),
        ({"place": "moon"}, "no place of 'lakeside'"),
        ({"text": ""}, ""),
        ({"text": "x" * 2001}, ""),
    ]
    async with housed.browser("sun") as sun:
        for change, fault in faults:
            answer = await sun.post("/api/reports", json=report | change)
            assert answer.status_code == 422, change
            assert fault in answer.text


async def test_nobody_floods_the_office_with_reports(housed: Housed) -> None:
    report = {"estate": ESTATE, "category": "lost", "text": "一把伞"}
    async with housed.browser("sun") as sun:
        answers = [await sun.post("/api/reports", json=report) for _ in range(21)]
    assert codes(answers) == [200] * 20 + [422]


async def test_reports_of_other_people_are_not_seen(housed: Housed) -> None:
    housed.person("lan", "resident")
    report = {"estate": ESTATE, "category": "lost", "text": "一把伞"}
    async with housed.browser("sun") as sun, housed.browser("lan") as lan:
        name = (await sun.post("/api/reports", json=report)).json()["id"]
        assert (await lan.get(f"/api/cases/{name}")).status_code == 404
        assert (await act(lan, "remind", name, version=1)).status_code == 404
        assert (await done(sun, "remind", name))["reminded"] == 1


async def test_shelves_are_put_listed_and_ended(wang: httpx.AsyncClient, housed: Housed) -> None:
    asked = {"estate": ESTATE, "rule": "door_held", "why": "闭门器更换中", "until": NINE + HOUR}
    shelf = (await wang.post("/api/shelves", json=asked)).json()
    await take(housed, alert("held", rule="door_held", delivery="push", opened_at=NINE + 1))
    assert (await wang.get("/api/cases/held")).json()["quiet"] == "shelf"
    async with housed.browser("far") as far:
        assert (await far.get("/api/shelves")).json() == []
        assert (await far.post("/api/shelves", json=asked)).status_code == 403
        assert (await far.delete(f"/api/shelves/{shelf['id']}")).status_code == 404
    assert [one["by"] for one in (await wang.get("/api/shelves")).json()] == ["wang"]
    assert (await wang.delete(f"/api/shelves/{shelf['id']}")).status_code == 204
    assert (await wang.get("/api/cases/held")).json()["quiet"] == ""
    assert (await wang.delete(f"/api/shelves/{shelf['id']}")).status_code == 404


async def test_shelves_that_are_refused(wang: httpx.AsyncClient) -> None:
    asked = {"estate": ESTATE, "rule": "door_held", "why": "闭门器更换中", "until": NINE + HOUR}
    for change in (
        {"until": NINE}, {"until": NINE + 73 * HOUR}, {"until": 10**30}, {"why": "x"},
        {"rule": "duress"},
    ):  # fmt: skip
        answer = await wang.post("/api/shelves", json=asked | change)
        assert answer.status_code == 422, change


async def test_floods_and_verdicts_are_for_supervisors(housed: Housed) -> None:
    alerts = [
        alert(f"f{n:02}", handler="property", rule="door_held", delivery="push",
              opened_at=NINE + n, evidence=(evidence("open", "door.opened"),))
        for n in range(BEGINS_ABOVE + 3)
    ]  # fmt: skip
    await take(housed, *alerts)
    async with housed.browser("zhao") as zhao, housed.browser("du") as du:
        for n, verdict in enumerate(("true", "false", "false")):
            await done(zhao, "accept", f"f{n:02}")
            await done(zhao, "handle", f"f{n:02}", why="看过")
            await done(zhao, "close", f"f{n:02}", verdict=verdict)
        (flood,) = (await du.get("/api/floods")).json()
        assert (flood["desk"], flood["gathered"]) == (f"property:{ESTATE}", 3)
        told = (await du.get("/api/statistics/verdicts")).json()
        assert (await zhao.get("/api/floods")).status_code == 403
    (by_rule,), (by_device,) = told["by_rule"], told["by_device"]
    assert (by_rule["name"], by_rule["true"], by_rule["false"]) == ("door_held", 1, 2)
    assert by_rule["false_share"] == pytest.approx(2 / 3)
    assert by_device["name"] == "north-panel"
    (by_both,) = told["by_rule_and_device"]
    assert (by_both["name"], by_both["false"]) == ("door_held north-panel", 2)
    async with housed.browser("far") as far:
        assert (await far.get("/api/floods")).json() == []
        assert (await far.get("/api/statistics/verdicts")).json()["by_rule"] == []


async def test_a_verdict_on_an_incident_counts_once_for_each_of_its_situations(
    housed: Housed,
) -> None:
    """And whoever's alert opened it stands for the devices; nothing else is changed by it."""
    opened, seen = evidence("opened", "door.opened"), evidence("in_yard", "zone.entered")
    yard = evidence("in_yard", "zone.entered", 5, device="yard-cam")
    parts = (("door_forced", (opened,)), ("loitering", (seen, yard)), ("loitering", (yard,)))
    await take(housed, *(
        alert(f"v{n}", incident="i1", handler="property", rule=rule, evidence=items,
              opened_at=NINE + n)
        for n, (rule, items) in enumerate(parts)
    ))  # fmt: skip
    async with housed.browser("zhao") as zhao, housed.browser("du") as du:
        for kind, more in (
            ("accept", {}), ("handle", {"why": "看过"}), ("close", {"verdict": "false"}),
        ):  # fmt: skip
            await done(zhao, kind, "i1", **more)
        told = (await du.get("/api/statistics/verdicts")).json()
    names = {part: [row["name"] for row in told[part]] for part in told if part != "since"}
    assert names == {
        "by_rule": ["door_forced", "loitering"],
        "by_device": ["north-panel", "yard-cam"],
        "by_rule_and_device": ["door_forced north-panel", "door_forced yard-cam"],
    }
    assert all(row["false"] == 1 for part in names for row in told[part])


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


INSIDE = ("只在内部", "zhao", "wang", "du", "group:property", "2026-0042")


async def test_whoever_reported_reads_none_of_the_offices_words_and_names(
    housed: Housed,
) -> None:
    async with housed.browser("sun") as sun, housed.browser("zhao") as zhao:
        body = {"category": "piled", "estate": ESTATE, "text": "楼道堆物"}
        name = (await sun.post("/api/reports", json=body)).json()["id"]
        await done(zhao, "accept", name)
        await done(zhao, "transfer", name, number="2026-0042")
        await done(zhao, "return", name, why="只在内部：退回")
        await done(zhao, "accept", name)
        await done(zhao, "mediate", name, why="只在内部：是5楼的")
        await done(zhao, "feed_back", name, why="已劝止")
        told = await sun.get(f"/api/cases/{name}/acts")
        assert not [word for word in INSIDE if word in told.text]
        assert [one["kind"] for one in told.json()] == [
            "file", "accept", "return", "accept", "mediate", "feed_back",
        ]  # fmt: skip
        assert [one["why"] for one in told.json()][-1] == "已劝止"
        stale = await act(sun, "rate", name, version=1, rating="fairly")
        assert stale.json()["detail"]["code"] == "moved_on"
        assert not [word for word in INSIDE if word in stale.text]
        refused = await act(sun, "rate", name, rating="not_reached")
        assert (refused.status_code, refused.json()["detail"]["code"]) == (422, "needs_own_rating")
        await done(sun, "rate", name, rating="fairly")
        assert len((await zhao.get(f"/api/cases/{name}/acts")).json()) == 8
