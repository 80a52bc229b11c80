"""Pictures of alerts: found in ingest's folder, and shown to who asks by way of an alert.

A picture is shown only as evidence of an alert that links it, and each look is written down before
it is answered: by whom, when, of which alert. What is past its period is gone from the folder.
"""

from contextlib import suppress
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from console.accounts.principal import Principal
from console.api import seen_alert
from console.changes import Look
from console.guard import principal_of
from console.office import Office, StoreFault
from console.rest.paging import Page, Paged
from console.rest.plumbing import Who
from schemas.alerts import Alert
from schemas.pictures import content_type, is_intact, is_picture_name, picture_link

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
GONE = "the picture is not here: past its period, never kept, or damaged"


def find_picture(folder: Path, estate: str, name: str) -> bytes | None:
    """The picture of an estate by name, None if it is not there or not as it was kept.

    `name` must have the form of a picture's name, which leads out of no folder.
    """
    for path in (folder / estate).glob(f"*/{name}"):
        with suppress(OSError):  # It may go at any moment: its period ends while we look.
            content = path.read_bytes()
            if is_intact(name, content):
                return content
    return None


def links(alert: Alert, name: str) -> bool:
    """Whether an alert's evidence links the picture."""
    return any(picture_link(name) in item.pictures for item in alert.evidence)


def picture_router(office: Office) -> APIRouter:
    """`/pictures/NAME?alert=ID`, and who has looked."""
    router = APIRouter()

    @router.get("/pictures/{name}", response_class=Response)
    async def picture(name: str, alert: str, request: Request) -> Response:
        """A picture, as evidence of an alert. The look is kept."""
        who = principal_of(request.scope)
        shown = await run_in_threadpool(_find, office, who, name, alert)
        address = request.client.host if request.client else ""
        look = Look(office.clock(), who.login, address, alert, name)
        try:
            await office.keep_look(look)
        except StoreFault as error:
            raise HTTPException(503, "who looks cannot be written down; try again") from error
        return Response(shown, media_type=content_type(name), headers=HEADERS)

    @router.get("/api/looks")
    def looks(alert: str, who: Who, part: Paged) -> Page[Look]:
        """Who has looked at pictures of an alert, newest first."""
        seen_alert(office, who, alert)
        begin = part.begin(int)
        before = None if begin is None else int(begin[0])
        found = office.lookup.looks(alert, part.limit + 1, before)
        return part.page(found, lambda one: (one[0],)).shown(lambda one: one[1])

    return router


def _find(office: Office, who: Principal, name: str, alert: str) -> bytes:
    known = seen_alert(office, who, alert)
    if not is_picture_name(name) or not links(known, name):
        raise HTTPException(404, f"no alert {alert!r} with such a picture")
    found = find_picture(office.settings.picture_folder, known.estate, name)
    if found is None:
        raise HTTPException(404, GONE)
    return found
