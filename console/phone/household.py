"""`/m/home/…`: a resident's visitors, away notes and consents."""

from collections import defaultdict
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from console.audit.chain import Signed
from console.phone.asking import Posted
from console.phone.desk import Desk, Gone
from console.phone.entering import (
    PASS_HOURS,
    SILENT_HOURS,
    WHY,
    Form,
    Kept,
    enter,
    entry_from,
    own_row,
    own_rows,
    sealed_row,
)
from console.phone.homes import own_homes
from console.phone.refusing import FAULTS, NotPossible, said_of
from console.phone.rendering import OK, Said, Visit
from console.register.kinds import KINDS
from console.register.sealing import unsealed

SHOWN_WHY = "a resident looks at the pass they made"


def household_router(desk: Desk) -> APIRouter:
    """The routes of a resident's own entries."""
    router = APIRouter(include_in_schema=False)
    _add_lists(router, desk)
    _add_one(router, desk)
    return router


def _page(
    desk: Desk, visit: Visit, kind: Kept, said: Said = OK, typed: dict[str, str] | None = None
) -> Response:
    homes = own_homes(visit.who.areas, desk.register.known())
    with desk.office.engine.connect() as tx:
        rows = own_rows(tx, kind, visit.who.login, visit.now)
    addresses = {(home.estate, home.name): home.address for home in homes}
    return desk.pages.page(
        visit, f"{kind}.html", said, kind=kind, homes=homes, rows=rows, addresses=addresses,
        typed=typed or {}, pass_hours=PASS_HOURS, silent_hours=SILENT_HOURS,
    )  # fmt: skip


def _add_lists(router: APIRouter, desk: Desk) -> None:
    @router.get("/m/home/{kind}")
    def entries(kind: Kept, request: Request) -> Response:
        return _page(desk, desk.visit(request), kind)

    @router.post("/m/home/{kind}")
    async def add(kind: Kept, request: Request) -> Response:
        return await desk.posted(
            request,
            lambda visit, posted: _enter(desk, visit, kind, posted),
            lambda visit, said, typed: _page(desk, visit, kind, said, typed),
        )

    @router.post("/m/home/{kind}/{name}/end")
    async def end(kind: Kept, name: str, request: Request) -> Response:
        return await desk.posted(
            request,
            lambda visit, _: _end(desk, visit, kind, name),
            lambda visit, said, _: _page(desk, visit, kind, said),
        )


def _enter(desk: Desk, visit: Visit, kind: Kept, posted: Posted) -> str:
    homes = own_homes(visit.who.areas, desk.register.known())
    home = next((one for one in homes if one.name == posted.texts.get("dwelling")), None)
    if home is None:
        raise NotPossible("no_home")
    form = Form(posted.texts, home, visit.now, desk.office.settings.zone)
    row = sealed_row(desk.register, kind, entry_from(kind, form))
    signed = Signed(visit.who.login, WHY, visit.now)

    def work(tx: Connection) -> str:
        name = enter(tx, kind, row, signed)
        here = f"/m/home/passes/{name}" if kind == "passes" else f"/m/home/{kind}"
        return f"{here}?{urlencode({'done': kind})}"

    return desk.once(visit, posted, kind, work)


def _end(desk: Desk, visit: Visit, kind: Kept, name: str) -> str:
    """End an entry of one's own. Ended twice it stays as it is, so no key is needed."""
    with desk.office.engine.connect() as tx:
        if own_row(tx, kind, name, visit.who.login) is None:
            raise Gone(name)
    desk.register.desk.end(KINDS[kind], name, Signed(visit.who.login, WHY, visit.now))
    return f"/m/home/{kind}?{urlencode({'done': 'ended'})}"


def _add_one(router: APIRouter, desk: Desk) -> None:
    @router.get("/m/home/passes/{name}")
    def shown(name: str, request: Request) -> Response:
        """A pass in clear, for whoever made it; the look is written down first."""
        visit = desk.visit(request)
        with desk.office.engine.connect() as tx:
            row = own_row(tx, "passes", name, visit.who.login)
        if row is None:
            return desk.gone(visit)
        signed, target = Signed(visit.who.login, SHOWN_WHY, visit.now), f"passes/{name}"
        try:
            keys = desk.register.vault.keys()
            clear = desk.register.reveals.show(target, signed, lambda: unsealed(row, keys))
        except FAULTS as error:
            return _page(desk, visit, "passes", said_of(visit, error))
        return desk.pages.page(visit, "pass.html", row=row, clear=defaultdict(str, clear))
