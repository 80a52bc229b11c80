"""What other programs may ask: alerts, one alert, the stream of them, devices, health, metrics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response, StreamingResponse

from console.accounts.principal import Principal
from console.cases import sight
from console.cases.office import CaseOffice
from console.feed import AlertFilter, Suppressed
from console.health import State
from console.office import Office
from console.rest.incidents import incidents_router
from console.rest.paging import Page, Paged, Part, next_link
from console.rest.plumbing import Responses, Who
from console.rest.streams import STREAM, LastId
from console.stream import alert_stream
from schemas.alerts import Alert, AlertLine, Delivery, Severity, alert_line
from schemas.base import Model
from schemas.views import DeviceView

LINES, LINES_MAX = 1000, 10_000
TOLD_ONLY = frozenset({"channels"})
"""What is told and makes nothing unhealthy: to start the console anew would not mend it."""
Check = Callable[[], str | None]
"""Asks one part of the stack whether it works: None, or one line that says what is wrong."""


class HealthAnswer(Model):
    """How the stack stands: `behind` records of the log are not taken in, `wrong` says by part."""

    ok: bool
    stream: State
    behind: int
    wrong: dict[str, str]


UNWELL: Responses = {503: {"model": HealthAnswer, "description": "a part does not work"}}


def api_router(office: Office, checks: Mapping[str, Check]) -> APIRouter:
    """The API over an office. `checks` are what else must work for `/healthz` to say so."""
    router = APIRouter()
    _add_stream(router, office)
    _add_alerts(router, office)
    router.include_router(incidents_router(office))

    @router.get("/api/devices")
    async def devices(who: Who, part: Paged, estate: str | None = None) -> Page[DeviceView]:
        """The devices of one's area, as they were last heard of, by estate and name."""
        known, around = office.views.devices.values(), office.cases.around
        here = (device for device in known if estate in (None, device.estate))
        mine = [one for one in here if who.covers(around.areas(one.estate, one.place))]
        return part.of(mine, lambda one: (one.estate, one.device), str, str).shown(_itself)

    @router.get("/healthz", response_model=HealthAnswer, responses=UNWELL)
    async def healthz() -> JSONResponse:
        """200 once all that stood in the log was taken in, and while the log can be read."""
        wrong = {name: said for name, check in checks.items() if (said := check()) is not None}
        if office.reading.fault or not office.reading.caught_up:
            wrong["console"] = office.reading.fault or "reading what stands in the log"
        ok = not set(wrong) - TOLD_ONLY
        told = HealthAnswer(ok=ok, stream=office.state(), behind=office.reading.behind, wrong=wrong)
        return JSONResponse(told.model_dump(), 200 if ok else 503)

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        """The figures for Prometheus."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


def _itself(view: DeviceView) -> DeviceView:
    return view


def _lines(
    limit: Annotated[int, Query(ge=1, le=LINES_MAX)] = LINES,
    after: Annotated[str | None, Query(max_length=1000, description="as `Link` has it")] = None,
) -> Part:
    return Part(limit, after)


Lines = Annotated[Part, Depends(_lines)]


def _filter(
    severity: Severity | None = None,
    rule: str | None = None,
    estate: str | None = None,
    delivery: Delivery | None = None,
    suppressed: Suppressed = "false",
) -> AlertFilter:
    return AlertFilter(severity, rule, estate, delivery, suppressed)


Wanted = Annotated[AlertFilter, Depends(_filter)]


@dataclass(frozen=True, slots=True)
class Bounded:
    """What somebody wants to hear of and may."""

    office: Office
    who: Principal
    wanted: AlertFilter

    def holds(self, alert: Alert) -> bool:
        """Whether an alert is asked for and in sight."""
        return self.wanted.holds(alert) and sees_alert(self.office.cases, self.who, alert)


def sees_alert(cases: CaseOffice, who: Principal, alert: Alert) -> bool:
    """Whether an alert is of somebody's area and kinds."""
    return sight.sees_alert(cases.procedure, cases.around, who, alert)


def seen_alert(office: Office, who: Principal, name: str) -> Alert:
    """An alert that somebody sees, or whose case they were given. Raises HTTPException."""
    found = office.lookup.alert(name)
    if found is not None and not sees_alert(office.cases, who, found):
        with office.engine.connect() as connection:
            given = office.cases.reader(connection, who).case_of_alert(name)
        found = found if given is not None else None
    if found is None:
        raise HTTPException(404, f"no alert {name!r}")
    return found


def _add_alerts(router: APIRouter, office: Office) -> None:
    lookup = office.lookup

    # Plain functions: FastAPI runs them in threads, away from the stream.
    @router.get("/api/alerts")
    def alerts(
        who: Who, wanted: Wanted, part: Lines, request: Request, response: Response
    ) -> list[AlertLine]:
        """Alerts in their short form, newest first: a plain array, which programs rely on.

        Where there are more, the `Link` header names the next page.
        """
        found = part.seen(
            lambda last, limit: lookup.alerts(wanted, limit, last),
            lambda alert: (alert.opened_at, alert.id),
            lambda alert: sees_alert(office.cases, who, alert), int, str,
        )  # fmt: skip
        if found.next is not None:
            response.headers["Link"] = next_link(request, found.next)
        return [alert_line(alert) for alert in found.items]

    @router.get("/api/alerts/{name}")
    def alert(name: str, who: Who) -> Alert:
        """One alert, whole."""
        return seen_alert(office, who, name)


def _add_stream(router: APIRouter, office: Office) -> None:
    @router.get("/api/alerts/stream", response_class=StreamingResponse, responses=STREAM)
    async def stream(who: Who, wanted: Wanted, last_id: LastId = None) -> StreamingResponse:
        """Each alert as it comes, whole, as server-sent events; `Last-Event-ID` resumes."""
        events = alert_stream(office, Bounded(office, who, wanted), last_id)
        return office.streams.answer(who.login, events)
