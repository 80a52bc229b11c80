"""`/api/reports`: what residents and staff report, which becomes a case."""

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from console.cases.intake import Report
from console.office import Office
from console.rest.answers import CaseAnswer, CategoryAnswer
from console.rest.plumbing import REFUSED, Who
from console.rest.repeating import Repeatable
from console.rest.showing import Shown


def reports_router(office: Office) -> APIRouter:
    """The routes of reports. Those who filed them follow them under `/api/cases`."""
    router = APIRouter(tags=["reports"])
    cases = office.cases

    @router.get("/api/reports/categories")
    def kinds() -> dict[str, CategoryAnswer]:
        """What can be reported, and who looks after it first."""
        return {
            name: CategoryAnswer(zh=one.zh, en=one.en, dispute=one.dispute, handler=one.handler)
            for name, one in cases.procedure.categories.items()
        }

    @router.post("/api/reports", response_model=CaseAnswer, responses={422: REFUSED[422]})
    def file(report: Report, who: Who, once: Repeatable) -> Response:
        """Report something: a case is opened and its first handler is told."""
        at = office.clock()

        def work(tx: Connection) -> CaseAnswer:
            case = cases.intake.file(tx, who, report, at)
            return Shown(cases.procedure, office.title, who).case(case)

        return once.answer(office, report, work)

    return router
