"""`/visits`: homes to be visited, the form of a visit, what it proposes to the register, paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from console.around.asking import Asked, Format, Page
from console.around.sheets import Cell, Row, Sheet, row
from console.around.sight import area_name, home_named, homes_seen
from console.audit.chain import Signed
from console.office import Office
from console.paper.visiting import (
    FOUND,
    PEOPLE_MAX,
    USES,
    Reason,
    Result,
    State,
    VisitFault,
    Wanted,
)
from console.paper.visits import (
    Conflict,
    NoKey,
    Visit,
    Visits,
    Which,
    listed,
    registered,
    visit_of,
)
from console.posting import OwnForm, Posted
from console.wall_clock import instant, local
from schemas.views import HomeView

SHOWN = 500
WORDS_MAX = 2000
FAULTS: dict[type[Exception], str] = {
    Conflict: "fault_conflict", NoKey: "fault_no_key", KeyError: "fault_no_home",
}  # fmt: skip
REGISTER = "/api/register/dwellings"


@dataclass(frozen=True, slots=True)
class Desk:
    """The visits of one office, as pages."""

    office: Office
    visits: Visits

    def listed(self, asked: Asked, which: Which, limit: int = SHOWN) -> list[Visit]:
        """Visits in sight."""
        with self.office.engine.connect() as tx:
            return list(listed(tx, asked.who, which, limit))

    def visit(self, asked: Asked, name: str) -> Visit:
        """A visit in sight. Raises HTTPException."""
        with self.office.engine.connect() as tx:
            found = visit_of(tx, asked.who, name)
        if found is None:
            raise HTTPException(404, f"no visit {name!r}")
        return found

    def page(self, asked: Asked, visit: Visit, wrong: str = "") -> Response:
        """One visit: its form, or what it found."""
        with self.office.engine.connect() as tx:
            known = registered(tx, visit.estate, visit.dwelling)
            home = (visit.estate, visit.dwelling)
            before = [
                one for one in listed(tx, asked.who, Which(home=home), 50) if one.id != visit.id
            ]
        name = asked.tongue.pick_of(visit)
        more = {
            "visit": visit, "known": known, "home": home_named(asked, *home),
            "found": FOUND, "uses": USES, "people_max": PEOPLE_MAX, "wrong": wrong,
            "may_settle": may_settle(asked), "now": _local(asked.office.clock(), asked),
            "history": _sheet(asked, before, asked.tongue.say("visit_history")),
        }  # fmt: skip
        return asked.answer(Page("visit.html", name, (), more, 422 if wrong else 200))


def may_settle(asked: Asked) -> bool:
    """Whether they may write the register themselves."""
    return asked.may(REGISTER, "POST")


def visit_router(office: Office, visits: Visits) -> APIRouter:
    """The pages of visits."""
    router = APIRouter(include_in_schema=False)
    desk = Desk(office, visits)
    _add_lists(router, desk)
    _add_one(router, desk)
    _add_paper(router, desk)
    return router


def _add_lists(router: APIRouter, desk: Desk) -> None:
    @router.get("/visits")
    def visits(
        request: Request, state: Annotated[State, Query()] = "open", format: Format = "html"
    ) -> Response:
        asked = Asked(desk.office, request)
        say = asked.tongue.say
        found = desk.listed(asked, Which(state=state))
        waiting = desk.listed(asked, Which(register="proposed")) if state == "open" else []
        title, note = say(f"visits_{state}"), say("note_visits")
        sheets = [(_open_sheet if state == "open" else _sheet)(asked, found, title, note)]
        if waiting:
            sheets.append(_sheet(asked, waiting, say("visits_proposed")))
        more = {"state": state, "homes": _choices(asked), "may_ask": asked.may("/visits", "POST")}
        return asked.answer(Page("visits.html", say("visits"), sheets, more), format)

    @router.post("/visits")
    def ask(request: Request, form: OwnForm) -> Response:
        asked = Asked(desk.office, request)
        home = _chosen(asked, form.get("home"))
        if home is None:
            raise HTTPException(422, "home: choose one of the list")
        signed = Signed(asked.who.login, form.get("why")[:WORDS_MAX], desk.office.clock())
        around = desk.office.cases.around
        desk.visits.ask(_wanted(home, "asked"), around, signed)
        return RedirectResponse(asked.link("/visits"), 303)


def _choices(asked: Asked) -> dict[str, HomeView]:
    """The homes in sight by what people call them, with the estate where there are several."""
    homes = [one.home for one in homes_seen(asked)]
    has_several = len({home.estate for home in homes}) > 1
    found = {}
    for home in homes:
        name = asked.tongue.pick(home.place_name)
        found[f"{area_name(asked, home.estate)} {name}" if has_several else name] = home
    return found


def _chosen(asked: Asked, name: str) -> HomeView | None:
    """The home that somebody means by its name."""
    return _choices(asked).get(name)


def _wanted(home: HomeView, reason: Reason) -> Wanted:
    name = home.place_name
    return Wanted(home.estate, home.dwelling, home.place, name.zh, name.en, reason)


def _add_one(router: APIRouter, desk: Desk) -> None:
    @router.get("/visits/{name}")
    def visit(request: Request, name: str) -> Response:
        asked = Asked(desk.office, request)
        return desk.page(asked, desk.visit(asked, name))

    @router.post("/visits/{name}")
    def record(request: Request, name: str, form: OwnForm) -> Response:
        return _record(desk, Asked(desk.office, request), name, form)

    @router.post("/visits/{name}/register")
    def settle(request: Request, name: str, form: OwnForm) -> Response:
        return _settled(desk, Asked(desk.office, request), name, form)


def _record(desk: Desk, asked: Asked, name: str, form: Posted) -> Response:
    visit = desk.visit(asked, name)
    say = asked.tongue.say
    try:
        result = result_of(asked, form)
        is_done = desk.visits.record(visit, _number(form.get("version")) or 0, result)
    except VisitFault as fault:
        return desk.page(asked, visit, say(str(fault)))
    visit = desk.visit(asked, name)
    if not is_done:
        return desk.page(asked, visit, say("fault_faster"))
    if visit.register == "proposed" and may_settle(asked):
        return _take(desk, asked, visit)
    return RedirectResponse(asked.link(f"/visits/{name}"), 303)


def _settled(desk: Desk, asked: Asked, name: str, form: Posted) -> Response:
    visit = desk.visit(asked, name)
    if visit.register != "proposed":
        return desk.page(asked, visit, asked.tongue.say("fault_faster"))
    if form.get("take") == "yes":
        return _take(desk, asked, visit)
    desk.visits.refuse(visit, Signed(asked.who.login, "", desk.office.clock()))
    return RedirectResponse(asked.link(f"/visits/{name}"), 303)


def _take(desk: Desk, asked: Asked, visit: Visit) -> Response:
    signed = Signed(asked.who.login, f"visit {visit.id}", desk.office.clock())
    try:
        desk.visits.take(visit, signed)
    except (Conflict, NoKey, KeyError) as fault:
        named = (word for kind, word in FAULTS.items() if isinstance(fault, kind))
        return desk.page(asked, visit, asked.tongue.say(next(named)))
    return RedirectResponse(asked.link(f"/visits/{visit.id}"), 303)


def result_of(asked: Asked, form: Posted) -> Result:
    """What a form says of a visit. Raises VisitFault."""
    found = next((one for one in FOUND if one == form.get("found")), None)
    use = next((one for one in USES if one == form.get("use")), None)
    people = form.get("people")
    if found is None:
        raise VisitFault("fault_found")
    if people and _number(people) is None:
        raise VisitFault("fault_people")
    at = _instant(form.get("when"), asked)
    if at > asked.office.clock():
        raise VisitFault("fault_when")
    words = form.get("words")[:WORDS_MAX]
    return Result(found, at, asked.who.login, _number(people), use, words)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _instant(text: str, asked: Asked) -> int:
    try:
        return instant(datetime.fromisoformat(text), asked.office.settings.zone)
    except (ValueError, OverflowError) as error:
        raise VisitFault("fault_when") from error


def _local(at: int, asked: Asked) -> str:
    return f"{local(at, asked.office.settings.zone):%Y-%m-%dT%H:%M}"


def _add_paper(router: APIRouter, desk: Desk) -> None:
    @router.get("/paper/visits")
    def tour(request: Request) -> Response:
        asked = Asked(desk.office, request)
        found = desk.listed(asked, Which(state="open"))
        more = {"visits": sorted(found, key=lambda one: (one.estate, one.name_zh)), "found": FOUND}
        return asked.answer(Page("paper_visits.html", asked.tongue.say("paper_visits"), (), more))

    @router.get("/paper/visits/{name}")
    def paper(request: Request, name: str) -> Response:
        asked = Asked(desk.office, request)
        visit = desk.visit(asked, name)
        with desk.office.engine.connect() as tx:
            known = registered(tx, visit.estate, visit.dwelling)
        home = home_named(asked, visit.estate, visit.dwelling)
        more = {"visit": visit, "known": known, "home": home, "found": FOUND, "uses": USES}
        return asked.answer(Page("paper_visit.html", asked.tongue.say("paper_visit"), (), more))


def _sheet(asked: Asked, visits: list[Visit], title: str, note: str = "") -> Sheet:
    rows = tuple(_row(asked, one) for one in visits)
    return Sheet(title, asked.tongue.columns("columns_visits"), rows, note)


def _open_sheet(asked: Asked, visits: list[Visit], title: str, note: str) -> Sheet:
    tongue = asked.tongue
    rows = tuple(
        row(Cell(tongue.pick_of(one), asked.link(f"/visits/{one.id}")),
            tongue.say(f"reason_{one.reason}"), one.why, _put_by(asked, one),
            tongue.time(one.put_at))
        for one in visits
    )  # fmt: skip
    return Sheet(title, tongue.columns("columns_open_visits"), rows, note)


def _row(asked: Asked, visit: Visit) -> Row:
    tongue = asked.tongue
    found = tongue.say(f"found_{visit.found}") if visit.found else ""
    return row(
        Cell(tongue.pick_of(visit), asked.link(f"/visits/{visit.id}")),
        tongue.say(f"reason_{visit.reason}"), _put_by(asked, visit), tongue.time(visit.put_at),
        found, visit.people, asked.person(visit.visited_by), tongue.time(visit.visited_at),
        tongue.say(f"register_{visit.register}") if visit.found else "",
    )  # fmt: skip


def _put_by(asked: Asked, visit: Visit) -> str:
    is_read = visit.put_by == "system"
    return asked.tongue.say("by_readings") if is_read else asked.person(visit.put_by)
