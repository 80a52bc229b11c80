"""What all routes share: who asks, what they have already, and refusals."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Request
from pydantic import BaseModel
from sqlalchemy.exc import DataError, OperationalError
from starlette.responses import JSONResponse, Response

from console.accounts.book import AccountFault, Conflict
from console.accounts.entrance import Locked
from console.accounts.principal import Principal
from console.cases.acting import Refused
from console.cases.intake import ReportFault
from console.cases.once import KeyReused
from console.cases.rows import Raced
from console.guard import TooLarge, principal_of
from console.lifecycle.refusal import Refusal
from console.notify.people import PeopleFault
from console.refused import as_asked
from console.register.vault import NoKey

STATUS_OF_REFUSAL = {"role": 403, "not_yours": 403, "police_only": 403, "not_reporter": 403}
PLAIN: dict[type[Exception], int] = {
    Conflict: 409, AccountFault: 422, PeopleFault: 422, ReportFault: 422, KeyReused: 422,
    NoKey: 503, Locked: 429,
}  # fmt: skip
Responses = dict[int | str, dict[str, Any]]


class Invalid(BaseModel):
    """One value that does not fit: where it stands in what was sent, and why."""

    loc: list[str | int]
    msg: str
    type: str


class Problem(BaseModel):
    """Why nothing came of it: one line, the reason of an act, or the values that do not fit."""

    detail: str | Refusal | list[Invalid]


def _problem(description: str) -> dict[str, Any]:
    return {"model": Problem, "description": description}


REFUSED: Responses = {
    403: _problem("not for whoever asks"),
    404: _problem("not there, or not in sight"),
    409: _problem("not possible now: the reason, and the version it has"),
    422: _problem("something is missing or wrong"),
}
ANYWHERE: Responses = {
    401: _problem("nobody was let in"),
    403: REFUSED[403],
    404: REFUSED[404],
    409: REFUSED[409],
    413: _problem("larger than this takes"),
    422: REFUSED[422],
    429: _problem("too often; `Retry-After` says how long to wait"),
    503: _problem("the database is busy, or a key is missing"),
}
"""What any route may answer."""


def _who(request: Request) -> Principal:
    return principal_of(request.scope)


Who = Annotated[Principal, Depends(_who)]


@dataclass(frozen=True, slots=True)
class IfChanged:
    """What an asker has already. Phones ask again and again, and mostly nothing has changed."""

    has: str | None

    def is_same(self, tag: str) -> bool:
        """Whether they have this."""
        return self.has == tag

    @staticmethod
    def headers(tag: str) -> dict[str, str]:
        """What goes with an answer that may be asked for again."""
        return {"ETag": tag, "Cache-Control": "private, no-cache"}

    def answer(self, told: BaseModel, tag: str) -> Response:
        """An answer with its tag."""
        body = told.model_dump_json()
        return Response(body, media_type="application/json", headers=self.headers(tag))


def _tagged(
    if_none_match: Annotated[
        str | None, Header(max_length=80, description="the `ETag` of the answer you have")
    ] = None,
) -> IfChanged:
    return IfChanged(if_none_match)


Tagged = Annotated[IfChanged, Depends(_tagged)]
SAME: Responses = {304: {"description": "nothing has changed since the answer of that `ETag`"}}


def add_refusals(app: FastAPI) -> None:
    """What goes wrong inside as what the API answers."""

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        said = error.refusal
        needs = 422 if said.code.startswith(("needs_", "until_", "no_party")) else 409
        status = STATUS_OF_REFUSAL.get(said.code, needs)
        return JSONResponse({"detail": said.model_dump()}, status)

    async def raced(_: Request, _error: Exception) -> Response:
        return JSONResponse({"detail": "somebody was faster; look at it again"}, 409)

    async def plain(_: Request, error: Exception) -> Response:
        status = next(code for kind, code in PLAIN.items() if isinstance(error, kind))
        return JSONResponse({"detail": str(error)}, status)

    async def busy(_: Request, _error: Exception) -> Response:
        return JSONResponse({"detail": "the database is busy; try again"}, 503)

    async def unkeepable(_: Request, _error: Exception) -> Response:
        return JSONResponse({"detail": "a text holds what no database keeps: mend it"}, 422)

    async def too_large(request: Request, error: Exception) -> Response:
        return as_asked(request.scope, 413, str(getattr(error, "detail", error)))

    app.exception_handler(TooLarge)(too_large)
    app.exception_handler(DataError)(unkeepable)
    app.exception_handler(Refused)(refused)
    app.exception_handler(Raced)(raced)
    app.exception_handler(OperationalError)(busy)
    for kind in PLAIN:
        app.exception_handler(kind)(plain)
