"""Each act from a phone through the real application, and what comes of sending it again."""

import httpx

from console.cases.tables import ACTS
from schemas.pictures import picture_name
from tests.console.housing import Housed
from tests.console.phone.conftest import phone, report, take, tick
from tests.console.phone.pictures import GPS, JPEG
from tests.console.samples import HOUR, MINUTE, NINE, alert


def kinds(housed: Housed, case: str = "a1") -> list[str]:
    with housed.office.engine.connect() as tx:
        rows = tx.execute(ACTS.select().where(ACTS.c.case == case).order_by(ACTS.c.version))
        return [row.kind for row in rows]


async def test_a_team_takes_goes_handles_with_a_photo_and_another_reviews(forced: Housed) -> None:
    async with forced.program() as admin:
        team = {"name": "巡逻队", "areas": ["station-7"], "members": ["li"]}
        assert (await admin.put("/api/teams/patrol", json=team)).status_code == 200
    async with phone(forced, "wang") as wang, phone(forced, "li") as li:
        assert "已签收" in await wang.done("accept")
        assert "巡逻队" in await wang.done("assign", to="team:patrol")
        assert "等我办的" in await li.page("/m")
        assert "已接单" in await li.done("accept")
        await li.done("arrive")
        page = await li.done("handle", JPEG, why="门已关好")
        assert "门已关好" in page
        assert "/m/photos/a1/" in page
        await wang.done("close", verdict="true")
        assert "复核" in await li.done("review")
    assert kinds(forced) == [
        "open", "accept", "assign", "accept", "arrive", "handle", "close", "review",
    ]  # fmt: skip


async def test_what_turns_aside_or_back(forced: Housed) -> None:
    async with phone(forced, "wang") as wang, phone(forced, "li") as li:
        await wang.done("accept")
        assert "2026-0042" in await wang.done("transfer", number="2026-0042")
        await wang.done("assist", to="person:li")
        await li.done("extend", minutes="60", why="等锁匠")
        await wang.done("remind")
        await wang.done("judge", verdict="cannot_be_verified")
        await wang.done("return", why="不归我管")
        await wang.done("return", why="归物业", group="group:property")
        await wang.done("shelve", minutes="60", why="等配件")
    assert kinds(forced)[1:] == [
        "accept", "transfer", "assist", "extend", "remind", "judge", "return", "return", "shelve",
    ]  # fmt: skip


async def test_a_report_to_its_rating(housed: Housed) -> None:
    name = await report(housed)
    async with phone(housed, "zhao") as zhao, phone(housed, "sun") as sun:
        await zhao.done("accept", case=name)
        await zhao.done("mediate", case=name, why="内部：纸箱是5楼的")
        await zhao.done("feed_back", JPEG, case=name, why="纸箱已清走")
        page = await sun.page(f"/m/cases/{name}")
        assert "纸箱已清走" in page
        assert "内部" not in page
        assert "Zhao" not in page
        assert "满意" in await sun.done("rate", case=name, rating="satisfied")
        assert "已办结" in await zhao.done("close", case=name, verdict="true")
    assert kinds(housed, name) == ["file", "accept", "mediate", "feed_back", "rate", "close"]


async def test_a_supervisor_supervises_reminds_and_sees_overdue_by_area(housed: Housed) -> None:
    await take(housed, alert(handler="property"))
    tick(housed, NINE + 9 * HOUR)
    async with phone(housed, "du") as du:
        areas = await du.page("/m/areas")
        assert "湖畔苑" in areas
        assert '<td class="late">1</td>' in areas
        assert "超期" in await du.page("/m?view=overdue&estate=lakeside")
        await du.done("supervise", why="拖了五个小时")
        assert "催办1次" in await du.done("remind")


async def test_sent_again_it_is_done_once(forced: Housed) -> None:
    async with phone(forced, "wang") as wang:
        action, hidden = await wang.form("/m/cases/a1", 'value="accept"')
        answers = [await wang.send(action, hidden) for _ in range(3)]
    assert [one.status_code for one in answers] == [303] * 3
    assert len({one.headers["location"] for one in answers}) == 1
    assert kinds(forced) == ["open", "accept"]


async def test_a_report_sent_again_is_one_report(housed: Housed) -> None:
    async with phone(housed, "sun") as sun:
        action, hidden = await sun.form("/m/report", 'name="text"')
        said = hidden | {"category": "noise", "spot": "lakeside", "text": "半夜装修"}
        answers = [await sun.send(action, said, JPEG) for _ in range(2)]
        assert answers[0].headers["location"] == answers[1].headers["location"]
        assert (await sun.page("/m")).count('class="card"') == 1
        other = await sun.send(action, said | {"text": "另一件"}, JPEG)
    assert other.status_code == 409
    assert "已经提交过" in other.text


async def test_who_is_second_is_told_what_the_first_did_and_keeps_the_words(forced: Housed) -> None:
    async with phone(forced, "wang") as wang, phone(forced, "li") as li:
        await wang.done("accept")
        action, hidden = await wang.form("/m/cases/a1", 'value="handle"')
        await li.done("arrive")
        refused = await wang.send(action, hidden | {"why": "我写了很久<b>"})
        assert refused.status_code == 409
        assert "此件刚由li到场" in refused.text
        assert "我写了很久&lt;b&gt;</textarea>" in refused.text
        assert 'name="version" value="3"' in refused.text


async def test_a_refusal_says_what_is_possible_instead(forced: Housed) -> None:
    async with phone(forced, "wang") as wang:
        action, hidden = await wang.form("/m/cases/a1", 'value="accept"')
        refused = await wang.send(action, hidden | {"act": "arrive"})
        assert refused.status_code == 409
        assert "现在可以：" in refused.text
    async with phone(forced, "wang", **{"Accept-Language": "en"}) as wang:
        refused = await wang.send(action, hidden | {"act": "arrive", "csrf": wang.csrf})
        assert "Possible now:" in refused.text


REFUSED: tuple[tuple[dict[str, str], int, str], ...] = (
    ({"act": "transfer", "number": "1"}, 422, "转110须填接警单号"),
    ({"act": "assign", "to": "person:ghost"}, 422, "没有“person:ghost”"),
    ({"act": "assign", "to": "person:far"}, 409, "不管这一片"),
    ({"act": "close", "verdict": "true"}, 409, "结论只能是：误报"),
    ({"act": "dance"}, 422, "填写有误"),
    ({"act": "climb"}, 403, "不能超期上报"),
    ({"act": "handle", "why": "x" * 2001}, 422, "填写有误"),
    ({"act": "shelve", "why": "x", "minutes": "99999"}, 422, "最迟只能到"),
    ({"act": "accept", "version": "x"}, 409, "请看过再办"),
    ({"act": "accept", "csrf": "another"}, 403, "页面已过期"),
)


async def test_what_is_refused_says_why(forced: Housed) -> None:
    async with phone(forced, "wang") as wang:
        for given, status, said in REFUSED:
            action, hidden = await wang.form("/m/cases/a1", 'value="accept"')
            answer = await wang.send(action, hidden | given)
            assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert kinds(forced) == ["open"]


async def test_a_photo_loses_where_it_was_taken_and_its_look_is_written_down(
    forced: Housed,
) -> None:
    async with phone(forced, "wang") as wang:
        await wang.done("accept")
        page = await wang.done("handle", JPEG, why="见图")
        path = page.split('href="/m/photos/')[1].split('"')[0]
        photo = await wang.http.get(f"/m/photos/{path}")
        assert photo.headers["content-type"] == "image/jpeg"
        assert photo.headers["cache-control"] == "no-store"
        assert GPS not in photo.content
        assert path == f"a1/{picture_name(photo.content, 'jpg')}"
    ((_, look),) = forced.office.lookup.looks("a1")
    assert (look.who, look.picture) == ("wang", path.partition("/")[2])
    async with phone(forced, "zhao") as zhao:
        assert (await zhao.http.get(f"/m/photos/{path}")).status_code == 404
    async with phone(forced, "li") as li:
        assert (await li.http.get(f"/m/photos/{path}")).status_code == 200
        for bad in ("a1/../../console.db", f"a2/{path[3:]}", f"..%2Fa1/{path[3:]}"):
            assert (await li.http.get(f"/m/photos/{bad}")).status_code == 404


NO_PHOTOS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"<script>alert(1)</script>",), "这不是照片"),
    ((b"\xff\xd8\xff" + bytes(9 * 1024 * 1024),), "照片太大"),
    ((JPEG[:60],), "照片不完整"),
    ((JPEG,) * 4, "一次最多3张"),
    ((b"GIF89a" + bytes(20),), "这不是照片"),
)


async def test_what_is_no_photo_is_refused_and_nothing_is_done(forced: Housed) -> None:
    async with phone(forced, "wang") as wang:
        await wang.done("accept")
        for photos, said in NO_PHOTOS:
            refused = await wang.act("handle", *photos, why="处置了")
            assert (refused.status_code, said in refused.text) == (422, True), refused.text
            assert "处置了</textarea>" in refused.text
    assert kinds(forced) == ["open", "accept"]
    assert not list(forced.office.settings.photo_folder.rglob("*.*"))


async def test_hostile_words_stay_words(housed: Housed) -> None:
    bad = "<script>alert(1)</script>\"'{{7*7}}"
    await take(housed, alert(delivery="push", place_name={"zh": bad, "en": bad}))
    async with phone(housed, "wang") as wang:
        page = await wang.page("/m")
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        await wang.done("accept")
        page = await wang.done("handle", why=bad)
        assert "<script>alert" not in page
        assert "{{7*7}}" in page
        assert "<script>" not in await wang.page("/m/cases/%3Cscript%3E", 404)


async def test_a_case_passed_on_and_out_of_sight_leads_back_to_the_list(housed: Housed) -> None:
    await take(housed, alert(handler="property"))
    async with phone(housed, "zhao") as zhao:
        answer = await zhao.act("return", why="归公安", group="group:police")
        assert answer.status_code == 303, answer.text
        assert "已完成：退回" in await zhao.page(answer.headers["location"])


async def test_a_case_can_be_given_to_those_who_deal_with_cases_alone(forced: Housed) -> None:
    forced.person("boss", "supervisor")
    async with phone(forced, "wang") as wang:
        page = await wang.page("/m/cases/a1")
    offered = page.split('id="assist-to"')[1].split("</select>")[0]
    assert 'value="person:li"' in offered
    assert 'value="group:property"' in offered
    assert "person:boss" not in offered


async def test_time_left_and_what_is_late(forced: Housed) -> None:
    async with phone(forced, "wang") as wang:
        assert "剩5分钟" in await wang.page("/m")
        tick(forced, NINE + 7 * MINUTE)
        assert "超期2分钟" in await wang.page("/m?view=overdue")


async def page_after(http: httpx.AsyncClient, tag: str) -> int:
    return (await http.get("/m", headers={"If-None-Match": tag})).status_code


async def test_the_list_is_sent_again_only_when_it_changed(forced: Housed) -> None:
    async with phone(forced, "wang") as wang:
        first = await wang.http.get("/m")
        tag, acts = first.headers["etag"], first.text.split('data-tag="')[1].split('"')[0]
        acts = acts.replace("&#34;", '"')
        assert [await page_after(wang.http, one) for one in (tag, acts)] == [304, 304]
        forced.clock.at += MINUTE
        assert [await page_after(wang.http, one) for one in (tag, acts)] == [200, 304]
        await wang.done("accept")
        assert [await page_after(wang.http, one) for one in (tag, acts)] == [200, 200]
    async with phone(forced, "li") as li:
        assert await page_after(li.http, tag) == 200
