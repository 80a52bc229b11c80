"""An alert from its arrival to its review, at the desk, on the phone and by keys alone."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.console.desks import CARD, HOME
from tests.stories.conftest import LOOP, World
from tests.stories.estate import entry_refused, told
from tests.stories.telling import arrived, choose, do, hold_answer, phone_act, ready

pytestmark = [pytest.mark.services, pytest.mark.asyncio(loop_scope=LOOP)]


async def test_an_alert_comes_is_given_to_the_patrol_and_is_closed_and_reviewed(
    world: World,
) -> None:
    desk = await world.page("wang")
    await ready(desk)
    await world.tell(told("loop", world.clock()))
    await choose(desk, "loop")
    await desk.locator("#card-loop button", has_text="签收").click()
    state = desk.locator("#card-loop .state")
    await expect(state).to_have_text("已签收 · 王强")
    await desk.locator("#card-loop button", has_text="交办").click()
    await do(desk, to="team:patrol", why="请到北门看看")
    await expect(state).to_have_text("已交办待接单 · 巡逻一组")

    phone = await world.page("liu", "/m", screen="phone")
    await phone.locator('a[href="/m/cases/loop"]').click()
    await expect(phone.locator("main")).to_contain_text("建议处置")
    await phone_act(phone, "accept", "签收")
    await expect(state).to_have_text("已接单 · 刘洋")
    await phone_act(phone, "arrive", "到场")
    await expect(state).to_have_text("已到场 · 刘洋")
    await phone_act(phone, "handle", "处置", why="门磁松动，已固定，无人进入")
    await expect(desk.locator(".dossier .log").first).to_contain_text("门磁松动，已固定，无人进入")
    await phone_act(phone, "close", "办结", verdict="true")
    await expect(phone.locator("main dl").first).to_contain_text("属实")

    boss = await world.page("du", "/?alert=loop")
    await ready(boss)
    await boss.locator(".may button", has_text="复核").click()
    await do(boss)
    await expect(boss.locator(".chosen-head .state")).to_contain_text("已复核")
    for page in (desk, phone, boss):
        await page.close()
    assert await world.acts("loop") == [
        "open", "accept", "assign", "accept", "arrive", "handle", "close", "review",
    ]  # fmt: skip


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def act_by_keys(page: Page, name: str) -> None:
    """Reach an act of the chosen case by keys and press it."""
    await press(page, "g")
    for _ in range(20):
        if await page.evaluate("document.activeElement.textContent") == name:
            return await press(page, "Enter")
        await press(page, "Tab")
    raise AssertionError(f"{name} cannot be reached by keys")


async def test_the_whole_way_from_accept_to_close_is_walked_by_keys_in_english(
    world: World,
) -> None:
    page = await world.page("wang", "/en", lang="en")
    await ready(page)
    await world.tell(told("keys", world.clock(), severity="red"))
    await expect(page.locator("#card-keys")).to_be_visible()
    await press(page, "1", "Home", "Enter")
    state = page.locator(".chosen-head .state")
    await expect(state).to_have_text("waiting to be accepted", ignore_case=True)
    await press(page, "a")
    await expect(state).to_have_text(re.compile("^accepted", re.IGNORECASE))
    await expect(page.locator(".may button", has_text="arrive")).to_be_visible()
    await act_by_keys(page, "arrive")
    await expect(state).to_have_text(re.compile("^on site", re.IGNORECASE))
    await expect(page.locator(".may button", has_text="arrive")).to_have_count(0)
    await act_by_keys(page, "handle")
    await expect(page.locator("dialog[open]")).to_be_visible()
    await page.keyboard.type("A courier held the door; sent on")
    await press(page, "Tab", "Enter")
    await expect(state).to_have_text(re.compile("^handled", re.IGNORECASE))
    await expect(page.locator(".may button").first).to_have_text("close")
    await act_by_keys(page, "close")
    await expect(page.locator("dialog[open]")).to_be_visible()
    await press(page, "ArrowDown", "Tab", "Tab", "Enter")
    await expect(state).to_have_text(re.compile("^closed", re.IGNORECASE))
    await page.close()
    assert await world.acts("keys") == ["open", "accept", "arrive", "handle", "close"]


async def test_what_is_overdue_climbs_when_the_clock_says_so(world: World) -> None:
    page = await world.page("wang")
    await ready(page)
    await world.tell(told("late", world.clock()))
    await arrived(world, "late")
    await choose(page, "late")
    world.pass_by(minutes=4)
    await expect(page.locator("#card-late .left")).to_have_class(re.compile("late"))
    await expect(page.locator(".figures .overdue b")).not_to_have_text("0")
    log = page.locator(".dossier .log").first
    await expect(log).to_contain_text("超期上报")
    world.pass_by(minutes=4)
    await expect(log.locator("li", has_text="超期上报")).to_have_count(2)
    await page.locator(".figures .overdue").click()
    await expect(page.locator("#card-late")).to_be_visible()
    await page.close()


async def test_a_case_is_passed_on_to_110_and_another_one_shelved(world: World) -> None:
    page = await world.page("wang")
    await ready(page)
    now = world.clock()
    await world.tell(told("passed", now, rule="intrusion"), told("shelf", now, severity="blue"))
    await choose(page, "passed")
    await page.locator(".may button", has_text="转110").click()
    number = page.locator("dialog[open] input")
    await number.fill("1")
    await page.locator("dialog[open] button.first").click()
    await expect(page.locator("dialog[open]")).to_be_visible()
    await do(page, number="3205-20260302-0118")
    await expect(page.locator("#card-passed .tag", has_text="已转110")).to_be_visible()
    await expect(page.locator(".dossier .log").first).to_contain_text("3205-20260302-0118")
    await choose(page, "shelf")
    await page.locator(".may button", has_text="搁置").click()
    await do(page, why="门在维修，明日换锁")
    await expect(page.locator("#card-shelf .tag", has_text="搁置至")).to_be_visible()
    await page.close()


async def test_a_time_to_come_is_right_before_the_live_line_has_said_its_first_word(
    world: World,
) -> None:
    await world.tell(told("unheard", world.clock(), severity="blue"))
    await arrived(world, "unheard")
    page = await (await world.context("wang", "desk", "zh")).new_page()
    await page.route_web_socket("**/page/zh/live", lambda line: None)
    await page.goto(f"{world.url}/?alert=unheard")
    await page.locator(".may button", has_text="搁置").click()
    await do(page, why="门在维修，明日换锁")
    await page.close()
    assert await world.acts("unheard") == ["open", "shelve"]


async def test_until_the_chosen_case_is_here_nothing_of_the_last_one_can_be_pressed(
    world: World,
) -> None:
    page = await world.page("wang")
    await ready(page)
    now = world.clock()
    await world.tell(told("first", now, rule="intrusion"), told("second", now))
    await choose(page, "first")
    let_go = await hold_answer(page, "**/cases/second")
    await page.locator("#card-second .title").click()
    await expect(page.locator(".dossier .nothing")).to_have_text("正在打开这一件……")
    await expect(page.locator(".may button")).to_have_count(0)
    let_go.set()
    await expect(page.locator(".dossier h2")).to_have_text("门被强开")
    await page.close()


async def test_an_act_that_is_done_late_does_not_bring_its_case_back(world: World) -> None:
    page = await world.page("wang")
    await ready(page)
    now = world.clock()
    await world.tell(told("slow", now, rule="intrusion"), told("next", now))
    await choose(page, "slow")
    let_go = await hold_answer(page, "**/cases/slow/acts")
    await page.locator(".may button", has_text="签收").click()
    await expect(page.locator("#card-slow .state")).to_have_text("已签收 · 王强")
    await choose(page, "next")
    await expect(page.locator(".dossier h2")).to_have_text("门被强开")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    let_go.set()
    await expect(page.locator(".told-now")).to_contain_text("闯入")
    assert not [url for url in asked if url.endswith("/cases/slow")]
    await expect(page.locator(".dossier[aria-busy=false] h2")).to_have_text("门被强开")
    await page.close()


async def test_what_is_done_next_is_not_lost_to_the_answer_of_the_last_act(world: World) -> None:
    page = await world.page("wang")
    await ready(page)
    now = world.clock()
    await world.tell(told("held", now, rule="intrusion"), told("then", now))
    let_go = await hold_answer(page, "**/cases/held/acts")
    await page.locator("#card-held button", has_text="签收").click()
    await page.locator("#card-then button", has_text="签收").click()
    await expect(page.locator("#card-then .state")).to_have_text("已签收 · 王强")
    await page.locator("#card-then button", has_text="交办").click()
    form = page.locator("dialog[open]")
    await expect(form.locator("h2")).to_contain_text("门被强开")
    let_go.set()
    await expect(page.locator(".told-now")).to_contain_text("闯入")
    await expect(form.locator("h2")).to_contain_text("门被强开")
    await do(page, to="team:patrol", why="请看看")
    await expect(page.locator("#card-then .state")).to_have_text("已交办待接单 · 巡逻一组")
    await page.close()


async def test_more_is_seen_for_a_reason_and_refused_without_one(world: World) -> None:
    await world.tell(entry_refused("clear", world.clock()))
    await arrived(world, "clear")
    page = await world.page("wang", "/?alert=clear")
    await ready(page)
    clear = page.locator(".dossier .clear")
    await clear.locator("summary").click()
    await clear.locator("select").select_option("identity")
    await clear.locator("input").fill("看")
    await clear.locator("button").click()
    await expect(clear.locator(".wrong")).to_have_text("请选理由，并写明至少4个字")
    await clear.locator("input").fill("核对持卡人身份")
    await clear.locator("button").click()
    await expect(clear).to_contain_text(f"卡号 {CARD.number.upper()}")
    await expect(clear).to_contain_text(f"住址 {HOME.address}")
    await expect(clear).to_contain_text("登记人 林小满")
    await page.close()
    phone = await world.page("wang", "/m/cases/clear", screen="phone")
    for expected in ("登记人", "本小时的查看次数已用完，请稍后"):
        await phone.goto(f"{world.url}/m/cases/clear")
        await phone.locator("details summary", has_text="看更多").click()
        await phone.locator("#reveal-reason").select_option("identity")
        await phone.locator("#reveal-why").fill("核对持卡人身份")
        await phone.locator("form[action$=reveal] button").click()
        await expect(phone.locator("body")).to_contain_text(expected)
    await phone.close()
    audit = await world.page("du", "/audit?target=cases/clear")
    await expect(audit.locator("main")).to_contain_text("核对身份：核对持卡人身份")
    await audit.close()
