"""`/api/rights` for residents, `/api/requests` for the office: what people ask of their data.

What the pages of the same names do, for programs: the same steps, bounds and entries in the audit
log. Plain functions: FastAPI runs them in threads, away from the stream of alerts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import Connection
from starlette.responses import Response

from console.accounts.principal import Principal
from console.audit.chain import Signed
from console.office import Office
from console.privacy.asking import NotPossible, Request
from console.privacy.copying import copy_of
from console.privacy.handling import handled
from console.privacy.request_answers import (
    Candidate,
    CopyAnswer,
    Granting,
    OwnRequest,
    Refusing,
    RequestAnswer,
    RequestDetail,
    Taking,
)
from console.privacy.requests import Decision, Requests, Row, may_be_copied, place_of
from console.register.office import RegisterOffice
from console.register.planning import Conflict
from console.register.vault import NoKey
from console.rest.paging import Page, Paged
from console.rest.plumbing import REFUSED, Responses, Who
from console.rest.repeating import GUARDED, GUARDED_MADE, Repeatable
from schemas.base import Model
from schemas.sealing import SealError

STATUS: dict[type[Exception], int] = {
    NotPossible: 409, Conflict: 409, NoKey: 503, SealError: 503, ValueError: 422,
}  # fmt: skip
OURS = tuple(STATUS)
GONE: Responses = {404: REFUSED[404]}
FORBIDDEN = "estate: this is not your area"


@contextmanager
def answered(name: str = "") -> Iterator[None]:
    """What cannot be done as what the API answers."""
    try:
        yield
    except KeyError as error:
        raise HTTPException(404, f"no request {name!r}") from error
    except OURS as error:
        status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
        raise HTTPException(status, str(error)) from error


class RequestDesk:
    """What the routes of both sides do."""

    def __init__(self, office: Office, register: RegisterOffice) -> None:
        """Over one office."""
        self.office = office
        self.requests = Requests(register, office.cases.around)

    def signed(self, who: Principal) -> Signed:
        """Who asks, and when."""
        return Signed(who.login, "", self.office.clock())

    def filed(self, who: Principal, asked: Request, asker: str) -> Row:
        """A request of somebody's area, filed for an account or at the desk."""
        if not self.requests.covers(who, asked.estate):
            raise HTTPException(403, FORBIDDEN)
        with answered():
            return self.requests.file(asked, asker, self.signed(who))

    def mine(self, who: Principal, name: str) -> Row:
        """A request of whoever asks. Raises HTTPException."""
        with answered(name):
            return self.requests.mine(who, name)

    def seen(self, who: Principal, name: str) -> Row:
        """A request of somebody's area. Raises HTTPException."""
        with answered(name):
            return self.requests.seen(who, name)

    def detail(self, who: Principal, name: str) -> RequestDetail:
        """A request with what was written in it: that is clear data, so the look is kept."""
        row, at = self.seen(who, name), self.office.clock()
        seen = handled(self.requests, row, Signed(who.login, "handling", at))
        candidates = [Candidate(entry=entry, told=told) for entry, told in seen.entries]
        told = RequestAnswer.of(row, at).model_dump()
        return RequestDetail(**told, clear=seen.clear, candidates=candidates, fault=seen.fault)

    def copy(self, who: Principal, row: Row) -> CopyAnswer:
        """What is held of whoever asked; that it was fetched is kept. Raises HTTPException."""
        if not may_be_copied(row, self.office.clock()):
            raise HTTPException(404, "there is no copy to fetch, or its time is over")
        alone = tuple(self.office.cases.procedure.table.police_only)
        with answered():
            return CopyAnswer(**copy_of(self.requests, row, self.signed(who), alone))


def request_router(office: Office, register: RegisterOffice) -> APIRouter:
    """The routes of both sides."""
    router = APIRouter(tags=["privacy"])
    desk = RequestDesk(office, register)
    _add_own(router, desk)
    _add_desk(router, desk)
    _add_steps(router, desk)
    return router


def _add_own(router: APIRouter, desk: RequestDesk) -> None:
    office, requests = desk.office, desk.requests

    @router.get("/api/rights")
    def own(who: Who, part: Paged) -> Page[OwnRequest]:
        """What one has asked, newest first."""
        rows, at = requests.of_asker(who.login), office.clock()
        found = part.of(rows, lambda row: (-row["filed_at"], row["id"]), int, str)
        return found.shown(lambda row: OwnRequest.of(row, at))

    @router.post("/api/rights", status_code=201, response_model=OwnRequest, responses=REFUSED)
    def ask(asked: Request, who: Who, once: Repeatable) -> Response:
        """Ask for a copy, a correction, a deletion, or that a consent ends."""

        def work(_: Connection) -> OwnRequest:
            return OwnRequest.of(desk.filed(who, asked, who.login), office.clock())

        return once.answer(office, asked, work, GUARDED_MADE)

    @router.get("/api/rights/{name}", responses=GONE)
    def answer(name: str, who: Who) -> OwnRequest:
        """One of one's requests, with its answer."""
        return OwnRequest.of(desk.mine(who, name), office.clock())

    @router.post("/api/rights/{name}/withdraw", response_model=OwnRequest, responses=REFUSED)
    def withdraw(name: str, who: Who, once: Repeatable) -> Response:
        """Take a request back, as long as it is open."""

        def work(_: Connection) -> OwnRequest:
            with answered(name):
                row = requests.withdraw(name, who.login, desk.signed(who))
            return OwnRequest.of(row, office.clock())

        return once.answer(office, None, work)

    @router.get("/api/rights/{name}/copy", responses=GONE)
    def copied(name: str, who: Who) -> CopyAnswer:
        """The copy that was asked for, for 30 days. That it was fetched is kept."""
        return desk.copy(who, desk.mine(who, name))


def _add_desk(router: APIRouter, desk: RequestDesk) -> None:
    office, requests = desk.office, desk.requests

    @router.get("/api/requests")
    def listed(
        who: Who, part: Paged, is_open: Annotated[bool, Query(alias="open")] = True
    ) -> Page[RequestAnswer]:
        """The requests of one's area: the open ones by when they are due, else all by age."""
        at = office.clock()
        found = part.seen(
            lambda last, limit: requests.some(limit, last, is_open=is_open),
            lambda row: place_of(row, is_open=is_open),
            lambda row: requests.covers(who, row["estate"]), int, str,
        )  # fmt: skip
        return found.shown(lambda row: RequestAnswer.of(row, at))

    @router.post("/api/requests", status_code=201, response_model=RequestAnswer, responses=REFUSED)
    def file(asked: Request, who: Who, once: Repeatable) -> Response:
        """Enter a request that came by word or letter; the time to answer begins now."""

        def work(_: Connection) -> RequestAnswer:
            return RequestAnswer.of(desk.filed(who, asked, ""), office.clock())

        return once.answer(office, asked, work, GUARDED_MADE)

    @router.get("/api/requests/{name}", responses=GONE)
    def request(name: str, who: Who) -> RequestDetail:
        """One request with what the asker wrote. The look is kept."""
        return desk.detail(who, name)

    @router.get("/api/requests/{name}/copy", responses=GONE)
    def copied(name: str, who: Who) -> CopyAnswer:
        """The copy, for whoever asked by word or letter. That it was fetched is kept."""
        return desk.copy(who, desk.seen(who, name))


def _add_steps(router: APIRouter, desk: RequestDesk) -> None:
    office, requests = desk.office, desk.requests

    @router.post("/api/requests/{name}/take", response_model=RequestAnswer, responses=REFUSED)
    def take(name: str, asked: Taking, who: Who, once: Repeatable) -> Response:
        """Take a request up, once it is known who asks."""
        return _step(name, asked, who, once)

    @router.post("/api/requests/{name}/grant", response_model=RequestAnswer, responses=REFUSED)
    def grant(name: str, asked: Granting, who: Who, once: Repeatable) -> Response:
        """Do what was asked. Entries to be deleted, and withdrawn consents, go at once."""
        return _step(name, asked, who, once)

    @router.post("/api/requests/{name}/refuse", response_model=RequestAnswer, responses=REFUSED)
    def refuse(name: str, asked: Refusing, who: Who, once: Repeatable) -> Response:
        """Refuse it, for a reason of the list and in words."""
        return _step(name, asked, who, once)

    def _step(name: str, asked: Model, who: Principal, once: Repeatable) -> Response:
        def work(_: Connection) -> RequestAnswer:
            desk.seen(who, name)
            with answered(name):
                row = _moved(requests, name, asked, desk.signed(who))
            return RequestAnswer.of(row, office.clock())

        return once.answer(office, asked, work, GUARDED)


def _moved(requests: Requests, name: str, asked: Model, signed: Signed) -> Row:
    """The request after a step. Raises KeyError, and what `STATUS` names."""
    if isinstance(asked, Taking):
        return requests.take(name, asked.identity, signed)
    if isinstance(asked, Refusing):
        return requests.refuse(name, Decision(asked.answer, reason=asked.reason), signed)
    assert isinstance(asked, Granting)
    return requests.grant(name, Decision(asked.answer, asked.entries), signed)
