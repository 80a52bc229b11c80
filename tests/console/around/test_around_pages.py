"""The pages of what stands, as people of each role see them."""

import io
import re
from typing import Any

import httpx
import sqlalchemy as sa
from openpyxl import load_workbook

from console.audit.tables import AUDIT
from tests.console.around.estates import BAD
from tests.console.housing import Housed
from tests.console.samples import ESTATE, MINUTE, NINE, alert
from tests.console.test_batch import alert_record

PAGES = ("/homes", "/buildings/b3", "/gates", "/gates/north", "/vehicles", "/places/north",
         "/unjudged")  # fmt: skip


async def get(housed: Housed, who: str, path: str, **given: Any) -> httpx.Response:
    async with housed.browser(who) as http:
        return await http.get(path, **given)


async def text(housed: Housed, who: str, path: str) -> str:
    answer = await get(housed, who, path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def table(housed: Housed, who: str, path: str) -> list[tuple[Any, ...]]:
    """The first table of a page as its file has it."""
    joined = f"{path}{'&' if '?' in path else '?'}format=xlsx"
    answer = await get(housed, who, joined)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [tuple(cell.value for cell in line) for line in page.iter_rows()]


async def test_each_page_is_whole_in_both_languages(housed: Housed) -> None:
    for path in PAGES:
        for language, tag in (("zh", "zh-CN"), ("en", "en")):
            page = await text(housed, "wang", f"{path}?lang={language}")
            assert f'<html lang="{tag}">' in page
            assert not re.search(r"<script|<[^>]* on\w+=|(src|href)=.http", page), path
            assert ("导出表格" in page) is (language == "zh")
            assert (await table(housed, "wang", f"{path}?lang={language}"))[0]


async def test_homes_not_in_use_in_a_building_are_one_click_away(housed: Housed) -> None:
    page = await text(housed, "wang", "/homes")
    link = f"/homes?building=b3&amp;estate={ESTATE}&amp;status=seems_vacant"
    assert link in page
    rows = await table(housed, "wang", link.replace("&amp;", "&"))
    assert [row[0] for row in rows[1:2]] == ["3-1-201室"]
    assert len(rows) == 4


async def test_a_building_shows_each_home_with_its_state_and_why(housed: Housed) -> None:
    page = await text(housed, "wang", "/buildings/b3")
    assert page.index("1102") < page.index("201</b>")
    assert 'class="flat differs"' in page
    assert "登记自住，像是出租" in page
    assert (await get(housed, "wang", "/buildings/b9")).status_code == 404


async def test_passages_of_any_kept_day_and_hour(housed: Housed) -> None:
    today = await table(housed, "wang", "/gates/north?hour=22")
    assert today[1] == ("22:00–23:00", 3, 0, 0, 0)
    before = await table(housed, "wang", "/gates/north?day=2026-02-28")
    assert (before[23][1], before[-3][1]) == (7, 8)
    assert "没有这个口的计数" in await text(housed, "wang", "/gates/north?day=2026-01-01")
    assert (await get(housed, "wang", "/gates/north?day=x")).status_code == 422
    assert (await get(housed, "wang", "/gates/south")).status_code == 404


async def test_tables_that_leave_the_house_are_written_down(housed: Housed) -> None:
    await table(housed, "wang", "/homes?status=differs")
    with housed.office.engine.connect() as tx:
        rows = tx.execute(sa.select(AUDIT).where(AUDIT.c.act == "tables.exported")).all()
    assert [(row.who, row.target) for row in rows] == [("wang", "/homes")]
    assert "status=differs" in rows[0].detail


async def test_vehicles_now_and_over_time(housed: Housed) -> None:
    rows = await table(housed, "wang", "/vehicles")
    assert rows[1][:4] == ("湖畔苑", 12, 88, 100)
    assert "近24小时" in await text(housed, "wang", "/vehicles")


async def test_a_place_tells_its_thirty_days_its_devices_and_its_cameras(housed: Housed) -> None:
    day = 24 * 60 * MINUTE
    alerts = [alert(f"a{n}", key=f"k{n}", opened_at=NINE - n * day) for n in range(2)]
    elsewhere = alert("b", place="b3-u1")
    for number, one in enumerate([*alerts, elsewhere]):
        await housed.office.take([alert_record(number, one)])
    rows = await table(housed, "wang", "/places/north")
    assert rows[1] == ("门被强开", 2, 2, 0, 0)
    page = await text(housed, "wang", "/places/north")
    assert "北门门禁" in page
    assert "北门球机 · 在线" in page
    assert "javascript:" not in page
    housed.clock.at = NINE + 31 * day
    assert "没有内容" in await text(housed, "wang", "/places/north")


async def test_what_cannot_be_judged_names_the_device(housed: Housed) -> None:
    rows = await table(housed, "wang", "/unjudged")
    assert rows[1][:2] == ("门被强开", "北门门禁")
    page = await text(housed, "wang", "/unjudged")
    assert "读头曾中断" in page
    assert "10-1-201室" in page


async def test_each_sees_their_own_area(housed: Housed) -> None:
    assert "10号楼" not in await text(housed, "lin", "/homes")
    assert "3号楼" in await text(housed, "lin", "/homes")
    for path in ("/buildings/b10", "/gates/north", "/places/north"):
        assert (await get(housed, "lin", path)).status_code == 404, path
    assert "3号楼" not in await text(housed, "far", "/homes")
    assert "没有内容" in await text(housed, "far", "/vehicles")


async def test_how_homes_are_used_is_not_for_property(housed: Housed) -> None:
    assert (await get(housed, "zhao", "/homes")).status_code == 403
    assert (await get(housed, "zhao", "/api/homes")).status_code == 403
    assert "3-1-201" not in await text(housed, "zhao", "/places/b3")
    assert "10-1-101" not in await text(housed, "zhao", "/unjudged")
    assert "/homes" not in await text(housed, "zhao", "/gates")


async def test_what_devices_say_is_text(housed: Housed) -> None:
    page = await text(housed, "wang", "/homes?building=b10")
    assert BAD not in page
    assert "&lt;script&gt;" in page


async def test_the_api_tells_the_same_in_pages(housed: Housed) -> None:
    first = (await get(housed, "wang", "/api/homes?limit=3")).json()
    more = (await get(housed, "wang", f"/api/homes?limit=3&after={first['next']}")).json()
    names = [one["dwelling"] for one in first["items"] + more["items"]]
    assert names == sorted(names)
    assert (len(names), more["next"]) == (5, None)
    vacant = (await get(housed, "lin", "/api/homes?status=seems_vacant&building=b3")).json()
    assert [one["dwelling"] for one in vacant["items"]] == ["3-1-201"]
    passed = (await get(housed, "wang", "/api/gates/north/passages?day=2026-02-28")).json()
    assert passed["hours"][22]["people_in"] == 7
    assert passed["days"] == ["2026-03-01", "2026-02-28"]
    assert (await get(housed, "lin", "/api/gates/north/passages")).status_code == 404
    assert (await get(housed, "far", "/api/vehicles")).json()["items"] == []
    assert (await get(housed, "wang", "/api/homes?after=x")).status_code == 422


async def test_the_style_is_from_this_machine(housed: Housed) -> None:
    answer = await get(housed, "zhao", "/around/sheet.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "url(" not in answer.text
    assert "@import" not in answer.text
