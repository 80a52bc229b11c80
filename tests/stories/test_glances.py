"""The four glances: from the first page in at most two clicks each."""

import time

import pytest
from playwright.async_api import Locator, Page, expect

from tests.stories.conftest import LOOP, World
from tests.stories.telling import hold_answer, ready

pytestmark = [pytest.mark.services, pytest.mark.asyncio(loop_scope=LOOP)]
CLICKS_MAX = 2


class Counted:
    """A page whose clicks and seconds are counted from the first page on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.began = time.monotonic()

    async def click(self, what: Locator) -> None:
        self.clicks += 1
        await what.click()

    def done(self, name: str) -> None:
        print(f"{name}: {self.clicks} clicks, {time.monotonic() - self.began:.1f} s")
        assert self.clicks <= CLICKS_MAX


async def first_page(world: World) -> Counted:
    page = await world.page("wang")
    await ready(page)
    return Counted(page)


def glance(page: Page, name: str) -> Locator:
    return page.locator("button.glance", has_text=name)


async def test_homes_not_in_use_in_building_3(world: World) -> None:
    seen = await first_page(world)
    await seen.click(glance(seen.page, "房屋"))
    await seen.page.locator(".sheet input").fill("3号楼")
    rows = seen.page.locator(".sheet tbody tr")
    await expect(rows.filter(has_text="疑似空置")).to_have_count(1)
    await expect(rows.filter(has_text="疑似空置")).to_contain_text("3号楼1单元1102")
    seen.done("homes not in use in Building 3")
    await seen.page.close()


async def test_passages_at_gate_2_between_22_and_23(world: World) -> None:
    seen = await first_page(world)
    await seen.click(glance(seen.page, "人员"))
    await seen.click(seen.page.locator(".sheet a", has_text="2号门"))
    row = seen.page.locator("tr", has_text="22:00–23:00")
    await expect(row.locator("td")).to_have_text(["22:00–23:00", "3", "2", "0", "0"])
    seen.done("passages at Gate 2, 22 to 23 h")
    await seen.page.close()


async def test_vehicles_inside_and_free_bays(world: World) -> None:
    seen = await first_page(world)
    row = glance(seen.page, "车辆")
    await expect(row).to_contain_text("212")
    await expect(row).to_contain_text("88")
    seen.done("vehicles inside and free bays")
    await seen.page.close()


async def test_what_cannot_be_judged_now(world: World) -> None:
    seen = await first_page(world)
    await expect(seen.page.locator(".side")).to_contain_text("1项预警暂不可判")
    await expect(seen.page.locator(".side")).to_contain_text("暂不可判：门被强开")
    seen.done("what cannot be judged now")
    await seen.page.close()


async def test_the_table_asked_for_last_stays(world: World) -> None:
    """A slow answer for a table that nobody waits for any more does not take the sheet over."""
    seen = await first_page(world)
    let_go = await hold_answer(seen.page, "**/tables/homes")
    async with seen.page.expect_response("**/tables/homes") as homes:
        await seen.click(glance(seen.page, "房屋"))
        await seen.click(glance(seen.page, "车辆"))
        title = seen.page.locator(".sheet h2")
        await expect(title).to_contain_text("车辆")
        let_go.set()
    await (await homes.value).finished()
    await seen.page.evaluate("() => new Promise((done) => setTimeout(done, 0))")
    await expect(title).to_contain_text("车辆")
    seen.done("vehicles after homes that were slow")
    await seen.page.close()
