"""The incidents in sight, as the page shows them: one card each."""

from fastapi import APIRouter

from console.cases import sight
from console.incidents import IncidentLine, grouped, incident_line
from console.office import Office
from console.rest.paging import Page, Paged
from console.rest.plumbing import Who
from schemas.alerts import Severity


def incidents_router(office: Office) -> APIRouter:
    """The incidents of an office's feed."""
    router = APIRouter()

    @router.get("/api/incidents")
    async def incidents(
        who: Who, part: Paged, severity: Severity | None = None, estate: str | None = None
    ) -> Page[IncidentLine]:
        """Incidents of one's area in sight, gravest and newest first."""
        cases = office.cases
        seen = [
            alert
            for alert in office.feed.alerts()
            if estate in (None, alert.estate)
            and sight.sees_alert(cases.procedure, cases.around, who, alert)
        ]
        found = [one for one in grouped(seen) if severity in (None, one.lead.severity)]
        return part.of(found, lambda one: one.order, int, int, str).shown(incident_line)

    return router
