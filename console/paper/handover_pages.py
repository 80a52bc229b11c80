"""`/handover`: the shift as it stands, handing it over, taking it over, and what was before."""

from dataclasses import dataclass, replace

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from console.around.asking import Asked, Format, Page
from console.around.place_pages import case_title
from console.around.sheets import Cell, Sheet, row
from console.around.sight import devices_seen
from console.audit.chain import Signed
from console.devices import is_skewed
from console.lifecycle.facts import Case
from console.office import Office
from console.paper.handover import (
    CaseLine,
    DeviceLine,
    Handover,
    Handovers,
    Shift,
    begins,
    bounded,
    cases_of,
    handover_of,
    newest,
    seen_cases,
    shift_of,
)
from console.posting import OwnForm, Posted
from schemas.alerts import SEVERITIES

HISTORY = 30


@dataclass(frozen=True, slots=True)
class Desk:
    """The handovers of one office, as pages."""

    office: Office
    handovers: Handovers

    def shift(self, asked: Asked) -> tuple[int, Shift]:
        """The shift of whoever asks, as it stands: since when, and what."""
        procedure, now = self.office.cases.procedure, self.office.clock()
        with self.office.engine.connect() as tx:
            last = newest(tx, asked.who, 1)
            since = begins(last[0].at if last else None, now)
            cases = cases_of(self.office.cases.reader(tx, asked.who), since)

        def line(case: Case) -> CaseLine:
            state = procedure.table.flows[case.flow].states[case.state]
            return CaseLine(
                id=case.id, severity=case.severity, title=case_title(asked, case),
                place_name=case.place_name, state=state, opened_at=case.opened_at,
                overdue=case.overdue_at is not None, holder=case.assigned or case.holder,
            )  # fmt: skip

        return since, shift_of(cases, line, self._devices(asked), procedure)

    def _devices(self, asked: Asked) -> list[DeviceLine]:
        warn_s = self.office.settings.skew_warn_s
        return [
            DeviceLine(
                estate=one.estate, place=one.place, name=one.name, place_name=one.place_name,
                state="lost" if one.state == "lost" else "skewed", last_seen=one.last_seen,
            )
            for one in devices_seen(asked)
            if one.state == "lost" or is_skewed(one, warn_s)
        ]  # fmt: skip

    def kept(self, asked: Asked, name: str) -> tuple[Handover, Shift, int]:
        """A handover with what of it is in sight, and how much is not. Raises HTTPException."""
        with self.office.engine.connect() as tx:
            found = handover_of(tx, asked.who, name)
            if found is None:
                raise HTTPException(404, f"no handover {name!r}")
            shift = Shift.model_validate_json(found.body)
            seen = seen_cases(self.office.cases.reader(tx, asked.who), shift)
        return found, *bounded(shift, seen, asked.covers)

    def last(self, asked: Asked) -> list[Handover]:
        """The last handovers of whoever asks."""
        with self.office.engine.connect() as tx:
            return newest(tx, asked.who, HISTORY)


def handover_router(office: Office) -> APIRouter:
    """The pages of handovers."""
    router = APIRouter(include_in_schema=False)
    desk = Desk(office, Handovers(office.engine))

    @router.get("/handover")
    def now(request: Request, format: Format = "html") -> Response:
        asked = Asked(office, request)
        since, shift = desk.shift(asked)
        last = desk.last(asked)
        waiting = [one for one in last[:1] if _waits_for(asked, one)]
        more = {
            "since": since, "until": office.clock(), "shift": shift, "waiting": waiting,
            "history": _history(asked, last),
        }  # fmt: skip
        page = Page("handover.html", asked.tongue.say("handover"), _sheets(asked, shift), more)
        return asked.answer(page, format)

    @router.post("/handover")
    def give(request: Request, form: OwnForm) -> Response:
        asked = Asked(office, request)
        name = _give(desk, asked, form)
        return RedirectResponse(asked.link(f"/handover/{name}"), 303)

    @router.get("/handover/{name}")
    def one(request: Request, name: str, format: Format = "html") -> Response:
        asked = Asked(office, request)
        return asked.answer(_page(asked, desk, name), format)

    @router.post("/handover/{name}/take")
    def take(request: Request, name: str, _form: OwnForm) -> Response:
        return _take(desk, Asked(office, request), name)

    @router.get("/paper/handover/{name}")
    def paper(request: Request, name: str) -> Response:
        asked = Asked(office, request)
        return asked.answer(replace(_page(asked, desk, name), template="paper_handover.html"))

    return router


def _waits_for(asked: Asked, given: Handover) -> bool:
    """Whether a handover waits for whoever asks: nobody takes over from themselves."""
    who = asked.who
    return given.taken_by is None and given.by != who.login and given.role == who.role


def _page(asked: Asked, desk: Desk, name: str, wrong: str = "") -> Page:
    found, shift, hidden = desk.kept(asked, name)
    more = {
        "given": found, "shift": shift, "hidden": hidden, "wrong": wrong,
        "may_take": _waits_for(asked, found),
    }  # fmt: skip
    title = asked.tongue.say("handover_sheet")
    return Page("handed.html", title, _sheets(asked, shift), more, 409 if wrong else 200)


def _give(desk: Desk, asked: Asked, form: Posted) -> str:
    since, shift = desk.shift(asked)
    signed = Signed(asked.who.login, form.get("notes"), desk.office.clock())
    return desk.handovers.give(asked.who, since, shift, signed)


def _take(desk: Desk, asked: Asked, name: str) -> Response:
    desk.kept(asked, name)
    if desk.handovers.take(name, asked.who, desk.office.clock()):
        return RedirectResponse(asked.link(f"/handover/{name}"), 303)
    return asked.answer(_page(asked, desk, name, asked.tongue.say("fault_take")))


def _sheets(asked: Asked, shift: Shift) -> list[Sheet]:
    tongue = asked.tongue
    columns = tongue.columns("columns_shift")
    gravest = sorted(shift.open, key=lambda one: -SEVERITIES.index(one.severity))
    return [
        Sheet(tongue.say("still_open"), columns, tuple(_line(asked, one) for one in gravest)),
        Sheet(tongue.say("done_in_shift"), columns, tuple(_line(asked, one) for one in shift.done)),
        Sheet(
            tongue.say("devices_out"), tongue.columns("columns_out"),
            tuple(
                row(tongue.pick(one.name), tongue.pick(one.place_name),
                    tongue.say(f"out_{one.state}"), tongue.time(one.last_seen))
                for one in shift.devices
            ),
        ),
    ]  # fmt: skip


def _line(asked: Asked, one: CaseLine) -> tuple[Cell, ...]:
    tongue = asked.tongue
    overdue = Cell(tongue.say("overdue"), kind="over") if one.overdue else Cell("")
    return row(
        Cell(tongue.level(one.severity), kind=one.severity),
        Cell(tongue.pick(one.title), asked.link(f"/paper/cases/{one.id}")),
        tongue.pick(one.place_name), tongue.time(one.opened_at), tongue.pick(one.state),
        _holder(asked, one.holder), overdue,
    )  # fmt: skip


def _holder(asked: Asked, holder: str) -> str:
    """Whose a case was: a login, or whom it was given to."""
    return asked.party(holder) if ":" in holder else asked.person(holder)


def _history(asked: Asked, found: list[Handover]) -> Sheet:
    tongue = asked.tongue
    rows = tuple(
        row(Cell(tongue.time(one.at), asked.link(f"/handover/{one.id}")), asked.person(one.by),
            asked.person(one.taken_by), tongue.time(one.taken_at))
        for one in found
    )  # fmt: skip
    return Sheet(tongue.say("handover_history"), tongue.columns("columns_handovers"), rows)
