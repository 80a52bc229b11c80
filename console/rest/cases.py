"""`/api/cases`: what stands, what may be done to it, and doing it.

Plain functions: FastAPI runs them in threads, away from the stream of alerts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from sqlalchemy import Connection
from starlette.responses import Response

from console.accounts.principal import Principal
from console.cases.disclosure import shown_act
from console.cases.reading import CaseFilter, Reader
from console.lifecycle.facts import Deed
from console.lifecycle.table import FlowName
from console.office import Office
from console.rest.answers import (
    ActAnswer,
    ActAsked,
    ActName,
    CaseAnswer,
    CaseDetail,
    CountsAnswer,
    FlowAnswer,
    ProcedureAnswer,
)
from console.rest.case_stream import add_case_stream
from console.rest.paging import Page, Paged
from console.rest.plumbing import REFUSED, SAME, Tagged, Who
from console.rest.repeating import Repeatable
from console.rest.showing import Shown
from console.wall_clock import midnight
from schemas.acts import Act
from schemas.alerts import Severity

Name = Annotated[str | None, Query(max_length=64)]


def _filter(
    is_open: Annotated[bool | None, Query(alias="open")] = True,
    flow: FlowName | None = None,
    state: Name = None,
    severity: Severity | None = None,
    kind: Name = None,
) -> CaseFilter:
    return CaseFilter(is_open, flow, state, severity, kind)


def _wanted(
    base: Annotated[CaseFilter, Depends(_filter)],
    estate: Name = None,
    mine: bool = False,
    overdue: bool = False,
    supervised: bool = False,
) -> CaseFilter:
    return CaseFilter(
        base.is_open, base.flow, base.state, base.severity, base.kind, estate, mine, overdue,
        supervised,
    )  # fmt: skip


Wanted = Annotated[CaseFilter, Depends(_wanted)]


class Desk:
    """Reads cases for the routes."""

    def __init__(self, office: Office) -> None:
        """Of one office."""
        self.office = office
        self.cases = office.cases

    @contextmanager
    def reader(self, who: Principal) -> Iterator[Reader]:
        """What somebody may read, for as long as one answer takes."""
        with self.office.engine.connect() as connection:
            yield self.cases.reader(connection, who)

    def shown(self, who: Principal) -> Shown:
        """How somebody is shown cases."""
        return Shown(self.cases.procedure, self.office.title, who)


def cases_router(office: Office) -> APIRouter:
    """The routes of cases."""
    router = APIRouter(tags=["cases"])
    desk = Desk(office)
    add_case_stream(router, office)
    _add_lists(router, desk)
    _add_one(router, desk)
    _add_acting(router, desk)
    return router


def _add_lists(router: APIRouter, desk: Desk) -> None:
    procedure = desk.cases.procedure

    @router.get("/api/procedure")
    def all_of_it() -> ProcedureAnswer:
        """The table of states and acts, with its words."""
        table = procedure.table
        return ProcedureAnswer(
            flows={
                name: FlowAnswer(
                    begins=flow.begins, over=list(flow.over), states=flow.states,
                    moves={
                        state: {
                            act: to
                            for act in table.possible(name, state)
                            if (to := table.leads_to(name, state, act)) is not None
                        }
                        for state in flow.states
                    },
                )
                for name, flow in table.flows.items()
            },
            acts={
                name: ActName(zh=a.zh, en=a.en, roles=list(a.roles), needs=list(a.needs))
                for name, a in table.acts.items()
            },
            roles=dict(table.roles), verdicts=dict(table.verdicts), levels=procedure.clocks.levels,
        )  # fmt: skip

    @router.get("/api/cases", response_model=Page[CaseAnswer], responses=SAME)
    def cases(who: Who, wanted: Wanted, part: Paged, tagged: Tagged) -> Response:
        """The cases in sight, newest first; those that are open unless asked otherwise."""
        begin = part.begin(int, str)
        with desk.reader(who) as reader:
            if tagged.is_same(tag := reader.tag()):
                return Response(status_code=304, headers=tagged.headers(tag))
            found = reader.page(wanted, part.limit + 1, begin)
        page = part.page(found, lambda case: (case.opened_at, case.id))
        return tagged.answer(page.shown(desk.shown(who).case), tag)

    @router.get("/api/cases/counts", response_model=CountsAnswer, responses=SAME)
    def counts(who: Who, tagged: Tagged) -> Response:
        """The figures of what is in sight."""
        since = midnight(desk.office.clock(), desk.office.settings.zone)
        with desk.reader(who) as reader:
            if tagged.is_same(tag := reader.tag(since)):
                return Response(status_code=304, headers=tagged.headers(tag))
            return tagged.answer(CountsAnswer.of(reader.counts(since)), tag)


def _add_one(router: APIRouter, desk: Desk) -> None:
    @router.get("/api/cases/{name}", responses={404: REFUSED[404]})
    def case(name: str, who: Who) -> CaseDetail:
        """One case with its alerts, and its report where it began with one."""
        with desk.reader(who) as reader:
            found = reader.case(name)
            if found is None:
                raise HTTPException(404, f"no case {name!r}")
            return desk.shown(who).detail(found, reader)

    @router.get("/api/cases/{name}/acts", responses={404: REFUSED[404]})
    def acts(name: str, who: Who, part: Paged) -> Page[Act]:
        """All that was done to a case, the first act first.

        Whoever reported it is shown its way, and of the words those that are for them.
        """
        with desk.reader(who) as reader:
            if reader.case(name) is None:
                raise HTTPException(404, f"no case {name!r}")
            shown = [act for one in reader.acts(name) if (act := shown_act(who, one)) is not None]
        return part.of(shown, lambda act: (act.version,), int).shown(lambda act: act)


def _add_acting(router: APIRouter, desk: Desk) -> None:
    acting, office = desk.cases.acting, desk.office

    @router.post("/api/cases/{name}/acts", response_model=ActAnswer, responses=REFUSED)
    def act(name: str, asked: ActAsked, who: Who, once: Repeatable) -> Response:
        """Do an act to the version that was looked at. What is not possible says why."""
        said = asked.model_dump() | {"to": asked.to or ""}
        deed = Deed(by=who.login, at=office.clock(), **said)

        def work(tx: Connection) -> ActAnswer:
            reader = desk.cases.reader(tx, who)
            if reader.case(name) is None:
                raise HTTPException(404, f"no case {name!r}")
            case = acting.act(tx, name, who.actor, deed)
            return ActAnswer(act=reader.acts(name)[-1], case=desk.shown(who).case(case))

        return once.answer(office, asked, work)
