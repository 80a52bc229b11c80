"""`/m` and `/m/cases`: the list of what is to be done, one case, its acts and photos."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from console.advice import advice_for
from console.changes import Look
from console.office import StoreFault
from console.phone.asking import read_form
from console.phone.board import ON_BOARD, Seen
from console.phone.clear import at_once, for_a_reason
from console.phone.desk import Desk, Gone
from console.phone.queue import PAGE, Line, Queue, View, views_of
from console.phone.refusing import FAULTS, reveal_said
from console.phone.rendering import OK, Said, Visit
from console.phone.sheet import photos_of, sheet_of
from console.privacy.reveal import Revealed
from console.rest.showing import Shown
from console.revealing import reason_words, reveal_words
from console.wall_clock import midnight
from schemas.base import MS_PER_S
from schemas.pictures import content_type

MINUTE_MS = 60 * MS_PER_S
OWN_MAX = 100
SKIP_MAX = 10_000
Skip = Annotated[int, Query(ge=0, le=SKIP_MAX)]
Estate = Annotated[str, Query(max_length=64)]
PHOTO_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def cases_router(desk: Desk) -> APIRouter:
    """The routes of lists and cases."""
    router = APIRouter(include_in_schema=False)
    _add_lists(router, desk)
    _add_case(router, desk)
    _add_photo(router, desk)
    return router


def _add_lists(router: APIRouter, desk: Desk) -> None:
    # Plain functions: FastAPI runs them in threads, away from the stream of alerts. The list that
    # thousands of phones ask for is at hand, and is there before a thread would have its turn.
    @router.get("/m")
    async def first(
        request: Request, view: View = "all", estate: Estate = "", skip: Skip = 0
    ) -> Response:
        visit = desk.visit(request)
        if visit.who.role == "resident":
            return await run_in_threadpool(_own, desk, visit)
        asked = (view, estate, skip)
        if visit.has and view in ON_BOARD and desk.board.is_at_hand:
            return _queue(desk, visit, asked)
        return await run_in_threadpool(_queue, desk, visit, asked)

    @router.get("/m/areas")
    def areas(request: Request) -> Response:
        visit = desk.visit(request)
        with desk.reader(visit.who) as reader:
            lines = Queue(reader.tx, reader.procedure, visit.who).areas()
        return desk.pages.page(visit, "areas.html", lines=lines)


def _queue(desk: Desk, visit: Visit, asked: tuple[View, str, int]) -> Response:
    """A list with its figures. What a phone has already is not sent again.

    The tag of the page changes with the minute, because the time that is left stands in it; a
    script that only asks whether anything was done sends the tag of the acts.
    """
    view, estate, skip = asked
    since = midnight(visit.now, desk.office.settings.zone)
    seen = desk.board.seen(visit.who, since, is_again=bool(visit.has))
    acts = seen.tag if view in ON_BOARD else _tag_of_all(desk, seen)
    minute = visit.now // MINUTE_MS
    tag = f'W/"{acts.strip(chr(34))}-{minute}-{visit.language}-{visit.done}"'
    if visit.has in (tag, acts):
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        return Response(status_code=304, headers=headers)
    lines = _lines(desk, seen, asked)
    shown = Shown(desk.office.cases.procedure, desk.office.title, visit.who)
    return desk.pages.page(
        visit, "queue.html", Said(tag=tag), acts_tag=acts, counts=seen.counts(), view=view,
        estate=estate,
        is_theirs=bool(lines) or visit.who.covers(desk.office.cases.around.areas(estate, estate)),
        views=views_of(visit.who.role), skip=skip, size=PAGE, more=len(lines) > PAGE,
        lines=[
            (
                desk.pages.card(visit, line.case, shown.case, desk.board.text(line.case.id)),
                line.is_mine,
            )
            for line in lines[:PAGE]
        ],
    )  # fmt: skip


def _tag_of_all(desk: Desk, seen: Seen) -> str:
    """What changes with any act at all: for lists that reach back further than the board."""
    with desk.reader(seen.onlooker.who) as reader:
        return reader.tag(seen.since)


def _lines(desk: Desk, seen: Seen, asked: tuple[View, str, int]) -> list[Line]:
    view, estate, skip = asked
    if view in ON_BOARD:
        return seen.page(view, estate, skip)
    with desk.reader(seen.onlooker.who) as reader:
        return Queue(reader.tx, reader.procedure, reader.who).page(view, estate, skip)


def _own(desk: Desk, visit: Visit) -> Response:
    """A resident's first page: what they reported, and what they can ask for."""
    with desk.reader(visit.who) as reader:
        cases = Queue(reader.tx, reader.procedure, visit.who).own(OWN_MAX)
    shown = Shown(desk.office.cases.procedure, desk.office.title, visit.who)
    return desk.pages.page(visit, "resident.html", cases=[shown.case(case) for case in cases])


def _add_case(router: APIRouter, desk: Desk) -> None:
    def page(
        visit: Visit, name: str, said: Said = OK, typed: dict[str, str] | None = None,
        asked: Revealed | None = None,
    ) -> Response:  # fmt: skip
        with desk.reader(visit.who) as reader:
            case = reader.case(name)
            if case is None:
                raise Gone(name)
            sheet = sheet_of(desk.office, reader, case)
        advice = advice_for(case.kind, case.handler, visit.language)
        return desk.pages.page(
            visit, "case.html", said, sheet=sheet, typed=typed or {}, asked=asked,
            clear=asked or at_once(desk, visit, case),
            advice=advice if visit.who.role != "resident" else [],
            reveal=reveal_words(visit.language), reasons=reason_words(visit.language),
        )  # fmt: skip

    @router.get("/m/cases/{name}")
    def case(name: str, request: Request) -> Response:
        visit = desk.visit(request)
        try:
            return page(visit, name)
        except Gone:
            return desk.gone(visit)

    @router.post("/m/cases/{name}/acts")
    async def act(name: str, request: Request) -> Response:
        return await desk.posted(
            request,
            lambda visit, posted: desk.act(visit, name, posted),
            lambda visit, said, typed: page(visit, name, said, typed),
        )

    @router.post("/m/cases/{name}/reveal")
    async def reveal(name: str, request: Request) -> Response:
        visit, raw = desk.visit(request), await read_form(request)

        def work() -> Response:
            try:
                try:
                    said = raw.checked(visit.who).texts
                    return page(visit, name, asked=for_a_reason(desk, visit, name, said))
                except FAULTS as error:
                    typed = {"act": "reveal"} | dict(raw.texts)
                    return page(visit, name, reveal_said(visit, error), typed)
            except Gone:
                return desk.gone(visit)

        return await run_in_threadpool(work)


def _add_photo(router: APIRouter, desk: Desk) -> None:
    def find(visit: Visit, case: str, name: str) -> bytes:
        with desk.reader(visit.who) as reader:
            seen = reader.case(case) is not None
            linked = photos_of(visit.who, reader.acts(case)) if seen else set()
        content = desk.photos.find(case, name) if name in linked else None
        if content is None:
            raise HTTPException(404, "no such photo: none of yours to see, or past its period")
        return content

    @router.get("/m/photos/{case}/{name}")
    async def photo(case: str, name: str, request: Request) -> Response:
        visit = desk.visit(request)
        content = await run_in_threadpool(find, visit, case, name)
        address = request.client.host if request.client else ""
        look = Look(visit.now, visit.who.login, address, case, name)
        try:
            await desk.office.keep_look(look)
        except StoreFault as error:
            raise HTTPException(503, "who looks cannot be written down; try again") from error
        return Response(content, media_type=content_type(name), headers=PHOTO_HEADERS)
