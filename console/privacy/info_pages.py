"""`/bases` and `/kept`: on which law feeds to the police rest, and how long what is kept."""

from fastapi import APIRouter
from starlette.responses import Response

from console.office import Office
from console.privacy.bases import Basis, bases
from console.privacy.periods import periods
from console.privacy.rendering import Asking, Page, Pages, style
from console.words import pick

Row = tuple[str, list[str], str]


def info_pages(office: Office) -> APIRouter:
    """The routes of the pages, and their style."""
    router = APIRouter(include_in_schema=False)
    pages = Pages(office.settings, office.clock)

    @router.get("/privacy/style.css")
    def style_sheet() -> Response:
        return Response(style(), media_type="text/css", headers={"Cache-Control": "max-age=600"})

    @router.get("/bases")
    def all_bases(asking: Page) -> Response:
        table = bases()
        feeds = [_row(asking, asking.t(f"feed_{name}"), one) for name, one in table.feeds.items()]
        situations = [
            _row(asking, _title(office, asking, name), one)
            for name, one in table.situations.items()
        ]
        return pages.draw(asking, "bases.html", feeds=feeds, situations=situations)

    @router.get("/kept")
    def kept(asking: Page) -> Response:
        rows = [
            (asking.t(f"kept_{one.what}"), asking.t(one.unit, n=one.count))
            for one in periods(office.settings)
        ]
        return pages.draw(asking, "kept.html", rows=rows)

    return router


def _title(office: Office, asking: Asking, situation: str) -> str:
    if situation == "own":
        return asking.t("bases_own")
    return pick(office.title(situation), asking.language)


def _row(asking: Asking, name: str, basis: Basis) -> Row:
    table = bases()
    laws = [pick(table.laws[law], asking.language) for law in basis.laws]
    return name, laws, pick(table.purposes[basis.purpose], asking.language)
