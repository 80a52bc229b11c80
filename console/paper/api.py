"""`/api/visits`: the homes to be visited, for programs; what a form says, they say as JSON."""

from fastapi import APIRouter, HTTPException, Request
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from console.around.asking import Asked
from console.around.sight import home_named
from console.audit.chain import Signed
from console.database import reading
from console.office import Office
from console.paper.visit_pages import may_settle
from console.paper.visiting import (
    PEOPLE_MAX,
    Found,
    Outcome,
    Reason,
    Result,
    State,
    VisitFault,
    Wanted,
)
from console.paper.visits import Conflict, NoKey, Visit, Visits, Which, listed, visit_of
from console.rest.paging import Page, Paged
from console.rest.plumbing import REFUSED
from console.rest.repeating import GUARDED, GUARDED_DONE, Repeatable
from schemas.base import Instant, Model, Words
from schemas.event_data import DwellingUse

WORDS_MAX = 2000


class VisitAnswer(Model):
    """A home to be visited, and what a visit found. `register` says what became of that."""

    id: str
    version: int
    estate: str
    dwelling: str
    place: str
    name: Words
    reason: Reason
    why: str
    put_by: str
    put_at: Instant
    state: State
    ended_at: Instant | None
    visited_at: Instant | None
    visited_by: str
    found: Found | None
    people: int | None
    words: str
    use: DwellingUse | None
    register_outcome: Outcome
    register_by: str
    register_at: Instant | None


class VisitAsked(Model):
    """A home that somebody wants to be visited, and why."""

    estate: str = Field(min_length=1, max_length=64)
    dwelling: str = Field(min_length=1, max_length=64)
    why: str = Field(default="", max_length=WORDS_MAX)


class VisitTold(Model):
    """What a visit found, of the version that was looked at. `at`: now where it is not given."""

    version: int = Field(ge=0, lt=1 << 31)
    found: Found
    people: int | None = Field(default=None, ge=0, le=PEOPLE_MAX)
    use: DwellingUse | None = None
    words: str = Field(default="", max_length=WORDS_MAX, pattern=r"^[^\x00]*$")
    at: Instant | None = None


def visits_router(office: Office, visits: Visits) -> APIRouter:
    """The routes of visits."""
    router = APIRouter(prefix="/api/visits", tags=["visits"])

    @router.get("")
    def all_of(
        request: Request,
        part: Paged,
        state: State | None = "open",
        register: Outcome | None = None,
    ) -> Page[VisitAnswer]:
        """Visits in sight, newest first; those that are open unless asked otherwise."""
        who, begin = Asked(office, request).who, part.begin(int, str)
        with reading(office.engine) as tx:
            found = listed(tx, who, Which(state, register), part.limit + 1, begin)
        return part.page(found, lambda one: (one.put_at, one.id)).shown(answer_of)

    @router.get("/{name}", responses={404: REFUSED[404]})
    def one(request: Request, name: str) -> VisitAnswer:
        """One visit."""
        return answer_of(_seen(office, Asked(office, request), name))

    @router.post("", status_code=204, responses={404: REFUSED[404]})
    def ask(request: Request, told: VisitAsked, once: Repeatable) -> Response:
        """Put a home up for a visit; one that stands there already stays as it is."""
        asked = Asked(office, request)
        home = home_named(asked, told.estate, told.dwelling)
        if home is None:
            raise HTTPException(404, f"no home {told.dwelling!r}")
        name = home.place_name
        wanted = Wanted(home.estate, home.dwelling, home.place, name.zh, name.en, "asked")
        signed = Signed(asked.who.login, told.why.replace("\0", ""), office.clock())

        def work(_: Connection) -> None:
            visits.ask(wanted, office.cases.around, signed)

        return once.answer(office, told, work, GUARDED_DONE)

    _add_result(router, office, visits)
    return router


def _seen(office: Office, asked: Asked, name: str) -> Visit:
    """A visit in sight. Raises HTTPException."""
    with reading(office.engine) as tx:
        found = visit_of(tx, asked.who, name)
    if found is None:
        raise HTTPException(404, f"no visit {name!r}")
    return found


def _add_result(router: APIRouter, office: Office, visits: Visits) -> None:
    @router.post("/{name}/result", response_model=VisitAnswer, responses=REFUSED)
    def record(request: Request, name: str, told: VisitTold, once: Repeatable) -> Response:
        """Write down what a visit found: a proposal to the register, or a change of it at once."""
        asked, now = Asked(office, request), office.clock()
        at = now if told.at is None else min(told.at, now)
        result = Result(told.found, at, asked.who.login, told.people, told.use, told.words)

        def work(_: Connection) -> VisitAnswer:
            try:
                is_done = visits.record(_seen(office, asked, name), told.version, result)
            except VisitFault as fault:
                raise HTTPException(422, asked.tongue.say(str(fault))) from fault
            if not is_done:
                raise HTTPException(409, "somebody was faster; look at it again")
            visit = _seen(office, asked, name)
            if visit.register == "proposed" and may_settle(asked):
                _take(visits, visit, Signed(asked.who.login, f"visit {name}", now))
            return answer_of(_seen(office, asked, name))

        return once.answer(office, told, work, GUARDED)


def _take(visits: Visits, visit: Visit, signed: Signed) -> None:
    """Change the register; where that cannot be done now it stays a proposal."""
    try:
        visits.take(visit, signed)
    except (Conflict, NoKey, KeyError):
        return


def answer_of(visit: Visit) -> VisitAnswer:
    """A visit as the API tells it."""
    told = {"name": Words(zh=visit.name_zh, en=visit.name_en), "register_outcome": visit.register}
    same = [name for name in VisitAnswer.model_fields if name not in told]
    return VisitAnswer(**{name: visit._mapping[name] for name in same} | told)
