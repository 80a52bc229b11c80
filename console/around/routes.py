"""The pages of what stands, and their part of the API, as one piece of an application."""

from importlib.resources import files

from fastapi import APIRouter, FastAPI
from starlette.responses import Response

from console.around.api import around_router
from console.around.count_pages import count_router
from console.around.house_pages import house_router
from console.around.place_pages import place_router
from console.office import Office

STYLE = "sheet.css"


def add_around(app: FastAPI, office: Office) -> None:
    """Add them to an application."""
    app.include_router(house_router(office))
    app.include_router(count_router(office))
    app.include_router(place_router(office))
    app.include_router(around_router(office))
    app.include_router(_style_router())


def _style_router() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    text = files("console.around").joinpath(STYLE).read_text(encoding="utf-8")

    @router.get("/around/sheet.css")
    def style() -> Response:
        """How the plain pages look, on a screen and on paper."""
        return Response(text, media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    return router
