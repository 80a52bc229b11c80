"""The page in a real browser, as an officer sees it."""

import re
import struct
from pathlib import Path
from typing import Any, Final
from zlib import compress, crc32

import pytest
from playwright.async_api import Browser, Page, expect

from schemas.pictures import picture_link, picture_name
from tests.console.conftest import Broker
from tests.console.running import RunningConsole
from tests.console.samples import (
    ESTATE,
    NINE,
    alert,
    camera,
    device,
    evidence,
    gateway_input,
    rule,
    suppressed,
    words,
)
from tests.console.test_glance import home, vehicles

pytest_plugins = ["tests.console.in_browser"]
LOOP: Final = "module"
pytestmark = [pytest.mark.services, pytest.mark.asyncio(loop_scope=LOOP)]
BAD = "<img src=x onerror=document.title='broken-in'></script>`${1}`"

DURESS = alert(
    "duress", severity="red", delivery="push", rule="duress", silent_on_site=True,
    opened_at=NINE - 60_000, place="b3u2", place_name=words("3号楼2单元", "Building 3 Unit 2"),
    reason=words(
        "红·胁迫开门｜3号楼2单元 08:59｜使用胁迫码，门已开。",
        "Red, duress: Building 3 Unit 2, 08:59. Code used.",
    ),
    cameras=(camera("c1", live_url="http://10.0.0.9/live/c1"),),
    evidence=(
        evidence("open", "door.opened", 2, place="b3u2", device="b3-panel"),
        evidence("code", "access.duress", 0, place="b3u2", device="b3-panel", direction="in"),
    ),
)  # fmt: skip
FORCED = alert("forced", opened_at=NINE)


async def test_an_alert_stands_in_the_page_and_is_chosen_by_keyboard(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    await broker.send(device(), rule("door_forced"), gateway_input())
    await page.goto(console.url)
    await expect(page.locator(".feed .nothing")).to_have_text("当前无待办，设备全部正常")
    await expect(page.locator(".foot .rest")).to_have_text("当前无待办，设备全部正常")
    await expect(page.locator(".pulse")).to_have_class("pulse normal")
    await broker.send(FORCED, DURESS, suppressed("s"))
    cards = page.locator(".card")
    await expect(cards.nth(0)).to_contain_text("红胁迫开门3号楼2单元")
    await expect(cards.nth(1)).to_contain_text("黄门被强开北门人行门")
    await expect(cards).to_have_count(2)
    await expect(page).to_have_title(re.compile("^红 1"))
    await expect(page.locator(".figures .waiting b")).to_have_text("2")
    headline = page.locator(".dossier .headline")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(headline).to_have_text(FORCED.reason.zh)
    await page.keyboard.press("k")
    await page.keyboard.press("Enter")
    await expect(headline).to_have_text(DURESS.reason.zh)
    await expect(page.locator(".evidence .steps b")).to_have_text(["使用胁迫码 · 进", "门打开"])
    camera_ = page.locator(".dossier .camera")
    await expect(camera_).to_contain_text("北门球机")
    await expect(camera_.locator("a")).to_have_attribute("href", "http://10.0.0.9/live/c1")
    await expect(camera_.locator(".none")).to_have_text("未配置录像地址")
    assert {url for url in asked if not url.startswith((console.url, "ws://127.0.0.1"))} == set()


async def test_the_loop_is_walked_by_keyboard_alone(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    await broker.send(FORCED, gateway_input())
    await page.goto(console.url)
    card = page.locator(".card")
    await expect(card).to_have_count(1)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    await expect(card.locator(".state")).to_have_text("已签收 · admin")
    await expect(page.locator(".told-now")).to_contain_text("已签收")
    await page.keyboard.press("a")
    await expect(page.locator(".told-now.wrong")).to_have_text("此件现在不能签收")
    await page.keyboard.press("t")
    await expect(page.locator("dialog[open] h2")).to_contain_text("交办")
    await page.locator("dialog[open] option", has_text="物业").wait_for(state="attached")
    await page.locator("dialog[open] select").select_option("group:property")
    await page.keyboard.press("Tab")
    await page.keyboard.type("请到场查看")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(card.locator(".state")).to_have_text("已交办待接单 · 物业")
    await expect(page.locator(".log li").first).to_contain_text("交办 admin 请到场查看")
    await page.keyboard.press("f")
    await page.keyboard.type("门磁误动")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".figures .waiting b")).to_have_text("0")
    await expect(page.locator(".foot")).to_contain_text("今日办结 1")
    await page.keyboard.press("2")
    await expect(card).to_have_class(re.compile("over"))
    acts = [act["kind"] for act in console.ask("/api/cases/forced/acts")["items"]]
    assert acts == ["open", "accept", "assign", "close"]


async def test_of_two_at_once_the_second_is_told_what_the_first_did(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    await broker.send(FORCED, gateway_input())
    await page.goto(console.url)
    await page.locator(".may button", has_text="退回").click()
    await page.locator("dialog[open] option[value='group:property']").wait_for(state="attached")
    console.post("/api/cases/forced/acts", {"kind": "accept", "version": 1})
    await page.locator("dialog[open] select").select_option("group:property")
    await page.locator("dialog[open] textarea").fill("归物业")
    await page.locator("dialog[open] button.first").click()
    wrong = page.locator("dialog[open] .wrong")
    await expect(wrong).to_contain_text("此件刚由admin签收，已是第2版")


async def test_the_chosen_alert_follows_its_revisions_and_the_language(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    await broker.send(FORCED, gateway_input())
    await page.goto(f"{console.url}/?alert=forced")
    await expect(page.locator(".chosen-head")).to_have_class(re.compile("yellow"))
    grown = FORCED.model_copy(update={"revision": 1, "severity": "orange"})
    await broker.send(grown)
    await expect(page.locator(".chosen-head")).to_have_class(re.compile("orange"))
    await page.locator(".other-language").click()
    await expect(page.locator(".card")).to_contain_text("Orangedoor forced", ignore_case=True)
    await expect(page.locator(".dossier .headline")).to_have_text(FORCED.reason.en)
    assert page.url == f"{console.url}/en?alert=forced"


async def test_what_devices_say_is_shown_as_text(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    bad = words(BAD, BAD)
    await broker.send(
        alert(
            place_name=bad,
            reason=bad,
            evidence=(evidence(BAD, "door.opened", device=BAD, pictures=("javascript:1",)),),
            cameras=(camera(live_url="javascript:document.title='broken-in'"),),
        ),
        device(BAD, name=bad, place_name=bad, state="lost", not_judged=(BAD,)),
        gateway_input(name=bad),
    )
    await page.goto(console.url)
    await expect(page.locator(".card .where")).to_have_text(BAD)
    await expect(page.locator(".dossier .headline")).to_have_text(BAD)
    await expect(page.locator(".side")).to_contain_text(BAD)
    assert await page.locator(".dossier .camera a").count() == 0
    assert "broken-in" not in await page.title()


async def test_search_tabs_and_figures_narrow_the_feed(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    held = alert("held", handler="property")
    await broker.send(FORCED, DURESS, held, suppressed("s"), gateway_input())
    await page.goto(f"{console.url}/en")
    cards = page.locator(".card")
    await expect(cards).to_have_count(3)
    await page.keyboard.press("3")
    await expect(cards).to_have_count(1)
    await page.keyboard.press("4")
    await expect(cards.locator(".card-foot")).to_contain_text("while the fire relay holds doors")
    await page.locator(".figures .overdue").click()
    await expect(page.locator(".feed .nothing")).to_contain_text("Nothing matches “Overdue”")
    await page.locator(".narrowed button").click()
    await page.keyboard.press("/")
    await page.keyboard.type("building 3")
    await expect(cards).to_have_count(1)
    await page.keyboard.type(" zzz")
    await expect(page.locator(".feed .nothing")).to_contain_text("Nothing matches")
    await page.keyboard.press("Escape")
    await expect(cards).to_have_count(3)
    await page.keyboard.press("?")
    await expect(page.locator("dialog[open] kbd").first).to_have_text("j")


async def test_the_page_says_when_the_log_or_the_server_is_gone_and_comes_back(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    await broker.send(FORCED, gateway_input())
    await page.goto(console.url)
    await expect(page.locator(".pulse")).to_have_class("pulse normal")
    broker.kill()
    await expect(page.locator(".pulse")).to_have_class("pulse down", timeout=20_000)
    await expect(page.locator(".pulse .why")).to_contain_text("连不上消息服务")
    broker.start()
    await broker.create_topics()
    await broker.send(gateway_input())
    await expect(page.locator(".pulse")).to_have_class("pulse normal", timeout=20_000)
    console.kill()
    await expect(page.locator(".pulse")).to_have_class("pulse lost", timeout=20_000)
    console.start()
    await expect(page.locator(".pulse")).to_have_class("pulse normal", timeout=30_000)
    await expect(page.locator(".card")).to_have_count(1)


async def test_a_phone_shows_one_column_and_goes_to_what_is_chosen(
    console: RunningConsole, broker: Broker, browser: Browser
) -> None:
    await broker.send(FORCED, DURESS, gateway_input())
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await page.goto(console.url)
    await page.locator("#card-forced").click()
    await expect(page.locator(".dossier h2")).to_have_text("门被强开")
    await expect(page.locator(".dossier h2")).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await context.close()


async def test_without_the_token_there_is_a_login(
    broker: Broker, page: Page, tmp_path: Path
) -> None:
    await broker.create_topics()
    with RunningConsole(broker.bootstrap, tmp_path, no_auth=False) as console:
        console.start()
        await page.goto(console.url)
        await expect(page).to_have_url(f"{console.url}/login")
        await page.locator("input").fill("wrong")
        await page.locator("button").click()
        await expect(page.locator("[role=alert]")).to_have_text(re.compile("口令不对|wrong"))
        await page.locator("input").fill((tmp_path / "console.token").read_text().strip())
        await page.locator("button").click()
        await expect(page.locator(".pulse")).to_be_visible()


def dot() -> bytes:
    """A PNG of one white pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", compress(b"\0\xff")) + chunk(b"IEND", b"")


async def test_pictures_stand_on_the_card_and_each_look_is_kept(
    console: RunningConsole, broker: Broker, page: Page, tmp_path: Path
) -> None:
    name, gone = picture_name(dot(), "png"), picture_name(b"gone", "jpg")
    day = tmp_path / "pictures" / ESTATE / "2026-03-01"
    day.mkdir(parents=True)
    (day / name).write_bytes(dot())
    links = (picture_link(name), "http://10.0.0.9/1.jpg", picture_link(gone))
    shown = alert(evidence=(evidence("open", "door.opened", pictures=links),))
    await broker.send(shown, gateway_input())
    await page.goto(f"{console.url}/?alert={shown.id}")
    pictures = page.locator(".evidence .steps .picture")
    await expect(pictures.locator("summary")).to_have_text(["图1", "图3"])
    await expect(page.locator(".evidence .steps a")).to_have_attribute(
        "href", "http://10.0.0.9/1.jpg"
    )
    # The card and the pair before and after show the nearest one; each look is kept.
    await page.wait_for_function("document.querySelector('.card img')?.naturalWidth === 1")
    await expect(page.locator(".pair .no-picture")).to_have_text("设备没有传来图片")
    seen = {look["picture"] for look in console.ask(f"/api/looks?alert={shown.id}")["items"]}
    assert seen == {name}
    await pictures.nth(0).locator("summary").click()
    await page.wait_for_function("document.querySelector('.picture img')?.naturalWidth === 1")
    await pictures.nth(1).locator("summary").click()
    await expect(pictures.nth(1).locator("img")).to_have_attribute("alt", re.compile("保存期"))


COUNT_TONES = """
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...args) { window.tones += 1; start.apply(this, args); };
"""


async def test_alerts_of_one_visit_are_one_card_with_a_timeline_and_old_news_is_silent(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    await page.add_init_script(COUNT_TONES)
    await broker.send(FORCED, gateway_input())
    await page.goto(console.url)
    cards = page.locator(".card")
    await expect(cards).to_have_count(1)
    red: dict[str, Any] = {"severity": "red", "delivery": "push", "incident": FORCED.id}
    await broker.send(alert("late", opened_at=NINE + 60_000, found_afterwards=True, **red))
    await expect(cards.locator(".tag")).to_have_text(["合并2条", "事后发现"])
    await expect(cards).to_have_class(re.compile("red"))
    assert await page.evaluate("tones") == 0
    await broker.send(alert("now", opened_at=NINE + 30_000, **red))
    await expect(page.locator(".dossier .merged time")).to_have_text(
        ["09:00:00", "09:00:30", "09:01:00"]
    )
    await expect(cards).to_have_count(1)
    assert await page.evaluate("tones") == 2


async def test_what_stands_opens_its_table_in_one_click(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    bad = words(BAD, BAD)
    await broker.send(
        device(), gateway_input(), vehicles(free=7), home("102"),
        home("101", status="differs", differs="let", place_name=bad, coverage=0.9),
    )  # fmt: skip
    await page.goto(console.url)
    rows = page.locator("button.glance")
    await expect(rows.locator(".glance-word")).to_have_text(["房屋", "车辆", "设备"])
    await expect(rows.nth(0).locator(".tile > b")).to_have_text(["1", "0", "1", "0"])
    await rows.nth(0).click()
    lines = page.locator(".sheet tbody tr")
    await expect(lines).to_have_count(2)
    await expect(lines.nth(0).locator("td").first).to_have_text(BAD)
    await expect(lines.nth(0)).to_contain_text("登记不符（登记自住，像是出租）")
    await page.locator(".sheet input").fill("102")
    await expect(lines).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(page.locator(".sheet[open]")).to_have_count(0)
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert await page.evaluate(size) == [1366, 768]
    assert "broken-in" not in await page.title()
