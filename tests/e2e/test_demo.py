"""`demo` as a newcomer meets it: one command, an empty folder, a page full of what goes wrong."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.e2e.product import Stack
from tests.e2e.publisher import wait_until
from tests.services.chromium import Chromium
from tests.services.process import LOOPBACK, descendants, is_there

pytestmark = [pytest.mark.services, pytest.mark.e2e]
SITUATIONS_MIN = 8
IN_THE_PAGE_S = 60.0
STOP_S = 15.0
SCREEN = {"width": 1366, "height": 768}
LANGUAGES = {"zh": "/", "en": "/en"}
Alerts = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Seen:
    """What the browser saw: which alerts had a card, whom the page asked, and its pictures."""

    shown: frozenset[str]
    hosts: frozenset[str]
    pictures: tuple[Path, ...]


@dataclass(frozen=True)
class Demo:
    """What was seen of one demo: until the page was full, when it was stopped, and once again."""

    full_s: float
    seen: Seen
    before: Alerts
    stopped_s: float
    left: frozenset[int]
    after: Alerts


@pytest.fixture(scope="module")
def demo(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    with Stack(folder / "data", "demo") as stack:
        began = time.monotonic()
        wait_until(lambda: len(rules(stack)) >= SITUATIONS_MIN, IN_THE_PAGE_S, "eight situations")
        seen = look(stack, chromium, folder, began + IN_THE_PAGE_S)
        full_s = time.monotonic() - began
        before = stack.api.by_id()
        stopped_s, left = interrupt(stack)
        stack.start()
        time.sleep(5)
        found = Demo(full_s, seen, before, stopped_s, left, stack.api.by_id())
    print(f"eight situations in the page after {full_s:.1f} s, all ended after {stopped_s:.1f} s")
    return found


def rules(stack: Stack) -> set[str]:
    return {alert["rule"] for alert in stack.api.alerts()}


def look(stack: Stack, chromium: Chromium, folder: Path, until: float) -> Seen:
    """Open the page until it shows cards of eight situations, and take its picture."""
    hosts: set[str] = set()
    with opened(chromium) as page:
        page.on("request", lambda request: hosts.add(str(urlsplit(request.url).hostname)))
        page.on("websocket", lambda socket: hosts.add(str(urlsplit(socket.url).hostname)))
        pictures = [folder / f"{language}.png" for language in LANGUAGES]
        for path, picture in zip(LANGUAGES.values(), pictures, strict=True):
            page.goto(stack.api.url + path)
            shown = eight_shown(stack, page, until)
            page.screenshot(path=picture)
    return Seen(frozenset(shown), frozenset(hosts), tuple(pictures))


def eight_shown(stack: Stack, page: Page, until: float) -> set[str]:
    """The situations that the cards are of. A card is a case: of an incident, or of one alert."""
    while True:
        cards = {card.removeprefix("card-") for card in page.locator(".card").evaluate_all(IDS)}
        shown = {alert["rule"] for alert in stack.api.alerts() if cards & names_of(alert)}
        if len(shown) >= SITUATIONS_MIN:
            return shown
        assert time.monotonic() < until, f"only {len(cards)} cards stand in the page"
        page.wait_for_timeout(200)


def names_of(alert: dict[str, Any]) -> set[str]:
    return {alert["id"], f"{alert['id']}-police", alert.get("incident") or alert["id"]}


IDS = "cards => cards.map(card => card.id)"


@contextmanager
def opened(chromium: Chromium) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(chromium.devtools)
        context = browser.new_context(viewport=SCREEN)
        yield context.new_page()
        context.close()
        browser.close()


def interrupt(stack: Stack) -> tuple[float, frozenset[int]]:
    """Ctrl-C: how long it took until the command had ended, and which processes it left."""
    family = descendants(stack.child.pid)
    began = time.monotonic()
    stack.interrupt()
    wait_until(lambda: not stack.running, 3 * STOP_S, "the end of the demo")
    return time.monotonic() - began, frozenset(pid for pid in family if is_there(pid))


def test_eight_situations_stand_in_the_page_within_a_minute(demo: Demo) -> None:
    assert len(demo.seen.shown) >= SITUATIONS_MIN
    assert demo.full_s <= IN_THE_PAGE_S


def test_the_page_asks_nobody_but_this_machine(demo: Demo) -> None:
    assert demo.seen.hosts == {LOOPBACK}


def test_the_page_has_its_picture_in_both_languages(demo: Demo) -> None:
    zh, en = (picture.read_bytes() for picture in demo.seen.pictures)
    assert min(len(zh), len(en)) > 20_000
    assert zh != en


def test_ctrl_c_ends_all_and_leaves_no_process(demo: Demo) -> None:
    assert demo.stopped_s <= STOP_S
    assert demo.left == frozenset()


def test_a_restart_shows_the_same_alerts(demo: Demo) -> None:
    assert demo.before.keys() <= demo.after.keys()
    opened_at = [(a["rule"], a["key"], a["opened_at"]) for a in demo.after.values()]
    assert len(opened_at) == len(set(opened_at))
    for name, alert in demo.before.items():
        assert demo.after[name]["opened_at"] == alert["opened_at"]
