"""What people do with pages, in the words of the stories."""

import asyncio
import re
import time

import httpx
from playwright.async_api import Page, Route, expect

from tests.stories.conftest import PATIENCE_MS, World

ASK_S = 0.1


async def arrived(world: World, case: str) -> None:
    """A case stands in the database."""
    until = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            await world.ask("wang", f"/api/cases/{case}")
        except httpx.HTTPStatusError:
            assert time.monotonic() < until, f"{case} did not arrive"
            await asyncio.sleep(ASK_S)
        else:
            return


async def ready(page: Page) -> None:
    """The page is drawn: the office's page has its cards from the live line."""
    if await page.locator(".office").count():
        await expect(page.locator(".pulse")).to_have_class("pulse normal")
        await page.locator("#cards :is(.card, .nothing)").first.wait_for()
        await page.locator(".dossier[aria-busy=false] :is(.headline, .nothing)").first.wait_for()


async def choose(page: Page, case: str) -> None:
    """The case's card is chosen, and all that is known of it is there."""
    await page.locator(f"#card-{case} .title").click()
    await expect(page.locator(f"#card-{case}")).to_have_class(re.compile("chosen"))
    await expect(page.locator(".dossier h2")).to_be_visible()


async def hold_answer(page: Page, asked: str) -> asyncio.Event:
    """What the page asks under this address is done, but answered only when the event is set."""
    let_go = asyncio.Event()

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        await let_go.wait()
        await route.fulfill(response=answer)

    await page.route(asked, hold)
    return let_go


async def do(page: Page, **given: str) -> None:
    """Fill the form of an act in and send it; without a form the act is done already."""
    form = page.locator("dialog[open]")
    if given:
        await expect(form).to_be_visible()
    if "to" in given:
        await form.locator(f"option[value='{given['to']}']").wait_for(state="attached")
        await form.locator("select").select_option(given["to"])
    if "number" in given:
        await form.locator("input").fill(given["number"])
    if "why" in given:
        await form.locator("textarea").fill(given["why"])
    if given:
        await form.locator("button.first").click()
        try:
            await expect(form).to_have_count(0)
        except AssertionError as fault:
            fault.add_note(f"The form that stays open says: {await form.inner_text()}")
            raise


async def phone_act(phone: Page, kind: str, name: str, **given: str) -> None:
    """Do an act by its form on the phone, folded or first; `name` is what it is called."""
    form = phone.locator(f"section.acts form:has(input[name=act][value={kind}])")
    button = form.locator("button")
    if not await button.is_visible():
        await phone.locator("section.acts > details", has=form).locator("> summary").click()
    for field, text in given.items():
        control = form.locator(f"[name={field}]")
        if not await control.first.is_visible():
            await form.locator("details.more summary").click()
        if await control.first.get_attribute("type") == "radio":
            await form.locator(f"[name={field}][value='{text}']").check()
        elif field in ("to", "group"):
            await control.select_option(text)
        else:
            await control.fill(text)
    await button.click()
    await expect(phone.locator(".note.good")).to_contain_text(name)
