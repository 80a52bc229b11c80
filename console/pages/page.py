"""The first page: alerts on the left, the chosen one in the middle, devices on the right."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from nicegui import ui

from console.feed import highest
from console.incidents import Incident, incident_of, joined
from console.pages.detail import Detail
from console.pages.live import Live
from console.pages.panels import draw_reasons, draw_side
from console.pages.parts import FeedList, Levels, Pulse, Redrawn, Table, box, text
from console.pages.summary import Foot, Side, Told
from console.pages.tables import Tables
from console.words import Language, delivery_word, pick, say, template
from schemas.alerts import Alert, Delivery

STYLE = Path(__file__).parent / "office.css"
PATHS: dict[Language, str] = {"zh": "/", "en": "/en"}
CHOICES: tuple[Delivery, ...] = ("push", "list")
FEED_WORDS = ("feed", "delivery", "no_match", "age_now", "age_min", "age_h", "age_d")

KIND_CLICKED = """(event) => {
  const row = event.target.closest("[data-kind]");
  if (row) emit(row.dataset.kind);
}"""


def add_pages(live: Live) -> None:
    """Adds the page in both languages."""

    @ui.page(PATHS["zh"], language="zh-CN")
    async def zh(alert: str = "") -> None:
        await OfficePage(live, "zh").build(alert)

    @ui.page(PATHS["en"], language="en-US")
    async def en(alert: str = "") -> None:
        await OfficePage(live, "en").build(alert)


class OfficePage:
    """One open page."""

    def __init__(self, live: Live, language: Language) -> None:
        """Shows what `live` carries."""
        self._live = live
        self._office = live.office
        self._language: Language = language
        self._speaker = live.channels[language].speaker
        self._chosen: Incident | None = None

    def _say(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)

    async def build(self, chosen: str) -> None:
        """Draws the page and begins to listen."""
        told = (await self._live.told())[self._language]
        ordered = self._office.feed.ordered()
        self._chosen = await self._find(chosen) or (ordered[0] if ordered else None)
        ui.add_css(STYLE)
        with box("div", "office"):
            self._build_top(told)
            self._feed = FeedList(self._feed_props(told))
            self._feed.on("choose", lambda event: self._choose(event.args))
            self._detail = Redrawn(box("main", "detail", self._say("evidence")), self._draw_detail)
            side = box("aside", "side", self._say("glance"))
            # The rows are drawn anew as numbers change; a click must not miss because of that.
            side.on("click", lambda event: self._open_table(event.args), js_handler=KIND_CLICKED)
            self._side = Redrawn[Side](side, partial(draw_side, self._speaker))
            self._build_foot()
        self._dialog = ui.dialog()
        self._detail.show(self._chosen)
        self._show(told)
        # From here on nothing waits, so no change falls between what is drawn and what is heard.
        self._live.changed.subscribe(self._on_changed)
        self._live.stands.subscribe(self._on_stands)

    async def _find(self, name: str) -> Incident | None:
        """The incident of that id, or of the alert of that id."""
        if not name:
            return None
        feed = self._office.feed
        if (kept := feed.incident(name)) is not None:
            return kept
        alert = feed.get(name) or await asyncio.to_thread(self._office.lookup.alert, name)
        if alert is None:
            return None
        whole = incident_of(alert)
        return feed.incident(whole) or joined(whole, [alert])

    def _build_top(self, told: Told) -> None:
        with box("header", "top"):
            text("h1", pick(self._speaker.office, self._language))
            self._estates = text("span", "", "estates")
            Pulse(f"/page/{self._language}/live", told.pulse, self._speaker.lost())
            Levels([asdict(level) for level in told.levels])
            search = ui.input(placeholder=self._say("search")).classes("search")
            search.props("dense outlined clearable type=search")
            search.props["aria-label"] = self._say("search")
            search.on_value_change(lambda event: self._feed.run_method("search", event.value))
            self._other = text("a", self._say("other_language"), "other-language")
            self._other.props.update(
                href=self._other_page(), title=self._say("other_language_hint"),
                lang="en" if self._language == "zh" else "zh",
            )  # fmt: skip

    def _build_foot(self) -> None:
        with box("footer", "foot"):
            self._today = text("b", "")
            self._by_rule = text("span", "", "by-rule")
            self._reasons = Redrawn[Foot](box("div"), draw_reasons, key=lambda foot: foot.reasons)

    def _feed_props(self, told: Told) -> dict[str, object]:
        choices = [{"value": "all", "word": self._say("all")}]
        choices += [{"value": c, "word": delivery_word(c, self._language)} for c in CHOICES]
        return {
            "words": {key: template(key, self._language) for key in FEED_WORDS},
            "deliveries": choices,
            "quiet": told.quiet,
            "start": self._chosen.id if self._chosen else "",
            "at": told.now,
        }

    def _draw_detail(self, chosen: Incident | None) -> None:
        if chosen is None:
            text("p", self._say("choose"), "nothing")
        else:
            Detail(chosen, self._office.views, self._language, self._speaker.zone).draw()

    def _open_table(self, kind: str) -> None:
        views = self._office.views
        devices = sorted(views.devices.values(), key=lambda one: (one.estate, one.device))
        tables = Tables(self._speaker, views.place_name)
        table = tables.write(kind, self._office.glance(), devices)
        self._dialog.clear()
        with self._dialog, box("div", "sheet", table.title):
            close = text("button", self._say("close"), "close")
            close.props["type"] = "button"
            close.on("click", self._dialog.close)
            words = {"narrow": self._say("narrow"), "empty": self._say("empty")}
            Table(asdict(table), words)
        self._dialog.open()

    def _on_changed(self, alerts: Sequence[Alert]) -> None:
        chosen = self._chosen
        if chosen is None or chosen.id not in map(incident_of, alerts):
            return
        standing = self._office.feed.incident(chosen.id)
        if standing is None:
            told = [alert for alert in alerts if incident_of(alert) == chosen.id]
            standing = joined(chosen.id, highest([*told, *chosen.alerts]))
        self._chosen = standing
        self._detail.show(standing)

    def _on_stands(self, by_language: dict[Language, Told]) -> None:
        self._show(by_language[self._language])

    def _show(self, told: Told) -> None:
        self._estates.set_text(told.estates)
        self._side.show(told.side)
        self._today.set_text(told.foot.today)
        self._by_rule.set_text(" · ".join(told.foot.by_rule))
        self._reasons.show(told.foot)

    async def _choose(self, name: str) -> None:
        self._chosen = await self._find(name)
        self._detail.show(self._chosen)
        self._other.props["href"] = self._other_page()

    def _other_page(self) -> str:
        path = PATHS["en" if self._language == "zh" else "zh"]
        return f"{path}?alert={self._chosen.id}" if self._chosen else path
