"""`/watch`: the entries, a proposal, its approval by a second person, its end. Plain HTML."""

from dataclasses import asdict
from functools import partial
from typing import Any, get_args

import structlog
from fastapi import APIRouter, HTTPException, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from console.accounts.names import Called
from console.around.asking import Asked, Format
from console.around.asking import Page as TablePage
from console.audit.chain import Signed
from console.office import Office
from console.posting import OwnForm, Posted
from console.privacy.rendering import Asking, Page, Pages
from console.register.api import OURS
from console.register.kinds import Row
from console.register.office import RegisterOffice
from console.wall_clock import day_ends, day_from
from console.watch.api import WatchAnswer, check_estate, watch_answer
from console.watch.bearers import names_to_choose
from console.watch.desk import WatchWanted
from console.watch.entries import DAYS_MAX, WatchProposal, clear_value, is_same_person
from console.watch.sheet import Saying, sheet_of
from console.watch.sight import WatchSight
from schemas.base import MS_PER_S
from schemas.event_data import WatchBasis
from schemas.events import explain

MOST = 1000
BASES: tuple[str, ...] = get_args(WatchBasis)
LOOKS_FOR = ("plate", "credential", "face")
SEVERITIES = ("orange", "red")
REFUSED = (ValueError, *OURS)
log = structlog.get_logger("console.watch")


class WatchPages:
    """Draws what the desk of watch entries has."""

    def __init__(self, whole: Office, office: RegisterOffice) -> None:
        """Over one office and its register."""
        self.whole, self.office = whole, office
        self.pages = Pages(
            office.settings, office.clock, lambda estate: office.around().config(estate)
        )

    def sight(self, asking: Asking) -> WatchSight:
        """What whoever asks sees of the entries."""
        return WatchSight(asking.who, self.office.around())

    def row(self, asking: Asking, name: str) -> Row:
        """An entry in sight. Raises HTTPException."""
        try:
            return self.office.watch.entry(name, self.sight(asking).conditions())
        except KeyError as error:
            raise HTTPException(404, "there is no such entry") from error

    def signed(self, asking: Asking, why: str) -> Signed:
        """Who does something, why and when. Raises ValueError without a reason."""
        if not why:
            raise ValueError(asking.t("needs_why"))
        return Signed(asking.who.login, why, self.office.clock())

    def _entries(self, asking: Asking, *, everything: bool) -> list[WatchAnswer]:
        """Those that stand or all of them, the newest first."""
        now = self.office.clock()
        bounds = self.sight(asking).conditions()
        wanted = WatchWanted(standing_at=None if everything else now, bounds=bounds)
        rows = self.office.watch.listed(wanted, MOST)
        return sorted((watch_answer(row, now) for row in rows), key=_newest)

    def listed(self, asking: Asking, *, everything: bool) -> Response:
        """The entries as a page."""
        found = self._entries(asking, everything=everything)
        return self.pages.draw(
            asking, "watch.html", called=Called(self.office.engine), entries=found,
            everything=everything,
        )  # fmt: skip

    def file(self, asking: Asking, request: Request, *, everything: bool) -> Response:
        """The same as a table; that it was taken out is written down."""
        asked = Asked(self.whole, request)
        said = Saying(
            Called(self.office.engine), partial(self.pages.estate_name, asking.language),
            asked.tongue.time,
        )  # fmt: skip
        sheet = sheet_of(self._entries(asking, everything=everything), asking, said)
        return asked.answer(TablePage("", sheet.title, [sheet]), "xlsx")

    def new(self, asking: Asking, given: Posted, wrong: str | None = None) -> Response:
        """The form of a proposal, with what was typed."""
        with self.office.engine.connect() as connection:
            names = names_to_choose(connection)
        sight = self.sight(asking)
        known = sight.estates(tuple(sorted(self.office.known().estates)))
        return self.pages.draw(
            asking, "watch-new.html", 422 if wrong else 200, given=given, wrong=wrong,
            names=names, bases=BASES, kinds=LOOKS_FOR, severities=SEVERITIES, estates=known,
            called=Called(self.office.engine), days_max=DAYS_MAX, is_whole=sight.is_whole,
        )  # fmt: skip

    def entry(
        self, asking: Asking, name: str, wrong: str | None = None, clear: str | None = None
    ) -> Response:
        """One entry with its history, and what may be done to it. Raises HTTPException."""
        row = self.row(asking, name)
        told, history = (
            watch_answer(row, self.office.clock()),
            self.office.watch.history(name),
        )
        first = history[0].who if history else ""
        login = asking.who.login
        is_mine = is_same_person(login, first) or is_same_person(login, told.owner)
        return self.pages.draw(
            asking, "watch-entry.html", 422 if wrong else 200, entry=told, clear=clear,
            history=[asdict(one) for one in history], wrong=wrong, is_mine=is_mine,
            called=Called(self.office.engine),
        )  # fmt: skip


def _newest(entry: WatchAnswer) -> tuple[bool, int]:
    return entry.state != "proposed", -entry.valid_from


def watch_pages(whole: Office, office: RegisterOffice) -> APIRouter:
    """The routes of the pages."""
    router = APIRouter(include_in_schema=False)
    pages = WatchPages(whole, office)
    _add_looking(router, pages)
    _add_acting(router, pages)
    return router


def _add_looking(router: APIRouter, pages: WatchPages) -> None:
    @router.get("/watch")
    def listed(
        asking: Page, request: Request, everything: bool = False, format: Format = "html"
    ) -> Response:
        if format == "xlsx":
            return pages.file(asking, request, everything=everything)
        return pages.listed(asking, everything=everything)

    @router.get("/watch/new")
    def new(asking: Page) -> Response:
        return pages.new(asking, Posted())

    @router.get("/watch/{name}")
    def entry(name: str, asking: Page) -> Response:
        return pages.entry(asking, name)

    @router.post("/watch/{name}/reveal")
    def reveal(name: str, asking: Page, given: OwnForm) -> Response:
        office, row = pages.office, pages.row(asking, name)
        try:
            keys, signed = office.vault.keys(), pages.signed(asking, given.get("why"))
            shown = office.reveals.show(
                f"watch/{name}", signed, lambda: {"value": clear_value(row, keys)}
            )
        except REFUSED as error:
            return pages.entry(asking, name, str(error))
        return pages.entry(asking, name, clear=shown["value"])


def _add_acting(router: APIRouter, pages: WatchPages) -> None:
    desk = pages.office.watch

    @router.post("/watch")
    def propose(asking: Page, given: OwnForm) -> Response:
        try:
            signed = pages.signed(asking, given.get("why"))
            told = WatchProposal(**_proposal(given, asking.who.login, pages))
            pages.sight(asking).check(told.estate)
            check_estate(pages.office, told.estate)
            row = desk.propose(told, signed)
        except ValidationError as error:
            return pages.new(asking, given, explain(error).replace("Value error, ", ""))
        except REFUSED as error:
            return pages.new(asking, given, str(error))
        return RedirectResponse(asking.link(f"/watch/{row['id']}"), 303)

    @router.post("/watch/{name}/approve")
    def approve(name: str, asking: Page, given: OwnForm) -> Response:
        return _done(name, asking, given, approving=True)

    @router.post("/watch/{name}/end")
    def end(name: str, asking: Page, given: OwnForm) -> Response:
        return _done(name, asking, given, approving=False)

    def _done(name: str, asking: Asking, given: Posted, *, approving: bool) -> Response:
        pages.row(asking, name)
        try:
            signed = pages.signed(asking, given.get("why"))
            if approving:
                desk.approve(name, asking.who.login, signed, _version(given))
            else:
                desk.end(name, signed, _version(given))
        except REFUSED as error:
            return pages.entry(asking, name, str(error))
        return RedirectResponse(asking.link(f"/watch/{name}"), 303)


def _version(given: Posted) -> int | None:
    text = given.get("version")
    return int(text) if text.isascii() and text.isdigit() else None


def _proposal(given: Posted, login: str, pages: WatchPages) -> dict[str, Any]:
    """What a form proposes; its owner is whoever fills it in. Raises ValueError."""
    plain = {name: given.get(name) for name in ("looks_for", "value", "case_number", "basis")}
    return plain | {
        "estate": given.get("estate") or None, "severity": given.get("severity") or "orange",
        "owner": login, "roles": given.all("roles"), "valid_to": _end_of(given.get("until"), pages),
    }  # fmt: skip


def _end_of(day: str, pages: WatchPages) -> int:
    """The end of a day on the office's clock; of the last day but one where it is today plus 30."""
    try:
        ends = day_ends(day_from(day), pages.office.settings.zone)
    except ValueError as error:
        raise ValueError("until: write a day like 2026-03-31") from error
    latest = pages.office.clock() + DAYS_MAX * 86_400 * MS_PER_S
    return min(ends, latest) if ends - latest < 86_400 * MS_PER_S else ends
