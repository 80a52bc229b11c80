"""The office's page: what is to be dealt with on the left, the plan and the chosen case in the
middle, what stands on the right. It is drawn once; what changes comes by the live line.
"""

from dataclasses import asdict
from pathlib import Path

from fastapi import Request
from nicegui import ui
from starlette.responses import RedirectResponse, Response

from console.accounts.principal import Principal
from console.accounts.sessions import csrf_token
from console.guard import principal_of
from console.menu import menu
from console.pages.desk import page_link
from console.pages.live import Live
from console.pages.page_words import ACTS, DOSSIER, FEED, FOOT, GLANCE, PLAN, TOP
from console.pages.parts import (
    Acts,
    Dossier,
    FeedList,
    Foot,
    PlanMap,
    Pulse,
    Standing,
    Top,
    box,
    text,
)
from console.pages.saying import Saying
from console.pages.summary import Told
from console.revealing import reason_words, reveal_words
from console.rights import may
from console.words import Language, pick, say

STYLE = Path(__file__).parent / "office.css"
PATHS: dict[Language, str] = {"zh": "/", "en": "/en"}
LINKS = (("handover", "/handover"),)
"""Pages of the console by the key of what they are called: who may sees the way there."""
PHONE = "/m"
"""Where those are led who have no desk."""


def add_pages(live: Live) -> None:
    """Adds the page in both languages."""

    @ui.page(PATHS["zh"], language="zh-CN")
    async def zh(request: Request, alert: str = "") -> Response | None:
        return await _shown(live, request, "zh", alert)

    @ui.page(PATHS["en"], language="en-US")
    async def en(request: Request, alert: str = "") -> Response | None:
        return await _shown(live, request, "en", alert)


async def _shown(live: Live, request: Request, language: Language, chosen: str) -> Response | None:
    who = principal_of(request.scope)
    if who.role == "resident":
        return RedirectResponse(PHONE, 303)
    told = live.told_to(who, language)
    OfficePage(live, who, language).build(told, chosen)
    return None


class OfficePage:
    """One open page of one person."""

    def __init__(self, live: Live, who: Principal, language: Language) -> None:
        """Shows what `live` carries, as far as it is theirs."""
        self._live = live
        self._who = who
        self._language: Language = language
        self._saying = Saying(language)
        self._csrf = csrf_token(who.session) if who.session else ""

    def build(self, told: Told, chosen: str) -> None:
        """Draws the page. `chosen` is a case's id or an alert's."""
        ui.add_css(STYLE)
        shared = {"language": self._language}
        started = shared | {"start": chosen}
        with box("div", "office"):
            text("a", self._saying.text("skip"), "skip").props["href"] = "#cards"
            self._top(told, started)
            first = {"now": told.now, "wall": told.wall, "quiet": told.quiet,
                     "merged": told.counts.merged}  # fmt: skip
            FeedList(words=self._words(FEED), first=first, **started)
            with box("div", "centre"):
                PlanMap(words=self._words(PLAN), **started)
                Dossier(words=self._words(DOSSIER), csrf=self._csrf, mayReveal=self._may_reveal(),
                        reveal=reveal_words(self._language),
                        reasons=reason_words(self._language), **started)  # fmt: skip
            Standing(words=self._words(GLANCE), first=asdict(told.side), **shared)
            visits = page_link("/visits", self._language) if may(self._who, "/visits") else ""
            Foot(words=self._words(FOOT), first=asdict(told.counts), quietAtFirst=told.quiet,
                 visits=visits)  # fmt: skip
        Acts(
            words=self._words(ACTS), csrf=self._csrf, wall=told.wall, **shared, **self._procedure()
        )

    def _words(self, keys: tuple[str, ...]) -> dict[str, str]:
        return self._saying.templates(keys)

    def _may_reveal(self) -> bool:
        return may(self._who, "/api/cases/CASE/reveal", "POST")

    def _top(self, told: Told, started: dict[str, str]) -> None:
        speaker = self._live.speakers[self._language]
        with box("header", "top", self._saying.text("top")):
            text("h1", pick(speaker.office, self._language))
            Pulse(line=f"/page/{self._language}/live", first=told.pulse, lost=speaker.lost())
            links = [link for key, path in LINKS if (link := self._link(key, path))]
            Top(
                words=self._words(TOP), first=asdict(told.counts), csrf=self._csrf,
                other=self._other(), links=links, more=self._menu(),
                paperPath=page_link("/paper/cases/CASE", self._language), **started,
            )  # fmt: skip

    def _menu(self) -> list[dict[str, str]]:
        """The menu of all pages, without this one and those that have a link of their own."""
        own = {path for _, path in LINKS} | {"/"}
        found = menu(self._who, self._language, "/", asked=self._language == "en")
        return [{"word": m.word, "href": m.href} for m in found if m.path not in own]

    def _link(self, key: str, path: str) -> dict[str, str] | None:
        if not may(self._who, path):
            return None
        return {"word": self._saying.text(key), "href": page_link(path, self._language)}

    def _other(self) -> dict[str, str]:
        language = self._language
        other: Language = "en" if language == "zh" else "zh"
        return {
            "path": PATHS[other], "lang": other, "word": say("other_language", language),
            "hint": say("other_language_hint", language),
        }  # fmt: skip

    def _procedure(self) -> dict[str, object]:
        table = self._live.office.cases.procedure.table
        acts = {
            name: {"word": pick(rule, self._language), "needs": list(rule.needs)}
            for name, rule in table.acts.items()
        }
        verdicts = {name: pick(words, self._language) for name, words in table.verdicts.items()}
        return {"acts": acts, "verdicts": verdicts}
