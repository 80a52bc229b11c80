"""A console as a process and its page in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.console.conftest import Broker
from tests.console.running import RunningConsole
from tests.services.chromium import Chromium

pytest_plugins = ["tests.services.fixtures"]
LOOP: Final = "module"


@pytest_asyncio.fixture(scope="module", loop_scope=LOOP)
async def browser(chromium: Chromium) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium.devtools)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope=LOOP)
async def console(broker: Broker, tmp_path: Path) -> AsyncIterator[RunningConsole]:
    await broker.create_topics()
    with RunningConsole(broker.bootstrap, tmp_path, {"SC_STALE_AFTER_S": "600"}) as console:
        console.start()
        yield console


@pytest_asyncio.fixture(loop_scope=LOOP)
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    page = await context.new_page()
    yield page
    await context.close()
