"""`/m/report`: something is reported from a phone, with photos, and becomes a case."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from console.accounts.principal import Principal
from console.cases.intake import Report
from console.lifecycle.routing import Categories
from console.phone.asking import Posted
from console.phone.desk import Desk, in_estate, path_of
from console.phone.homes import Home, own_homes
from console.phone.refusing import NotPossible
from console.phone.rendering import OK, Said, Visit
from console.register.known import Known
from schemas.pictures import picture_link


@dataclass(frozen=True, slots=True)
class Spot:
    """Somewhere that somebody can report: an estate, or a home of theirs."""

    estate: str
    home: Home | None = None

    @property
    def key(self) -> str:
        """What the form calls it."""
        return f"{self.estate}/{self.home.name}" if self.home else self.estate


def reports_router(desk: Desk) -> APIRouter:
    """The routes of reporting."""
    router = APIRouter(include_in_schema=False)

    def page(visit: Visit, said: Said = OK, typed: dict[str, str] | None = None) -> Response:
        spots = spots_of(desk, visit.who, desk.register.known())
        return desk.pages.page(
            visit, "report.html", said, spots=spots, typed=typed or {},
            categories=desk.office.cases.procedure.categories,
        )  # fmt: skip

    @router.get("/m/report")
    def form(request: Request) -> Response:
        return page(desk.visit(request))

    @router.post("/m/report")
    async def file(request: Request) -> Response:
        return await desk.posted(request, lambda visit, posted: _file(desk, visit, posted), page)

    return router


def spots_of(desk: Desk, who: Principal, known: Known) -> list[Spot]:
    """Where somebody can report: their homes and the estates these lie in, or their area."""
    homes = own_homes(who.areas, known)
    around = desk.office.cases.around
    covered = {one for one in known.estates if who.covers(around.areas(one, one))}
    estates = sorted(covered | {home.estate for home in homes})
    return [*(Spot(home.estate, home) for home in homes), *(Spot(one) for one in estates)]


def _file(desk: Desk, visit: Visit, posted: Posted) -> str:
    known = desk.register.known()
    spots = spots_of(desk, visit.who, known)
    categories = desk.office.cases.procedure.categories
    report, who = _report(posted, spots, known, categories, visit.who)
    links = tuple(picture_link(name) for name, _ in posted.photos)

    def work(tx: Connection) -> str:
        case = desk.office.cases.intake.file(tx, who, report, visit.now, pictures=links)
        desk.photos.keep(case.id, posted.photos)
        return path_of(case.id, "file")

    return desk.once(visit, posted, "report", work)


def _report(
    posted: Posted, spots: Iterable[Spot], known: Known, categories: Categories, who: Principal
) -> tuple[Report, Principal]:
    """What a form reports, and who reports it. Raises NotPossible, ValidationError."""
    said = posted.texts
    spot = next((one for one in spots if one.key == said.get("spot")), None)
    if spot is None:
        raise NotPossible("needs_spot")
    if not said.get("text"):
        raise NotPossible("needs_text")
    if said.get("category") not in categories:
        raise NotPossible("needs_category")
    home = spot.home
    report = Report(
        estate=spot.estate, category=said["category"], text=said["text"],
        place=home.place if home else None, dwelling=home.name if home else None,
        against=_against(said.get("against", ""), spot.estate, known),
    )  # fmt: skip
    return report, in_estate(who, spot.estate) if home else who


def _against(text: str, estate: str, known: Known) -> str | None:
    """The home that a report is about. Raises NotPossible for one that nobody knows."""
    if not text:
        return None
    try:
        return known.home(estate, text)
    except ValueError as error:
        raise NotPossible("no_such_home") from error
