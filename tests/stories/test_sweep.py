"""Every page of every role in both languages, as axe-core and a narrow screen see it.

With `STORIES_PICTURES=FOLDER` each page's picture is kept there, to be looked at.
"""

import os
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from schemas.base import format_instant
from tests.console.desks import HOME
from tests.console.samples import ESTATE
from tests.stories.conftest import LOOP, SIZES, Screen, World
from tests.stories.estate import entry_refused, told
from tests.stories.telling import arrived, ready

pytestmark = [pytest.mark.services, pytest.mark.asyncio(loop_scope=LOOP)]
PICTURES = os.environ.get("STORIES_PICTURES")
SERIOUS = ("serious", "critical")
AXE = "() => axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"
WIDE = "document.documentElement.scrollWidth > innerWidth"
PHONES: dict[str, str] = {
    "/m": "wang", "/m/cases/{case}": "wang", "/m/cases/{report}": "chen", "/m/areas": "du",
    "/m/report": "sun", "/m/me": "wang", "/m/home/passes": "sun", "/m/home/aways": "sun",
    "/m/home/consents": "sun", "/m/home/passes/{pass}": "sun", "/rights": "sun",
    "/rights/{right}": "sun",    "/roster": "chen",
}  # fmt: skip
DESKS: dict[str, str] = {
    "/": "wang", "/homes": "wang", "/homes?building=b3": "chen", "/buildings/b3": "wang",
    "/gates": "wang",    "/gates/gate-2": "zhao", "/vehicles": "zhao", "/places/north-door": "wang",
    "/unjudged": "du", "/visits": "chen", "/visits/{visit}": "chen",
    "/paper/visits": "chen", "/paper/visits/{visit}": "chen", "/paper/cases/{case}": "wang",
    "/handover": "wang", "/handover/{handover}": "wang", "/paper/handover/{handover}": "wang",
    "/figures": "du", "/quality": "du", "/wall": "du", "/roster": "wu", "/channels": "wu",
    "/bases": "wang", "/kept": "wang", "/watch": "wang", "/watch/new": "wang",
    "/watch/{watch}": "wang", "/audit": "du", "/requests": "wang", "/requests/{right}": "wang",
    "/password": "wang", "/login": "wang",
}  # fmt: skip
EXEMPT = {("/wall", "meta-refresh")}
"""The wall renews itself: nobody reads on in it or types into it, it hangs across the room."""
OWN: dict[str, str] = {"du": "/", "zhao": "/", "chen": "/"}


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_no_page_has_a_grave_fault_or_is_wider_than_its_screen(
    world: World, names: dict[str, str], axe: str, lang: str
) -> None:
    visits: list[tuple[str, str, Screen]] = [(who, path, "desk") for path, who in DESKS.items()]
    visits += [(who, path, "desk") for who, path in OWN.items()]
    visits += [(who, path, "phone") for path, who in PHONES.items()]
    visits += [("wang", "/", "phone")]
    faults = []
    for who, path, screen in visits:
        link = in_language(path.format(**names), lang)
        page = await world.page(who, link, screen=screen, lang=lang)
        await ready(page)
        known = {rule for here, rule in EXEMPT if here == path}
        found = [one for one in await graved(page, axe) if one.partition(":")[0] not in known]
        if await page.evaluate(WIDE):
            found.append(f"wider than {SIZES[screen][0]}")
        faults += [f"{who} {lang} {screen} {path}: {one}" for one in found]
        await keep(page, f"{screen}-{who}-{path}-{lang}")
        await page.close()
    assert not faults, "\n".join(faults)


@pytest_asyncio.fixture(scope="module", loop_scope=LOOP)
async def names(world: World) -> dict[str, str]:
    """One of everything that has a page of its own, by what paths call it."""
    now = world.clock()
    await world.tell(
        entry_refused("swept", now), told("plain", now, severity="yellow", handler="property")
    )
    await arrived(world, "swept")
    await world.act("wang", "swept", "accept")
    asked = {"category": "noise", "text": "楼上半夜吵", "estate": ESTATE, "place": ESTATE}
    wanted = {"kind": "copy", "estate": ESTATE, "dwelling": HOME.name, "number": "0012AB"}
    watched = {
        "entry": {"looks_for": "plate", "value": "苏E12345", "case_number": "A-118",
                  "basis": "case_vehicle", "owner": "wang",
                  "valid_to": format_instant(now + 5 * 86_400_000)},
        "why": "seen at the scene",
    }  # fmt: skip
    await world.ask("chen", "/api/visits", {"estate": ESTATE, "dwelling": HOME.name})
    return {
        "case": "swept",
        "report": (await world.ask("sun", "/api/reports", asked))["id"],
        "visit": (await world.ask("chen", "/api/visits"))["items"][0]["id"],
        "watch": (await world.ask("wang", "/api/watch/entries", watched))["id"],
        "handover": await world.send("wang", "/handover", notes="钥匙在抽屉"),
        "right": await world.send("sun", "/rights", **wanted),
        "pass": await world.send("sun", "/m/home/passes", dwelling=HOME.name, hours="4"),
    }  # fmt: skip


def in_language(path: str, lang: str) -> str:
    if path == "/":
        return path if lang == "zh" else "/en"
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"


async def graved(page: Page, axe: str) -> list[str]:
    """The grave faults of a page, one line each."""
    await page.evaluate(axe)
    found: list[dict[str, Any]] = await page.evaluate(AXE)
    return [
        f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in SERIOUS
    ]


async def keep(page: Page, name: str) -> None:
    """The page's picture, where somebody wants it."""
    if PICTURES:
        file = name.replace("/", "_").replace("{", "").replace("}", "").replace("?", "_")
        await page.screenshot(path=Path(PICTURES) / f"{file}.png", full_page="phone" in name)
