"""Papers, visits, handovers, figures and the wall, as people of each role use them."""

import io
import re
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from console.accounts.sessions import csrf_token
from console.audit.log import newest
from console.audit.tables import AUDIT
from console.cases.rows import find_case
from console.guard import COOKIE
from console.lifecycle.facts import Actor, Deed
from console.paper.routes import PaperOffice
from console.privacy.bundle import check
from schemas.alerts import Alert
from tests.console.around.estates import BAD
from tests.console.housing import Housed
from tests.console.samples import ESTATE, HOUR, MINUTE, NINE, alert, evidence, suppressed, words
from tests.console.test_batch import alert_record

PAGES = ("/visits", "/visits?state=done", "/handover", "/figures", "/quality", "/wall",
         "/paper/visits")  # fmt: skip
WANG = Actor("wang", "police")


async def take(housed: Housed, *alerts: Alert) -> None:
    await housed.office.take([alert_record(n, one) for n, one in enumerate(alerts)])


async def get(housed: Housed, who: str, path: str) -> httpx.Response:
    async with housed.browser(who) as http:
        return await http.get(path)


async def text(housed: Housed, who: str, path: str) -> str:
    answer = await get(housed, who, path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def post(housed: Housed, who: str, path: str, **form: str) -> httpx.Response:
    """A form of a page of one's own session."""
    secret = housed.session(who)
    async with housed.client({"Cookie": f"{COOKIE}={secret}"}) as http:
        return await http.post(path, data={"csrf": csrf_token(secret)} | form)


def act(housed: Housed, kind: Any, name: str = "a1", **given: Any) -> None:
    with housed.office.engine.begin() as tx:
        case = find_case(tx, name)
        assert case is not None
        deed = Deed(kind=kind, by="wang", version=case.version, **{"at": NINE} | given)
        housed.office.cases.acting.act(tx, name, WANG, deed)


def put_up(housed: Housed) -> dict[str, str]:
    """Tick once: the ids of the visits by home."""
    PaperOffice(housed.office, housed.house.register).tick(housed.clock())
    with housed.office.engine.connect() as tx:
        return {row.dwelling: row.id for row in tx.execute(sa.text("SELECT * FROM visits"))}


async def test_each_page_is_whole_in_both_languages(housed: Housed) -> None:
    await take(housed, alert(delivery="push"), suppressed("s"))
    for path in PAGES:
        for language, tag in (("zh", "zh-CN"), ("en", "en")):
            page = await text(housed, "wang", f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert f'<html lang="{tag}">' in page
            assert not re.search(r"<script|<[^>]* on\w+=", page), path


async def test_a_grid_worker_visits_and_an_officer_changes_the_register(housed: Housed) -> None:
    visit = put_up(housed)["3-2-301"]
    form = {"version": "1", "found": "in_use", "people": "3", "use": "let",
            "when": "2026-03-01T08:30", "words": BAD}  # fmt: skip
    assert "登记自住，像是出租" in await text(housed, "chen", f"/visits/{visit}")
    assert (await post(housed, "chen", f"/visits/{visit}", **form)).status_code == 303
    page = await text(housed, "chen", f"/visits/{visit}")
    assert "建议变更，待处理" in page
    assert "采纳并更新登记" not in page
    assert BAD not in page
    refused = await post(housed, "chen", f"/visits/{visit}/register", take="yes")
    assert refused.status_code == 403
    assert "登记变更建议，待处理" in await text(housed, "wang", "/visits")
    settled = await post(housed, "wang", f"/visits/{visit}/register", take="yes")
    assert settled.status_code == 303
    assert "出租 · 3人" in await text(housed, "wang", f"/visits/{visit}")
    again = await post(housed, "wang", f"/visits/{visit}/register", take="no")
    assert again.status_code == 422


async def test_an_officers_own_visit_changes_the_register_at_once(housed: Housed) -> None:
    visit = put_up(housed)["3-2-301"]
    form = {"version": "1", "found": "vacant", "when": "2026-03-01T08:30"}
    assert (await post(housed, "wang", f"/visits/{visit}", **form)).status_code == 303
    page = await text(housed, "wang", f"/visits/{visit}")
    assert "已更新登记" in page
    assert (await post(housed, "wang", f"/visits/{visit}", **form)).status_code == 422


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "请选择走访所见"),
        ({"found": "in_use", "people": "many"}, "人数须为"),
        ({"found": "in_use", "when": "soon"}, "走访时间不对"),
        ({"found": "in_use", "when": "2026-03-01T09:01"}, "走访时间不对"),
        ({"found": "in_use", "use": "vacant"}, "矛盾"),
    ],
)
async def test_a_form_that_does_not_hold_says_why(
    housed: Housed, form: dict[str, str], said: str
) -> None:
    visit = put_up(housed)["3-2-301"]
    plain = {"version": "1", "when": "2026-03-01T08:30"}
    answer = await post(housed, "chen", f"/visits/{visit}", **plain | form)
    assert answer.status_code == 422
    assert said in answer.text


async def test_a_form_of_another_session_is_refused(housed: Housed) -> None:
    visit = put_up(housed)["3-2-301"]
    for path in ("/visits", f"/visits/{visit}", "/handover"):
        assert (await post(housed, "chen", path, csrf="x")).status_code == 403, path


async def test_homes_to_visit_are_for_those_of_the_area_and_not_for_property(
    housed: Housed,
) -> None:
    visit = put_up(housed)["3-2-301"]
    assert (await get(housed, "zhao", "/visits")).status_code == 403
    assert (await get(housed, "far", f"/visits/{visit}")).status_code == 404
    assert (await get(housed, "far", f"/paper/visits/{visit}")).status_code == 404
    assert "3-2-301" not in await text(housed, "far", "/paper/visits")
    assert "3-2-301" in await text(housed, "lin", "/paper/visits")


async def test_somebody_puts_a_home_up(housed: Housed) -> None:
    answer = await post(housed, "chen", "/visits", home="3-1-1102室", why=BAD)
    assert answer.status_code == 303
    page = await text(housed, "chen", "/visits")
    assert "工作人员提出" in page
    assert BAD not in page
    assert (await post(housed, "chen", "/visits", home="9号楼")).status_code == 422


async def test_programs_visit_as_pages_do(housed: Housed) -> None:
    visit = put_up(housed)["3-2-301"]
    async with housed.browser("chen") as http:
        page = (await http.get("/api/visits?limit=1")).json()
        rest = (await http.get(f"/api/visits?after={page['next']}")).json()
        names = [one["dwelling"] for one in page["items"] + rest["items"]]
        assert sorted(names) == ["10-1-202", "3-1-201", "3-2-301"]
        told = {"version": 1, "found": "in_use", "people": 3}
        done = await http.post(f"/api/visits/{visit}/result", json=told)
        assert done.json()["register_outcome"] == "proposed"
        again = await http.post(f"/api/visits/{visit}/result", json=told)
        assert again.status_code == 409
        wrong = {"version": 1, "found": "vacant", "people": 3}
        assert (await http.post(f"/api/visits/{visit}/result", json=wrong)).status_code == 422
        asked = {"estate": ESTATE, "dwelling": "3-1-1102"}
        assert (await http.post("/api/visits", json=asked)).status_code == 204
        gone = {"estate": ESTATE, "dwelling": "nowhere"}
        assert (await http.post("/api/visits", json=gone)).status_code == 404
    assert (await get(housed, "wang", f"/api/visits/{visit}")).json()["people"] == 3
    assert (await get(housed, "far", f"/api/visits/{visit}")).status_code == 404


async def test_a_shift_is_handed_over_and_taken_by_the_next(housed: Housed) -> None:
    housed.person("wei", areas=("*",))
    await take(housed, alert(delivery="push"), alert("a2", place="b10-u1", key="x"))
    act(housed, "accept")
    act(housed, "handle", why="door mended")
    act(housed, "close", verdict="true")
    page = await text(housed, "wang", "/handover")
    assert "本班办结 1" in page
    assert "北门门禁" in page
    given = await post(housed, "wang", "/handover", notes=BAD)
    where = given.headers["location"]
    assert (await post(housed, "wang", f"{where}/take")).status_code == 409
    assert (await post(housed, "du", f"{where}/take")).status_code == 409
    assert "待您接班" in await text(housed, "wei", "/handover")
    housed.clock.at = NINE + HOUR
    assert (await post(housed, "wei", f"{where}/take")).status_code == 303
    assert (await post(housed, "wei", f"{where}/take")).status_code == 409
    paper = await text(housed, "wang", f"/paper{where}")
    assert "Wei · 2026-03-01 10:00" in paper
    assert BAD not in paper
    assert "待您接班" not in await text(housed, "wei", "/handover")


async def test_a_handover_shows_nobody_what_is_not_theirs(housed: Housed) -> None:
    await take(
        housed, alert("b3", place="b3-u1", key="b"), alert("n", key="n"),
        alert("watch", key="w", rule="watchlist_hit", roles=("squad-9",), delivery="push"),
    )  # fmt: skip
    where = (await post(housed, "wang", "/handover", notes="x")).headers["location"]
    page = await text(housed, "lin", where)
    assert page.count("/paper/cases/") == 1
    assert "另有2项不在您的辖区或权限内" in page
    assert (await get(housed, "zhao", where)).status_code == 404
    assert (await get(housed, "far", "/handover/nothing")).status_code == 404


async def test_the_sheet_of_a_case_says_all_that_was_done_and_is_written_down(
    housed: Housed,
) -> None:
    bad = words(BAD, BAD)
    await take(housed, alert(delivery="push", place_name=bad, reason=bad))
    act(housed, "accept")
    act(housed, "handle", why=BAD)
    page = await text(housed, "wang", "/paper/cases/a1")
    assert BAD not in page
    assert page.count("&lt;script&gt;") == 3
    for said in ("预警处置单", "签收", "处置", "Wang", "系统"):
        assert said in page
    with housed.office.engine.connect() as tx:
        rows = tx.execute(sa.select(AUDIT).where(AUDIT.c.act == "cases.printed")).all()
    assert [(row.who, row.target) for row in rows] == [("wang", "a1")]
    assert (await get(housed, "far", "/paper/cases/a1")).status_code == 404


async def test_the_zone_of_the_times_is_named_once(housed: Housed) -> None:
    await take(housed, alert(delivery="push"))
    for path in ("/paper/cases/a1", "/figures", "/handover"):
        page = await text(housed, "wang", path)
        assert page.count("时间均为当地时间（Asia/Shanghai, UTC+8）") == 1, path


EXPORT = "/paper/cases/a1/export"
ASKED = {"reason": "evidence", "why": "移交检察院"}


async def test_a_case_is_taken_out_from_its_sheet_and_that_is_written_down(housed: Housed) -> None:
    await take(housed, alert(delivery="push"))
    assert f'action="{EXPORT}"' in await text(housed, "wang", "/paper/cases/a1")
    answer = await post(housed, "wang", EXPORT, **ASKED)
    assert answer.headers["content-disposition"] == 'attachment; filename="case-a1.zip"'
    found = check(answer.content)
    assert (found.faults, found.manifest["exported_by"]) == ([], "wang")
    assert "clear.json" not in found.manifest["files"]  # type: ignore[operator]
    entry = newest(housed.office.engine, 1)[0]
    assert (entry.act, entry.why) == ("cases.exported", "evidence: 移交检察院")
    clear = check((await post(housed, "wang", EXPORT, clear="1", **ASKED)).content)
    assert "clear.json" in clear.manifest["files"]  # type: ignore[operator]


@pytest.mark.parametrize("form", [{"reason": "evidence", "why": BAD[:3]}, {"why": BAD}, {}])
async def test_without_a_reason_no_case_is_taken_out(housed: Housed, form: dict[str, str]) -> None:
    await take(housed, alert(delivery="push"))
    answer = await post(housed, "wang", EXPORT, **form)
    assert answer.status_code == 422
    assert "请选理由，并写明至少4个字" in answer.text
    assert BAD not in answer.text
    assert "cases.exported" not in {entry.act for entry in newest(housed.office.engine, 9)}


async def test_who_may_not_take_a_case_out_is_not_offered_it(housed: Housed) -> None:
    await take(housed, alert(delivery="push", handler="property"))
    assert EXPORT not in await text(housed, "zhao", "/paper/cases/a1")
    assert (await post(housed, "zhao", EXPORT, **ASKED)).status_code == 403
    assert (await post(housed, "far", EXPORT, **ASKED)).status_code == 404


async def test_figures_are_of_the_month_and_of_ones_own_area(housed: Housed) -> None:
    await take(housed, alert(), alert("a2", key="b", place="b3-u1"))
    act(housed, "close", verdict="false")
    answer = (await get(housed, "wang", "/api/figures?month=2026-03")).json()
    assert answer["total"]["opened"] == 2
    assert answer["areas"][0]["closed_share"] == 0.5
    mine = (await get(housed, "lin", "/api/figures")).json()
    assert (mine["month"], mine["total"]["opened"]) == ("2026-03", 1)
    assert (await get(housed, "wang", "/api/figures?month=2026-02")).json()["areas"] == []
    assert (await get(housed, "wang", "/api/figures?month=2026-13")).status_code == 422
    page = load_workbook(io.BytesIO((await get(housed, "wang", "/figures?format=xlsx")).content))
    first = [cell.value for cell in next(page.worksheets[0].iter_rows(min_row=2))]
    assert first[:6] == ["湖畔苑", 2, 2, 0, 0.5, 1]
    assert "化解成功率" in await text(housed, "wang", "/figures")


async def test_figures_count_what_was_overdue_once(housed: Housed) -> None:
    await take(housed, alert(delivery="push"))
    housed.office.cases.tick(NINE + HOUR)
    act(housed, "accept", at=NINE + HOUR)
    figures = (await get(housed, "wang", "/api/figures")).json()
    assert figures["total"]["overdue_share"] == 1.0


async def test_quality_names_what_rings_too_often_and_too_long(housed: Housed) -> None:
    old = alert("old", key="o", opened_at=NINE - 25 * HOUR)
    burst = [
        alert(f"c{n}", key="same", incident="c0", delivery="push", opened_at=NINE - n * 1000,
              evidence=(evidence("open", "door.opened"),))
        for n in range(3)
    ]  # fmt: skip
    await take(housed, old, *burst, suppressed("s"))
    act(housed, "close", "old", verdict="false")
    answer = await get(housed, "wang", "/quality?format=xlsx")
    pages = load_workbook(io.BytesIO(answer.content)).worksheets
    second = [[cell.value for cell in next(page.iter_rows(min_row=2))] for page in pages]
    load, shifts, chatter, stale, rules, devices, held, false_rules, _ = second
    assert (load[3], shifts[3], shifts[4]) == (0, 1, 8)
    assert chatter == ["门被强开", "北门人行门", 3, 1]
    assert stale[:2] == ["门被强开", "北门人行门"]
    assert (rules[1], rules[2]) == (2, 1)
    assert devices[0] == "北门门禁"
    assert held[1:] == ["消防联动开门期间", 1]
    assert false_rules[:4] == ["门被强开", 0, 1, 0]
    assert (await get(housed, "chen", "/quality")).status_code == 403


async def test_the_wall_names_no_home_no_plate_and_nothing_of_the_police_alone(
    housed: Housed,
) -> None:
    home = words("3号楼2单元1102", "Building 3 Unit 2 1102")
    duress = alert("d", rule="duress", severity="red", delivery="push", key="d")
    await take(housed, alert(place="b3-u2", place_name=home, delivery="push"), duress)
    housed.clock.at = NINE + 5 * MINUTE
    page = await text(housed, "wang", "/wall")
    assert "门被强开" in page
    assert "湖畔苑" in page
    for secret in ("1102", "3-1-201", "duress", "胁迫", BAD):
        assert secret not in page, secret
    assert 'http-equiv="refresh"' in page
    assert "5分钟前" in page
    assert "时间均为当地时间（Asia/Shanghai, UTC+8）" in page
    # Not even its number.
    assert re.search(r"<b>1</b><span>待签收", page)
    assert re.search(r"<b>0</b><span>在办", page)


async def test_a_case_that_was_given_on_stands_on_paper_with_whoever_got_it(
    housed: Housed,
) -> None:
    housed.person("lee", areas=("*",))
    await take(housed, alert("given", handler="police", delivery="push"))
    async with housed.browser("wang") as http:
        for act in ({"kind": "accept"}, {"kind": "assign", "to": "person:lee"}):
            version = (await http.get("/api/cases/given")).json()["version"]
            done = await http.post("/api/cases/given/acts", json=act | {"version": version})
            assert done.status_code == 200, done.text
    assert "<td>Lee</td>" in await text(housed, "wang", "/handover")
    assert "<td>Lee · " in await text(housed, "wang", "/paper/cases/given")


async def test_old_words_and_counts_go_by_themselves(housed: Housed) -> None:
    office = PaperOffice(housed.office, housed.house.register)
    put_up(housed)
    later = NINE + (housed.office.settings.count_days + 2) * 24 * HOUR
    office.tick(later)
    assert (await get(housed, "wang", "/api/gates/north/passages")).json()["days"] == []
