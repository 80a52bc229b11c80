"""`/rights` for residents, `/requests` for the office: what people ask of their data."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, get_args

import orjson
from fastapi import APIRouter, HTTPException
from fastapi import Request as HttpRequest
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from console.accounts.names import Called
from console.accounts.principal import Principal
from console.around.asking import Asked, Format
from console.around.asking import Page as TablePage
from console.around.sheets import Sheet, row
from console.audit.chain import Signed
from console.office import Office
from console.posting import OwnForm, Posted
from console.privacy.asking import (
    CONSENTS,
    IDENTITIES,
    KINDS,
    OPEN,
    REFUSALS,
    Refusal,
    Request,
)
from console.privacy.copying import copy_of
from console.privacy.handling import handled
from console.privacy.rendering import Asking, Page, Pages
from console.privacy.requests import (
    FAULTS,
    Decision,
    Requests,
    Row,
    is_late,
    may_be_copied,
)
from console.register.office import RegisterOffice
from console.register.vault import NoKey
from schemas.events import explain
from schemas.sealing import SealError

FIELDS = ("kind", "estate", "text", "name", "contact", "number", "plate")
REFUSED = (*FAULTS, ValueError, NoKey)
JSON = "application/json"
HEADINGS = (
    "due_at", "request_kind", "state", "estate", "dwelling", "filed_at", "filed_by",
)  # fmt: skip


class RequestPages:
    """Draws what people asked, for themselves and for the office."""

    def __init__(self, office: Office, register: RegisterOffice) -> None:
        """Over one office."""
        self.office = office
        self.requests = Requests(register, office.cases.around)
        self.pages = Pages(office.settings, office.clock, office.cases.around.config)

    def signed(self, asking: Asking, why: str = "") -> Signed:
        """Who asks, why and when."""
        return Signed(asking.who.login, why, self.office.clock())

    def filed(self, asking: Asking, given: Posted, asker: str) -> str:
        """File what a form asks for, by somebody's login or at the desk; the request's name.

        Raises what `REFUSED` names.
        """
        asked = _asked(given)
        if not self.requests.covers(asking.who, asked.estate):
            raise ValueError(asking.t("not_your_estate"))
        return str(self.requests.file(asked, asker, self.signed(asking))["id"])

    def own(
        self, asking: Asking, given: Posted | None = None, wrong: str | None = None
    ) -> Response:
        """A resident's own requests, and the form of a new one."""
        rows = self.requests.of_asker(asking.who.login)
        return self._list(asking, "rights.html", rows, given, wrong)

    def listed(
        self, asking: Asking, given: Posted | None = None, wrong: str | None = None,
        *, everything: bool = False,
    ) -> Response:  # fmt: skip
        """The requests of the office's area, and the form of one that came by word or letter."""
        rows = self.requests.listed(asking.who, is_open=not everything)
        return self._list(asking, "requests.html", rows, given, wrong, everything)

    def file(self, asking: Asking, request: HttpRequest, *, everything: bool) -> Response:
        """The list as a table; that it was taken out is written down."""
        asked, t, called = Asked(self.office, request), asking.t, Called(self.office.engine)
        found = tuple(
            row(asked.tongue.time(one["due_at"]), t(f"kind_{one['kind']}"),
                t(f"request_{one['state']}"),
                self.pages.estate_name(asking.language, one["estate"]), one["dwelling"],
                asked.tongue.time(one["filed_at"]),
                called.person(one["login"] or one["filed_by"]))
            for one in self.requests.listed(asking.who, is_open=not everything)
        )  # fmt: skip
        sheet = Sheet(t("requests_title"), tuple(t(key) for key in HEADINGS), found)
        return asked.answer(TablePage("", sheet.title, [sheet]), "xlsx")

    def _list(  # noqa: PLR0913 - what a list is drawn from
        self, asking: Asking, template: str, rows: list[Row], given: Posted | None,
        wrong: str | None, everything: bool = False,
    ) -> Response:  # fmt: skip
        now, who = self.office.clock(), asking.who
        known = sorted(self.requests.office.known().estates)
        mine = [one for one in known if self.requests.covers(who, one)] or (
            [] if who.is_everywhere else sorted(who.areas)
        )
        return self.pages.draw(
            asking, template, 422 if wrong else 200, rows=rows, given=given or Posted(),
            wrong=wrong,
            late={row["id"] for row in rows if is_late(row, now)}, kinds=KINDS, consents=CONSENTS,
            called=Called(self.office.engine), home=_home(who, known), estates=mine,
            days=self.office.settings.request_days, everything=everything,
        )  # fmt: skip

    def answer(self, asking: Asking, name: str) -> Response:
        """A resident's own request, with the answer."""
        row = self.mine(asking, name)
        return self.pages.draw(
            asking, "right.html", row=row, is_open=row["state"] in OPEN,
            has_copy=may_be_copied(row, self.office.clock()),
        )  # fmt: skip

    def mine(self, asking: Asking, name: str) -> Row:
        """A request of whoever asks. Raises HTTPException."""
        with _found():
            return self.requests.mine(asking.who, name)

    def seen(self, asking: Asking, name: str) -> Row:
        """A request of somebody's area. Raises HTTPException."""
        with _found():
            return self.requests.seen(asking.who, name)

    def desk(self, asking: Asking, name: str, wrong: str | None = None) -> Response:
        """A request at the desk: what was written is clear data, so the look is kept."""
        row, now = self.seen(asking, name), self.office.clock()
        seen = handled(self.requests, row, Signed(asking.who.login, "handling", now))
        wrong = wrong or seen.fault
        return self.pages.draw(
            asking, "request.html", 422 if wrong else 200, row=row, clear=seen.clear, wrong=wrong,
            entries=seen.entries, identities=IDENTITIES, refusals=REFUSALS,
            is_late=is_late(row, now), has_copy=may_be_copied(row, now),
            chosen=orjson.loads(row["rows"]), called=Called(self.office.engine),
        )  # fmt: skip

    def copy(self, asking: Asking, row: Row, *, as_json: bool) -> Response:
        """What is held of whoever asked, to read or as JSON. Raises HTTPException."""
        if not may_be_copied(row, self.office.clock()):
            raise HTTPException(404, "there is no copy to fetch, or its time is over")
        alone = self.office.cases.procedure.table.police_only
        try:
            content = copy_of(self.requests, row, self.signed(asking), tuple(alone))
        except (NoKey, SealError) as fault:
            raise HTTPException(503, str(fault)) from fault
        if as_json:
            named = {"Content-Disposition": f'attachment; filename="copy-{row["id"]}.json"'}
            return Response(orjson.dumps(content), media_type=JSON, headers=named)
        return self.pages.draw(asking, "copy.html", row=row, copy=content)


def _home(who: Principal, estates: Iterable[str]) -> str:
    """The home that a resident most likely asks about: the one that the account names."""
    own = sorted(who.areas.difference(estates)) if who.role == "resident" else []
    return own[0] if own else ""


@contextmanager
def _found() -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise HTTPException(404, "there is no such request") from error


def request_pages(office: Office, register: RegisterOffice) -> APIRouter:
    """The routes of the pages."""
    router = APIRouter(include_in_schema=False)
    pages = RequestPages(office, register)
    _add_own(router, pages)
    _add_desk(router, pages)
    _add_steps(router, pages)
    return router


def _add_own(router: APIRouter, pages: RequestPages) -> None:
    @router.get("/rights")
    def own(asking: Page) -> Response:
        return pages.own(asking)

    @router.post("/rights")
    def ask(asking: Page, given: OwnForm) -> Response:
        try:
            name = pages.filed(asking, given, asking.who.login)
        except REFUSED as error:
            return pages.own(asking, given, _said(error))
        return RedirectResponse(asking.link(f"/rights/{name}"), 303)

    @router.get("/rights/{name}")
    def answer(name: str, asking: Page) -> Response:
        return pages.answer(asking, name)

    @router.post("/rights/{name}/withdraw")
    def withdraw(name: str, asking: Page, _given: OwnForm) -> Response:
        pages.mine(asking, name)
        try:
            pages.requests.withdraw(name, asking.who.login, pages.signed(asking))
        except FAULTS as error:
            return pages.own(asking, None, str(error))
        return RedirectResponse(asking.link(f"/rights/{name}"), 303)

    @router.get("/rights/{name}/copy")
    def copied(name: str, asking: Page) -> Response:
        return pages.copy(asking, pages.mine(asking, name), as_json=False)

    @router.get("/rights/{name}/copy.json")
    def copied_as_json(name: str, asking: Page) -> Response:
        return pages.copy(asking, pages.mine(asking, name), as_json=True)


def _add_desk(router: APIRouter, pages: RequestPages) -> None:
    @router.get("/requests")
    def listed(
        asking: Page, request: HttpRequest, everything: bool = False, format: Format = "html"
    ) -> Response:
        if format == "xlsx":
            return pages.file(asking, request, everything=everything)
        return pages.listed(asking, everything=everything)

    @router.post("/requests")
    def file(asking: Page, given: OwnForm) -> Response:
        try:
            name = pages.filed(asking, given, "")
        except REFUSED as error:
            return pages.listed(asking, given, _said(error))
        return RedirectResponse(asking.link(f"/requests/{name}"), 303)

    @router.get("/requests/{name}")
    def desk(name: str, asking: Page) -> Response:
        return pages.desk(asking, name)

    @router.get("/requests/{name}/copy")
    def copied(name: str, asking: Page) -> Response:
        return pages.copy(asking, pages.seen(asking, name), as_json=False)

    @router.get("/requests/{name}/copy.json")
    def copied_as_json(name: str, asking: Page) -> Response:
        return pages.copy(asking, pages.seen(asking, name), as_json=True)


def _add_steps(router: APIRouter, pages: RequestPages) -> None:
    requests = pages.requests

    @router.post("/requests/{name}/take")
    def take(name: str, asking: Page, given: OwnForm) -> Response:
        pages.seen(asking, name)
        identity = given.get("identity")
        if identity not in IDENTITIES:
            return pages.desk(asking, name, asking.t("needs_identity"))
        try:
            requests.take(name, identity, pages.signed(asking))
        except FAULTS as error:
            return pages.desk(asking, name, str(error))
        return RedirectResponse(asking.link(f"/requests/{name}"), 303)

    @router.post("/requests/{name}/grant")
    def grant(name: str, asking: Page, given: OwnForm) -> Response:
        pages.seen(asking, name)
        decision = Decision(given.get("answer")[:2000], given.all("entries"))
        try:
            requests.grant(name, decision, pages.signed(asking))
        except REFUSED as error:
            return pages.desk(asking, name, str(error))
        return RedirectResponse(asking.link(f"/requests/{name}"), 303)

    @router.post("/requests/{name}/refuse")
    def refuse(name: str, asking: Page, given: OwnForm) -> Response:
        pages.seen(asking, name)
        decision = Decision(given.get("answer")[:2000], reason=reason_of(given.get("reason")))
        try:
            requests.refuse(name, decision, pages.signed(asking))
        except FAULTS as error:
            return pages.desk(asking, name, str(error))
        return RedirectResponse(asking.link(f"/requests/{name}"), 303)


def reason_of(text: str) -> Refusal | None:
    """A reason of the list; None for another word."""
    known: tuple[Refusal, ...] = get_args(Refusal)
    return next((reason for reason in known if reason == text), None)


def _asked(given: Posted) -> Request:
    """What a form asks. Raises ValueError."""
    told: Mapping[str, Any] = {name: given.get(name) for name in FIELDS}
    is_withdrawal = given.get("kind") == "withdrawal"
    consent = given.get("consent") or None
    home = given.get("dwelling") or None
    return Request(**told, dwelling=home, consent=consent if is_withdrawal else None)


def _said(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return explain(error).replace("Value error, ", "")
    return str(error)
