"""A phone on a bad link, one whose session ended meanwhile, and what residents do from theirs."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.console.desks import HOME
from tests.console.housing import PASSWORD
from tests.stories.conftest import LOOP, World
from tests.stories.estate import told
from tests.stories.telling import arrived

pytestmark = [pytest.mark.services, pytest.mark.asyncio(loop_scope=LOOP)]
NOTE = "#net"
FIRST = "section.acts .first button"


async def log_in(page: Page, login: str) -> None:
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").first.fill(PASSWORD)
    await page.locator("form:has(input[name=login]) button").click()


async def test_what_was_sent_without_a_line_is_kept_over_the_end_of_the_session_and_done_once(
    world: World,
) -> None:
    await world.tell(told("kept", world.clock()))
    await arrived(world, "kept")
    phone = await world.page("wu", "/m/cases/kept", screen="phone")
    await phone.context.set_offline(True)
    await phone.locator(FIRST).click()
    await expect(phone.locator(NOTE)).to_contain_text("没有信号，已存在手机里")
    assert await world.acts("kept") == ["open"]

    await phone.context.clear_cookies()
    await phone.context.set_offline(False)
    await expect(phone.locator(NOTE)).to_contain_text("请先登录，存下的内容还在手机里")
    await phone.goto(f"{world.url}/m/cases/kept")
    await log_in(phone, "wu")
    await expect(phone.locator(".note.good")).to_have_text("已完成：签收")
    await expect(phone.locator("main dl").first).to_contain_text("已签收")
    await phone.close()
    assert await world.acts("kept") == ["open", "accept"]


async def test_a_page_of_an_older_session_keeps_the_words_and_is_good_at_the_second_try(
    world: World,
) -> None:
    await world.tell(told("older", world.clock()))
    await arrived(world, "older")
    await world.act("wu", "older", "accept")
    await world.act("wu", "older", "arrive")
    phone = await world.page("wu", "/m/cases/older", screen="phone")
    await phone.context.clear_cookies()
    other = await phone.context.new_page()
    await other.goto(f"{world.url}/login")
    await log_in(other, "wu")
    await expect(other).not_to_have_url(re.compile("/login"))
    await phone.locator("#handle-why").fill("门已关好，无人进入")
    await phone.locator(FIRST).click()
    await expect(phone.locator(".note.bad")).to_contain_text("页面已过期")
    await expect(phone.locator("#handle-why")).to_have_value("门已关好，无人进入")
    await phone.locator(FIRST).click()
    await expect(phone.locator(".note.good")).to_have_text("已完成：处置")
    for page in (phone, other):
        await page.close()
    assert await world.acts("older") == ["open", "accept", "arrive", "handle"]


async def test_a_resident_announces_a_visitor_goes_away_and_asks_what_is_kept(
    world: World,
) -> None:
    own = await world.page("sun", "/m", screen="phone")
    await own.locator("a", has_text="访客通行").click()
    await own.locator("#visitor").fill("张三")
    await own.get_by_role("button", name="登记访客").click()
    await expect(own.locator(".code")).to_have_text(re.compile(r"^\s*\d{8}\s*$"))
    await own.goto(f"{world.url}/m/home/aways")
    await own.locator("#to").fill("2026-03-09")
    await own.get_by_role("button", name="登记外出").click()
    await expect(own.locator("ul.cards")).to_contain_text("03-09")
    await own.get_by_role("button", name="我已回来").click()
    await expect(own.locator("main")).not_to_contain_text("03-09")

    await own.goto(f"{world.url}/m")
    await own.locator("a", has_text="我的权利").click()
    await expect(own.get_by_label("房屋")).to_have_value(HOME.name)
    await own.get_by_label("门禁卡号").fill("0012AB")
    await own.get_by_role("button", name="提交").click()
    await expect(own.locator("main")).to_contain_text("待受理")
    name = own.url.rpartition("/")[2].partition("?")[0]
    desk = await world.page("wang", f"/requests/{name}")
    await desk.locator("form[action*=take] button").click()
    await expect(desk.locator("main")).to_contain_text("办理中")
    await own.reload()
    await expect(own.locator("main")).to_contain_text("办理中")
    for page in (own, desk):
        await page.close()
