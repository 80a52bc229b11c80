"""A resident's dispute from the phone to its rating, with the office in between."""

import pytest
from playwright.async_api import expect

from tests.stories.conftest import LOOP, World
from tests.stories.telling import choose, do, phone_act, ready

pytestmark = [pytest.mark.services, pytest.mark.asyncio(loop_scope=LOOP)]
TEXT = "<b>楼上</b>夜里十一点后仍有噪声"


async def test_a_dispute_is_filed_settled_answered_rated_and_closed(world: World) -> None:
    own = await world.page("sun", "/m", screen="phone")
    await own.locator("nav a", has_text="上报").click()
    await own.locator("#category").select_option("noise")
    await own.locator("#text").fill(TEXT)
    await own.locator("button.main").click()
    await expect(own.locator(".note.good")).to_be_visible()
    case = own.url.rpartition("/")[2].partition("?")[0]
    await expect(own.locator(".words").first).to_have_text(TEXT)

    desk = await world.page("chen")
    await ready(desk)
    await choose(desk, case)
    await expect(desk.locator(".dossier .headline")).to_have_text(TEXT)
    state = desk.locator(".chosen-head .state")
    await desk.locator(".may button", has_text="受理").click()
    await expect(state).to_contain_text("已受理")
    await desk.locator(".may button", has_text="化解").click()
    await do(desk, why="双方约定二十二点后不拖动家具")
    await expect(state).to_contain_text("已化解")
    await desk.locator(".may button", has_text="反馈").click()
    await do(desk, why="已与楼上约定，若再有请告诉我们")
    await expect(state).to_contain_text("已反馈")

    await own.goto(f"{world.url}/m")
    await own.locator(f'a[href="/m/cases/{case}"]').click()
    await expect(own.locator("main")).to_contain_text("已与楼上约定")
    assert "二十二点后不拖动" not in await own.content()
    await phone_act(own, "rate", "评价", rating="satisfied")

    await expect(state).to_contain_text("已回访评价")
    await desk.locator(".may button", has_text="办结").click()
    await do(desk, verdict="true")
    await expect(state).to_contain_text("已办结")
    await own.goto(f"{world.url}/m/cases/{case}")
    await expect(own.locator("main")).to_contain_text("满意")
    await desk.close()
    await own.close()
    assert await world.acts(case) == ["file", "accept", "mediate", "feed_back", "rate", "close"]
