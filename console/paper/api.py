"""`/api/visits`: the homes to be visited, for programs; what a form says, they say as JSON."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import Field

from console.around.asking import Asked
from console.around.sight import home_named
from console.audit.chain import Signed
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
from console.rest.answers import Page
from console.rest.plumbing import REFUSED, cursor_of, read_cursor
from schemas.base import Instant, Model, Words
from schemas.event_data import DwellingUse

LIMIT, LIMIT_MAX = 100, 500
WORDS_MAX = 2000
After = Annotated[str | None, Query(max_length=400, description="`next` of the page before")]


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

    def seen(asked: Asked, name: str) -> Visit:
        with office.engine.connect() as tx:
            found = visit_of(tx, asked.who, name)
        if found is None:
            raise HTTPException(404, f"no visit {name!r}")
        return found

    @router.get("")
    def all_of(
        request: Request,
        state: State | None = "open",
        register: Outcome | None = None,
        limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT,
        after: After = None,
    ) -> Page[VisitAnswer]:
        """Visits in sight, newest first; those that are open unless asked otherwise."""
        who, begin = Asked(office, request).who, read_cursor(after)
        with office.engine.connect() as tx:
            found = listed(tx, who, Which(state, register), limit + 1, begin)
        last = found[limit - 1] if len(found) > limit else None
        items = [answer_of(one) for one in found[:limit]]
        return Page(items=items, next=cursor_of(last.put_at, last.id) if last else None)

    @router.get("/{name}", responses={404: REFUSED[404]})
    def one(request: Request, name: str) -> VisitAnswer:
        """One visit."""
        return answer_of(seen(Asked(office, request), name))

    @router.post("", status_code=204, responses={404: REFUSED[404]})
    def ask(request: Request, told: VisitAsked) -> None:
        """Put a home up for a visit; one that stands there already stays as it is."""
        asked = Asked(office, request)
        home = home_named(asked, told.estate, told.dwelling)
        if home is None:
            raise HTTPException(404, f"no home {told.dwelling!r}")
        name = home.place_name
        wanted = Wanted(home.estate, home.dwelling, home.place, name.zh, name.en, "asked")
        signed = Signed(asked.who.login, told.why.replace("\0", ""), office.clock())
        visits.ask(wanted, office.cases.around, signed)

    @router.post("/{name}/result", responses=REFUSED)
    def record(request: Request, name: str, told: VisitTold) -> VisitAnswer:
        """Write down what a visit found: a proposal to the register, or a change of it at once."""
        asked, now = Asked(office, request), office.clock()
        at = now if told.at is None else min(told.at, now)
        result = Result(told.found, at, asked.who.login, told.people, told.use, told.words)
        try:
            is_done = visits.record(seen(asked, name), told.version, result)
        except VisitFault as fault:
            raise HTTPException(422, asked.tongue.say(str(fault))) from fault
        if not is_done:
            raise HTTPException(409, "somebody was faster; look at it again")
        visit = seen(asked, name)
        if visit.register == "proposed" and may_settle(asked):
            _take(visits, visit, Signed(asked.who.login, f"visit {name}", now))
        return answer_of(seen(asked, name))

    return router


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
