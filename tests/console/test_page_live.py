"""The page over hours: lines that break, and lists that grow long; in a real browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Locator, Page, expect

from tests.console.conftest import Broker
from tests.console.running import RunningConsole
from tests.console.samples import NINE, alert, gateway_input, suppressed
from tests.services.process import LOOPBACK

pytest_plugins = ["tests.console.in_browser"]
LOOP: Final = "module"
pytestmark = [pytest.mark.services, pytest.mark.asyncio(loop_scope=LOOP)]
MANY, DRAWN = 300, 60


class Relay:
    """What stands between a page and its console, and may fail without a word: whatever was
    connected until then hears nothing any more, and is not closed either.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._failures = 0
        self._passes = asyncio.Event()
        self._passes.set()

    def fail(self) -> None:
        self._failures += 1
        self._passes.clear()

    def mend(self) -> None:
        self._passes.set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._passes.wait()
        there = await asyncio.open_connection(LOOPBACK, self._port)
        with suppress(ConnectionError):
            await asyncio.gather(self._carry(reader, there[1]), self._carry(there[0], writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        before = self._failures
        while data := await reader.read(65_536):
            if self._failures == before:
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def relayed(console: RunningConsole) -> AsyncIterator[tuple[Relay, str]]:
    """A relay to a console, and where it listens."""
    relay = Relay(int(console.url.rpartition(":")[2]))
    server = await asyncio.start_server(relay.take, LOOPBACK, 0)
    try:
        yield relay, f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_a_line_that_died_without_a_word_is_said_and_replaced(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    await broker.send(alert("before"), gateway_input())
    async with relayed(console) as (relay, url):
        await page.goto(url)
        pulse, cards = page.locator(".pulse"), page.locator("#cards .card")
        await expect(pulse).to_have_class("pulse normal")
        await expect(cards).to_have_count(1)
        relay.fail()
        await broker.send(alert("meanwhile", severity="red", opened_at=NINE + 1))
        await expect(pulse).to_have_class("pulse lost", timeout=15_000)
        await expect(page).to_have_title("⚠ 与服务器断开 · 社区警务室")
        await expect(cards).to_have_count(1)
        relay.mend()
        await expect(pulse).to_have_class("pulse normal", timeout=30_000)
        await expect(cards.first).to_have_attribute("id", "card-meanwhile")
        await broker.send(alert("after", severity="red", opened_at=NINE + 2))
        await expect(cards.first).to_have_attribute("id", "card-after")
        await expect(cards).to_have_count(3)
        await page.goto("about:blank")


async def test_an_input_that_is_late_is_said_until_it_is_heard_again(
    broker: Broker, page: Page, tmp_path: Path
) -> None:
    await broker.create_topics()
    with RunningConsole(broker.bootstrap, tmp_path, {"SC_STALE_AFTER_S": "2"}) as console:
        console.start()
        await broker.send(gateway_input())
        await page.goto(console.url)
        await expect(page.locator(".pulse")).to_have_class("pulse late", timeout=15_000)
        await expect(page.locator(".pulse .why")).to_contain_text("湖畔苑")
        await broker.send(gateway_input())
        await expect(page.locator(".pulse")).to_have_class("pulse normal", timeout=15_000)


async def top_of(card: Locator) -> float:
    """Where a card stands on the screen."""
    found = await card.bounding_box()
    assert found is not None
    return float(found["y"])


async def test_of_a_long_list_a_part_stands_in_the_page_and_all_is_reached(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    named = [alert(f"n{at:03}", opened_at=NINE - at * 1000) for at in range(MANY)]
    await broker.send(*named, gateway_input())
    await page.goto(console.url)
    cards, focused = page.locator("#cards .card"), page.locator(".card:focus-within")
    await expect(page.locator("#tab-mine .number")).to_have_text(str(MANY), timeout=20_000)
    await expect(cards).to_have_count(DRAWN)
    await expect(cards.first).to_have_attribute("aria-setsize", str(MANY))
    await page.keyboard.press("End")
    await expect(focused).to_have_attribute("aria-posinset", str(MANY))
    await expect(focused).to_be_in_viewport()
    await page.keyboard.press("ArrowUp")
    await expect(focused).to_have_id("card-n298")
    await page.keyboard.press("Home")
    await expect(focused).to_have_id("card-n000")
    await page.locator("#cards").hover()
    middle = page.locator("#card-n150")
    while not await middle.count():
        await page.mouse.wheel(0, 1500)
        await asyncio.sleep(0.05)
    await middle.scroll_into_view_if_needed()
    assert await cards.count() == DRAWN
    # What comes on top moves nothing of what is being read.
    stood_at = await top_of(middle)
    await broker.send(alert("new", severity="red", opened_at=NINE + 1))
    await expect(page.locator("#tab-mine .number")).to_have_text(str(MANY + 1))
    assert await top_of(middle) == pytest.approx(stood_at, abs=2)
    await page.keyboard.press("/")
    await page.keyboard.type("北门")
    await expect(cards.first).to_have_attribute("id", "card-new")
    await page.keyboard.press("Escape")


async def test_a_long_list_of_what_was_suppressed_is_drawn_in_part_too(
    console: RunningConsole, broker: Broker, page: Page
) -> None:
    await broker.send(gateway_input())
    await page.goto(console.url)
    await expect(page.locator(".pulse")).to_have_class("pulse normal")
    await broker.send(*(suppressed(f"s{n:03}") for n in range(MANY)))
    await expect(page.locator("#tab-quieted .number")).to_have_text(str(MANY), timeout=20_000)
    await page.keyboard.press("4")
    cards = page.locator("#cards .card")
    await expect(cards).to_have_count(DRAWN)
    await page.locator("#cards").evaluate("list => list.scrollTop = list.scrollHeight")
    await expect(cards.last).to_have_attribute("aria-posinset", str(MANY))
    await expect(cards.last).to_be_in_viewport()
    await expect(cards).to_have_count(DRAWN)
