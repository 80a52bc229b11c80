"""The incidents in sight, as the page shows them: one card each."""

from typing import Annotated

from fastapi import APIRouter, Query

from console.cases import sight
from console.incidents import IncidentLine, grouped, incident_line
from console.office import Office
from console.rest.plumbing import Who
from schemas.alerts import Severity

LIMIT = 1000
LIMIT_MAX = 10_000


def incidents_router(office: Office) -> APIRouter:
    """The incidents of an office's feed."""
    router = APIRouter()

    @router.get("/api/incidents")
    async def incidents(
        who: Who,
        severity: Severity | None = None,
        estate: str | None = None,
        limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT,
    ) -> list[IncidentLine]:
        """Incidents of one's area in sight, gravest and newest first; at most `limit`."""
        cases = office.cases
        seen = [
            alert
            for alert in office.feed.alerts()
            if estate in (None, alert.estate)
            and sight.sees_alert(cases.procedure, cases.around, who, alert)
        ]
        found = [one for one in grouped(seen) if severity in (None, one.lead.severity)]
        return [incident_line(one) for one in found[:limit]]

    return router
