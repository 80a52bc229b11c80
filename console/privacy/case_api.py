"""`/api/cases/NAME/reveal` and `/export`: a case in clear, and a case taken out of the house.

Plain functions: FastAPI runs them in threads, away from the stream of alerts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import get_args

from fastapi import APIRouter, HTTPException
from sqlalchemy import Connection
from starlette.responses import Response

from console.accounts.principal import Principal
from console.audit.chain import Signed
from console.database import writing
from console.lifecycle.facts import Case
from console.office import Office
from console.privacy.export import Exporter
from console.privacy.looks import REASONS, WHY_MIN, Field, Reason, is_said
from console.privacy.reveal import Asked, NotYours, Revealed, revealing_of
from console.register.reveal import NoReason, TooOften
from console.register.vault import NoKey
from console.rest.plumbing import REFUSED, Responses, Who
from schemas.base import Model
from schemas.sealing import Keys

STATUS: dict[type[Exception], int] = {NotYours: 403, NoReason: 422, TooOften: 429, NoKey: 503}
OURS = (NotYours, NoReason, TooOften, NoKey)
ZIP = "application/zip"
LOOKING: Responses = {**REFUSED, 429: {"description": "as many looks as an hour allows"}}
TAKEN_OUT: Responses = {**LOOKING, 200: {"content": {ZIP: {}}, "description": "the case"}}


class ValueAnswer(Model):
    """One value in clear: what it is, where it was read, in which alert."""

    field: Field
    text: str
    estate: str
    alert: str


class RevealAnswer(Model):
    """What whoever asks sees of a case in clear.

    `more` may be asked for with one of `reasons`; `left` such looks are left in this hour. `sealed`
    counts values that no key here opens, `fault` says why nothing could be opened.
    """

    values: list[ValueAnswer]
    more: list[Field]
    reasons: list[Reason]
    left: int
    sealed: int
    fault: str | None
    is_own: bool

    @classmethod
    def of(cls, found: Revealed) -> "RevealAnswer":
        """From what was found."""
        return cls(
            values=[ValueAnswer(**asdict(value)) for value in found.values],
            more=[name for name in get_args(Field) if name in found.more], reasons=list(REASONS),
            left=found.left, sealed=found.sealed, fault=found.fault, is_own=found.is_own,
        )  # fmt: skip


class ExportAsked(Asked):
    """Why a case is taken out; `clear`: with its clear values, which is a look at them as well."""

    clear: bool = False


@contextmanager
def answered() -> Iterator[None]:
    """What is refused as what the API answers."""
    try:
        yield
    except OURS as error:
        raise HTTPException(STATUS[type(error)], str(error)) from error


def case_router(office: Office) -> APIRouter:
    """The routes of an office's cases."""
    router = APIRouter(tags=["privacy"])
    _add_reveal(router, office)
    _add_export(router, office)
    return router


def seen_case(office: Office, tx: Connection, who: Principal, name: str) -> Case:
    """A case in sight. Raises HTTPException."""
    case = office.cases.reader(tx, who).case(name)
    if case is None:
        raise HTTPException(404, f"no case {name!r}")
    return case


def _add_reveal(router: APIRouter, office: Office) -> None:
    revealing = revealing_of(office)

    @router.get("/api/cases/{name}/reveal", responses={404: REFUSED[404]})
    def at_once(name: str, who: Who) -> RevealAnswer:
        """What an officer sees of their own open case; nothing of any other. The look is kept."""
        with writing(office.engine) as tx:
            case = seen_case(office, tx, who, name)
            return RevealAnswer.of(revealing.revealed(tx, who, case, office.clock()))

    @router.post("/api/cases/{name}/reveal", responses=LOOKING)
    def for_a_reason(name: str, asked: Asked, who: Who) -> RevealAnswer:
        """All that one may see of a case, for a reason that is written down first."""
        with answered(), writing(office.engine) as tx:
            case = seen_case(office, tx, who, name)
            return RevealAnswer.of(revealing.asked(tx, who, case, asked, office.clock()))


def _add_export(router: APIRouter, office: Office) -> None:
    @router.post("/api/cases/{name}/export", response_class=Response, responses=TAKEN_OUT)
    def export(name: str, asked: ExportAsked, who: Who) -> Response:
        """A case as a signed ZIP that a third party can check; who took it and why is kept."""
        with answered():
            return taken_out(office, who, name, asked)


def taken_out(office: Office, who: Principal, name: str, asked: ExportAsked) -> Response:
    """The ZIP of a case; that it is taken out is written down first.

    Raises HTTPException where no such case is in sight, and what `OURS` names.
    """
    at, revealing = office.clock(), revealing_of(office)
    with writing(office.engine) as tx:
        if not is_said(asked.why):
            raise NoReason(f"say why in {WHY_MIN} letters or more; it is written down")
        case = seen_case(office, tx, who, name)
        clear = None
        if asked.clear:
            why = Asked(reason=asked.reason, why=asked.why)
            clear = revealing.asked(tx, who, case, why, at).values
        signed = Signed(who.login, f"{asked.reason}: {asked.why.strip()}", at)
        content = exporter_of(office, revealing.vault.keys()).export(tx, case, signed, clear)
    named = f'attachment; filename="case-{_safe(name)}.zip"'
    return Response(content, media_type=ZIP, headers={"Content-Disposition": named})


def exporter_of(office: Office, keys: Keys) -> Exporter:
    """What exports an office's cases."""
    settings = office.settings
    return Exporter(office.cases.procedure, keys, settings.picture_folder, settings.office_zh)


def _safe(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum() or letter in "-_")[:80]
