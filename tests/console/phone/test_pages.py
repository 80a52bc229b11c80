"""What a phone is sent: how much, in both languages, with every word used; and the list's order."""

import re
from importlib.resources import files

import pytest
import yaml

from console.phone.rendering import asset
from console.phone.routes import photos_of
from console.phone.times import LINE_MAX, clock_text, in_a_line, left_text
from console.settings import ConsoleSettings
from schemas.base import parse_instant
from tests.console.housing import PASSWORD, Housed
from tests.console.phone.conftest import Phone, phone, report, take
from tests.console.phone.pictures import JPEG
from tests.console.samples import HOUR, MINUTE, NINE, alert
from tests.console.samples import words as both

FIRST_PAGE_MAX = 15 * 1024
PATHS = ("/m", "/m/report", "/m/me", "/m/home/passes", "/m/home/aways", "/m/home/consents")
PACKAGE = files("console.phone")
BLAME = re.compile(r"贼|小偷|盗|嫌疑|犯|作案|罪|\b(steal|suspect|criminal|guilty)", re.IGNORECASE)


async def packed_size(own: Phone, path: str) -> int:
    """How much of a page comes over the air."""
    async with own.http.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        return sum([len(part) async for part in answer.aiter_raw()])


async def test_the_first_page_with_all_it_loads_is_small(housed: Housed) -> None:
    await take(housed, *(alert(f"c{n}", delivery="push") for n in range(40)))
    async with phone(housed, "wang") as wang:
        page = await wang.page("/m")
        assert page.count('<a class="card') == 30
        loads = re.findall(r'(?:href|src)="(/m/file/[^"]+)"', page)
        assert len(loads) == 2
        sizes = [await packed_size(wang, path) for path in ("/m", *loads)]
        case = await packed_size(wang, "/m/cases/c1")
        assert "下一页" in page
        assert "时间均为当地时间（Asia/Shanghai, UTC+8）" in page
        assert (await wang.page("/m?skip=30")).count('<a class="card') == 10
    assert sum(sizes) <= FIRST_PAGE_MAX, sizes
    assert case <= FIRST_PAGE_MAX // 3


async def test_files_are_kept_and_named_by_their_content(housed: Housed) -> None:
    async with phone(housed, "sun") as sun:
        style = await sun.http.get("/m/file/phone.css")
        assert "immutable" in style.headers["cache-control"]
        assert f"/m/file/phone.css?{asset('phone.css')[1]}" in await sun.page("/m")
        for other in ("words.yaml", "..%2Fwords.yaml", "x"):
            assert (await sun.http.get(f"/m/file/{other}")).status_code == 404


async def test_pages_in_english_hold_no_chinese_but_what_people_wrote(housed: Housed) -> None:
    name = await report(housed, text="paper boxes")
    async with phone(housed, "sun", **{"Accept-Language": "en"}) as sun:
        for path in (*PATHS, f"/m/cases/{name}"):
            page = await sun.page(path)
            said = page.replace("中文", "").replace("社区警务室", "")
            said = said.replace("3号楼2单元1102", "")
            assert not re.search("[\u4e00-\u9fff]", said), path
        chosen = await sun.http.get("/m/language/zh")
        assert chosen.status_code == 303
        sun.http.headers["Cookie"] += "; " + chosen.headers["set-cookie"].partition(";")[0]
        assert "我的上报" in await sun.page("/m")


@pytest.mark.parametrize("path", PATHS)
async def test_each_field_has_a_label_and_no_page_runs_code(housed: Housed, path: str) -> None:
    async with phone(housed, "sun") as sun:
        page = await sun.page(path)
    labelled = set(re.findall(r'<label for="([^"]+)"', page))
    fields = re.findall(r"<(?:input|select|textarea)([^>]*)>", page)
    for field in fields:
        if "hidden" in field or "checkbox" in field or "radio" in field:
            continue
        name = re.search(r'id="([^"]+)"', field)
        assert name is not None, field
        assert name[1] in labelled, field
    assert not re.search(r"<[^>]+\son\w+=", page)
    assert page.count("<script") == 1


async def test_codes_are_set_up_from_a_phone(housed: Housed) -> None:
    housed.person("new", "property", password=PASSWORD)
    async with phone(housed, "new") as new:
        refused = await new.send("/m/me/codes", {"password": "wrong"})
        assert (refused.status_code, "密码不对" in refused.text) == (422, True)
        shown = await new.send("/m/me/codes", {"password": PASSWORD})
        assert "otpauth://" in shown.text
        assert PASSWORD not in shown.text
        refused = await new.send("/m/me/codes", {"code": "000000"})
        assert "验证码不对" in refused.text


async def test_the_gravest_and_the_first_due_of_ones_own_come_first(housed: Housed) -> None:
    await take(
        housed, alert("late", handler="police", severity="yellow", opened_at=NINE),
        alert("other", handler="property", severity="red"), alert("blue", severity="blue"),
        alert("rings", severity="yellow", delivery="push"), alert("red", severity="red"),
    )  # fmt: skip
    async with phone(housed, "wang") as wang:
        order = re.findall(r'href="/m/cases/([^"]+)"', await wang.page("/m"))
        assert order == ["red", "rings", "late", "blue", "other"]
        mine = re.findall(r'href="/m/cases/([^"]+)"', await wang.page("/m?view=mine"))
        assert "other" not in mine
        for view in ("supervised", "review", "done"):
            assert "当前没有事项" in await wang.page(f"/m?view={view}")
        await wang.page("/m?view=secret", 422)


async def test_photos_go_with_their_case(housed: Housed) -> None:
    await take(housed, alert(delivery="push"))
    async with phone(housed, "wang") as wang:
        await wang.done("accept")
        page = await wang.done("handle", JPEG, why="见图")
        path = page.split('href="/m/photos/')[1].split('"')[0]
        photos = photos_of(housed.office)
        assert photos.forget(housed.office.engine, NINE + HOUR) == 0
        await wang.done("close", verdict="true")
        assert photos.forget(housed.office.engine, NINE) == 0
        assert photos.forget(housed.office.engine, NINE + 1) == 1
        assert (await wang.http.get(f"/m/photos/{path}")).status_code == 404
        assert path.partition("/")[2] in await wang.page("/m/cases/a1")


def words() -> dict[str, dict[str, str]]:
    return yaml.safe_load(PACKAGE.joinpath("words.yaml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_every_word_is_used_and_every_word_said_is_there() -> None:
    sources = [*PACKAGE.joinpath("templates").iterdir(), *PACKAGE.iterdir()]
    code = "\n".join(
        file.read_text(encoding="utf-8") for file in sources if file.name.endswith((".html", ".py"))
    )
    said = set(re.findall(r"\b(?:t|raw)\('(\w+)'", code)) | set(re.findall(r'"(\w+)"', code))
    starts = ("span_", *(f"{start}_" for start in re.findall(r"t\('(\w+)_' ~", code)))
    ends = tuple(re.findall(r"kind ~ '(_\w+)'", code))
    unused = {
        key for key in words()
        if key not in said and not key.startswith(starts) and not key.endswith(ends)
        and key not in ("verdict", "rating")
    }  # fmt: skip
    assert not unused
    assert set(re.findall(r"\bt\('(\w+)'[,)]", code)) <= set(words())


@pytest.mark.parametrize("key", words())
def test_both_languages_take_the_same_values_and_accuse_nobody(key: str) -> None:
    zh, en = words()[key]["zh"], words()[key]["en"]
    assert set(re.findall(r"\{(\w+)\}", zh)) == set(re.findall(r"\{(\w+)\}", en))
    assert not BLAME.search(zh)
    assert not BLAME.search(en)
    assert key == "other_language" or not re.search("[\u4e00-\u9fff]", en)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("2026-03-01T14:05:00+08:00", "14:05"), ("2026-02-28T23:59:00+08:00", "02-28 23:59"),
        ("2025-12-31T08:00:00+08:00", "2025-12-31 08:00"),
    ],
)  # fmt: skip
def test_an_instant_as_a_phone_shows_it(at: str, text: str) -> None:
    assert clock_text(parse_instant(at), NINE, ConsoleSettings().zone) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (30_000, "剩1分钟"), (119 * MINUTE, "剩119分钟"), (2 * HOUR, "剩2小时"),
        (47 * HOUR, "剩47小时"), (48 * HOUR, "剩2天"), (-MINUTE, "超期1分钟"),
    ],
)  # fmt: skip
def test_how_long_is_left(ms: int, text: str) -> None:
    assert left_text(NINE + ms, NINE, "zh") == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("06室登记空置，近7天有3晚有人使用。可能：出租。", "06室登记空置，近7天有3晚有人使用"),
        ("Open for 5 min. Look at it.", "Open for 5 min"),
        ("3.5 km away\nsecond line", "3.5 km away"), ("", ""),
        ("长" * (LINE_MAX + 1), "长" * LINE_MAX + "…"),
    ],
)  # fmt: skip
def test_what_happened_in_a_line(text: str, line: str) -> None:
    assert in_a_line(text) == line


async def test_cards_of_one_kind_and_place_are_told_apart(housed: Housed) -> None:
    said = "黄·登记与使用不符｜北门人行门 09:00｜{}室登记空置，有人使用。请核实。"
    for name in ("06", "07"):
        await take(housed, alert(f"a{name}", reason=both(said.format(name), name)))
    await report(housed, text="楼上半夜吵。已有三天")
    async with phone(housed, "wang") as wang:
        page = await wang.page("/m")
    for told in ("06室登记空置", "07室登记空置", "楼上半夜吵<"):
        assert told in page
