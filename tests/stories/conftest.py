"""One console with an estate, its people and its clock, and one browser, for all stories."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any, Final, Literal

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from console.accounts.sessions import csrf_token
from console.guard import COOKIE, CSRF_HEADER
from console.office import Office
from console.server import House, house_of
from schemas.alerts import Alert
from schemas.base import MS_PER_S
from tests.console.conftest import TOKEN, Broker, running_broker
from tests.console.desks import make_key
from tests.console.housing import HERE
from tests.console.running import ROOT, is_healthy
from tests.services.chromium import Chromium
from tests.services.process import LOOPBACK, Child, Service, free_port
from tests.stories import estate, served
from tests.stories.served import AHEAD, MovedClock, monotonic_ms

Screen = Literal["desk", "phone"]
SIZES: dict[Screen, tuple[int, int]] = {"desk": (1366, 768), "phone": (390, 844)}
# Many tests run at once on a small machine; what fails, fails late.
PATIENCE_MS = 60_000
LOOP: Final = "session"
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class World:
    """The console, its people's sessions, what it is told, and the browser they all use."""

    url: str
    folder: Path
    broker: Broker
    clock: MovedClock
    secrets: dict[str, str]
    browser: Browser
    stack: AsyncExitStack
    contexts: dict[tuple[str, Screen, str], BrowserContext] = field(default_factory=dict)
    ahead: int = 0

    def pass_by(self, minutes: float) -> int:
        """Time goes on by so much; the time then."""
        self.ahead += round(minutes * 60 * MS_PER_S)
        part = self.folder / f"{AHEAD}.part"
        part.write_text(str(self.ahead))
        part.rename(self.folder / AHEAD)
        return self.clock()

    async def tell(self, *alerts: Alert) -> None:
        """The processors tell of something."""
        await self.broker.send(*alerts)

    async def context(self, login: str, screen: Screen, lang: str) -> BrowserContext:
        """A browser in which somebody is logged in."""
        key = (login, screen, lang)
        if key not in self.contexts:
            width, height = SIZES[screen]
            context = await self.browser.new_context(
                viewport={"width": width, "height": height}, timezone_id="Asia/Shanghai",
                locale="zh-CN" if lang == "zh" else "en-GB", accept_downloads=True,
                reduced_motion="reduce",
            )  # fmt: skip
            context.set_default_timeout(PATIENCE_MS)
            cookie = {"name": COOKIE, "value": self.secrets[login], "url": self.url}
            await context.add_cookies([cookie])
            self.contexts[key] = context
            self.stack.push_async_callback(context.close)
        return self.contexts[key]

    async def page(
        self, login: str, path: str = "", *, screen: Screen = "desk", lang: str = "zh"
    ) -> Page:
        """A new page of somebody's browser."""
        page = await (await self.context(login, screen, lang)).new_page()
        await page.goto(f"{self.url}{path}")
        return page

    async def ask(self, login: str, path: str, body: Any = None) -> Any:
        """What the console answers somebody, as it is in JSON."""
        secret = self.secrets[login]
        told = {"Cookie": f"{COOKIE}={secret}", CSRF_HEADER: csrf_token(secret)}
        async with httpx.AsyncClient(base_url=self.url, headers=told, timeout=30) as http:
            done = await (http.get(path) if body is None else http.post(path, json=body))
            done.raise_for_status()
            return done.json() if done.content else None

    async def send(self, login: str, path: str, **fields: str) -> str:
        """Send a plain form as its own page would; the name of what it leads to."""
        secret = self.secrets[login]
        said = {"csrf": csrf_token(secret), "key": token_hex(8)} | fields
        told = {"Cookie": f"{COOKIE}={secret}"}
        async with httpx.AsyncClient(base_url=self.url, headers=told, timeout=30) as http:
            done = await http.post(path, data=said)
        assert done.status_code == 303, done.text
        return done.headers["location"].partition("?")[0].rpartition("/")[2]

    async def act(self, login: str, case: str, kind: str, **given: Any) -> None:
        """Somebody acts on a case as it stands."""
        version = (await self.ask(login, f"/api/cases/{case}"))["version"]
        said = {"kind": kind, "version": version} | given
        await self.ask(login, f"/api/cases/{case}/acts", said)

    async def acts(self, case: str) -> list[str]:
        """What was done to a case, in order."""
        return [act["kind"] for act in (await self.ask("du", f"/api/cases/{case}/acts"))["items"]]


def _open_house(folder: Path, clock: MovedClock) -> dict[str, str]:
    """Make the database with its people; the session of each."""
    make_key(folder)
    office = Office(served.settings_of(folder, 8080, ""), clock)
    try:
        house: House = house_of(office, TOKEN)
        estate.people(house)
        return {name: house.entrance.sessions.open(name, clock(), HERE) for name in estate.PEOPLE}
    finally:
        office.close()


@contextmanager
def _console(folder: Path, broker: Broker) -> Iterator[str]:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    argv = [sys.executable, "-m", "tests.stories.served", str(folder), str(port), broker.bootstrap]
    log = folder / "console.log"
    with Service(Child(argv, log, lambda: is_healthy(url), dict(os.environ), ROOT)) as service:
        service.start()
        yield url


@pytest_asyncio.fixture(scope="package", loop_scope=LOOP)
async def world(
    chromium: Chromium, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """The world of all stories: its time goes on from one to the next."""
    folder = tmp_path_factory.mktemp("stories")
    (folder / "began").write_text(str(monotonic_ms()))
    clock = MovedClock(int((folder / "began").read_text()), folder / AHEAD)
    secrets = _open_house(folder, clock)
    async with AsyncExitStack() as stack, async_playwright() as playwright:
        broker = stack.enter_context(running_broker(folder))
        await broker.create_topics()
        await broker.send(*estate.views())
        url = stack.enter_context(_console(folder, broker))
        browser = await playwright.chromium.connect_over_cdp(chromium.devtools)
        contexts = await stack.enter_async_context(AsyncExitStack())
        yield World(url, folder, broker, clock, secrets, browser, contexts)
        await browser.close()
