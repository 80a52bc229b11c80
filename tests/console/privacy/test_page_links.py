"""The language of an address goes along from page to page, and lists are taken out as tables."""

import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from console.audit.log import newest
from tests.console.housing import Housed
from tests.console.privacy.test_pages import COPY, PROPOSAL, form, housed

__all__ = ["housed"]
LINK = re.compile(r'(?:href|action)="(/[^"]*)"')
WITHOUT = re.compile(r"/privacy/style\.css|/me|/m/me|/en?|.*\.json|.*lang=en.*")


def dropped(page: str) -> list[str]:
    """The addresses of ours on an English page that do not ask for English; the header's link to
    the other language aside."""
    return [
        link for link in map(unescape, LINK.findall(page))
        if not WITHOUT.fullmatch(link) and "lang=zh" not in link
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/watch?lang=en", "/watch/new?lang=en", "/watch?everything=true&lang=en",
             "/requests?lang=en", "/audit?who=lin&lang=en", "/bases?lang=en", "/kept?lang=en"],
)  # fmt: skip
async def test_every_link_keeps_the_language_of_the_address(housed: Housed, path: str) -> None:
    async with housed.browser("lin") as lin, housed.browser("du") as du:
        made = await form(lin, "/watch/new?lang=en", "/watch?lang=en", **PROPOSAL)
        assert "proposed" in made.text
        answer = await (du if path.startswith("/audit") else lin).get(path)
    assert answer.status_code == 200
    assert dropped(made.text) == dropped(answer.text) == []


async def test_a_request_is_answered_in_the_language_it_was_made_in(housed: Housed) -> None:
    async with housed.browser("sun") as sun:
        answer = await form(sun, "/rights?lang=en", "/rights?lang=en", **COPY)
    assert answer.url.query == b"lang=en"
    assert dropped(answer.text) == []


async def test_the_other_language_keeps_what_was_asked_for_and_leads_to_a_page(
    housed: Housed,
) -> None:
    async with housed.browser("du") as du:
        page = (await du.get("/audit?who=lin&group=watch&lang=en")).text
        assert "/audit?who=lin&amp;group=watch&amp;lang=zh" in page
        checked = await form(du, "/audit?lang=en", "/audit/verify?lang=en")
        assert 'href="/audit?lang=zh"' in checked.text
        assert (await du.get("/audit?lang=zh")).status_code == 200


async def test_watch_entries_and_requests_are_taken_out_as_tables(housed: Housed) -> None:
    async with housed.browser("lin") as lin, housed.browser("sun") as sun:
        await form(lin, "/watch/new", "/watch", **PROPOSAL)
        await form(sun, "/rights", "/rights", **COPY)
        for path, second in (("/watch", "A-118"), ("/requests", "查阅、复制")):
            page = (await lin.get(f"{path}?everything=true")).text
            link = unescape(re.findall(r'href="([^"]*format=xlsx[^"]*)"', page)[0])
            assert "everything=true" in link
            file = await lin.get(link)
            (sheet,) = load_workbook(io.BytesIO(file.content)).worksheets
            head, *rows = sheet.values
            assert all(head)
            assert len(rows) == 1
            assert rows[0][1] == second
            assert "0F96D" not in str(rows)
            assert newest(housed.office.engine, 1)[0].act == "tables.exported"
