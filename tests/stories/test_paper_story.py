"""Visits with their form, and a shift handed over, taken over and printed."""

import pytest
from playwright.async_api import expect

from tests.stories.conftest import LOOP, World
from tests.stories.estate import told
from tests.stories.telling import arrived, ready

pytestmark = [pytest.mark.services, pytest.mark.asyncio(loop_scope=LOOP)]


async def test_a_home_is_visited_from_the_list_and_the_form_is_kept(world: World) -> None:
    page = await world.page("chen")
    await ready(page)
    await page.locator(".foot a", has_text="待核实走访").click()
    await page.get_by_label("房屋").fill("3号楼1单元1102")
    await page.get_by_label("说明").fill("邻居说很久没见人")
    await page.get_by_role("button", name="加入名单").click()
    await page.locator("table a", has_text="3号楼1单元1102").first.click()
    await expect(page.locator("h1")).to_have_text("3号楼1单元1102")
    await page.get_by_label("空置", exact=True).check()
    await page.locator("textarea[name=words]").fill("屋内无人居住，水电已停")
    await page.get_by_role("button", name="保存").click()
    await expect(page.locator("main")).to_contain_text("屋内无人居住，水电已停")
    await page.goto(f"{world.url}/visits?state=done")
    await expect(page.locator("main table")).to_contain_text("3号楼1单元1102")
    await page.close()


async def test_a_shift_is_handed_over_taken_over_and_printed(world: World) -> None:
    await world.tell(told("shift", world.clock(), rule="intrusion"))
    await arrived(world, "shift")
    page = await world.page("wang")
    await ready(page)
    await page.locator("nav a", has_text="交接班").click()
    await page.locator("textarea[name=notes]").fill("北门门磁待修，钥匙在抽屉")
    await page.get_by_role("button", name="交班").click()
    await expect(page.locator("main")).to_contain_text("尚无人接班")
    name = page.url.rpartition("/")[2].partition("?")[0]
    await page.close()
    other = await world.page("wu", "/handover")
    await other.locator(".good a").click()
    await other.get_by_role("button", name="接班").click()
    await expect(other.locator("main")).to_contain_text("接班人吴敏")
    await other.goto(f"{world.url}/paper/handover/{name}")
    await expect(other.locator("body")).to_contain_text("北门门磁待修，钥匙在抽屉")
    paper = await other.pdf(format="A4", tagged=False)
    assert paper.startswith(b"%PDF")
    await other.close()
