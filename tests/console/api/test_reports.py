"""Reports and disputes over the application, from both sides."""

from tests.console.api.asking import act, done, listed
from tests.console.housing import Housed, codes
from tests.console.samples import ESTATE


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
        assert [one["kind"] for one in told.json()["items"]] == [
            "file", "accept", "return", "accept", "mediate", "feed_back",
        ]  # fmt: skip
        assert [one["why"] for one in told.json()["items"]][-1] == "已劝止"
        stale = await act(sun, "rate", name, version=1, rating="fairly")
        assert stale.json()["detail"]["code"] == "moved_on"
        assert not [word for word in INSIDE if word in stale.text]
        refused = await act(sun, "rate", name, rating="not_reached")
        assert (refused.status_code, refused.json()["detail"]["code"]) == (422, "needs_own_rating")
        await done(sun, "rate", name, rating="fairly")
        assert len((await zhao.get(f"/api/cases/{name}/acts")).json()["items"]) == 8
