"""`/api/homes`, `/api/gates/{name}/passages`, `/api/vehicles`: the figures of the pages."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request

from console.around.asking import Asked
from console.around.count_pages import WAYS, gate_day, hours_of
from console.around.homes import Located
from console.around.sight import homes_seen, vehicles_seen
from console.office import Office
from console.rest.paging import Page, Paged
from schemas.base import Model, Words
from schemas.views import HomeStatus, HomeView, VehiclesView

Name = Annotated[str, Query(max_length=64)]


class HourAnswer(Model):
    """What passed a gate in one hour of the wall clock; `hour` 22 is 22:00 to 23:00."""

    hour: int
    people_in: int
    people_out: int
    vehicles_in: int
    vehicles_out: int


class PassagesAnswer(Model):
    """What passed a gate on a day; `days` are those of which anything is known, newest first."""

    estate: str
    gate: str
    name: Words | None
    day: str
    people_by: str | None
    hours: list[HourAnswer]
    days: list[str]


class HomeAnswer(HomeView):
    """A home with the building that it is in."""

    building: str


def around_router(office: Office) -> APIRouter:
    """The routes of homes, gates and vehicles."""
    router = APIRouter(tags=["at a glance"])

    @router.get("/api/homes")
    def homes(
        request: Request, part: Paged, status: HomeStatus | None = None, building: Name = ""
    ) -> Page[HomeAnswer]:
        """Homes in sight in the order of estate and name; for police, grid and supervisors."""
        seen = [
            one
            for one in homes_seen(Asked(office, request))
            if status in (None, one.home.status) and building in ("", one.where.building)
        ]
        found = part.of(seen, lambda one: (one.home.estate, one.home.dwelling), str, str)
        return found.shown(_home)

    @router.get("/api/gates/{name}/passages")
    def passages(
        request: Request, name: str, estate: Name = "", day: date | None = None
    ) -> PassagesAnswer:
        """What passed a gate by hour, today or on a day that is still kept."""
        found = gate_day(Asked(office, request), name, estate, day)
        if found is None:
            raise HTTPException(404, f"no gate {name!r}")
        counts = [hours_of(found.view, way) for way in WAYS]
        view = found.view
        hours = [
            HourAnswer(hour=hour, **dict(zip(WAYS, (way[hour] for way in counts), strict=True)))
            for hour in range(24)
        ]
        return PassagesAnswer(
            estate=found.estate, gate=found.gate, name=view.gate_name if view else None,
            day=found.day, people_by=view.people_by if view else None,
            hours=hours if view else [], days=found.days,
        )  # fmt: skip

    @router.get("/api/vehicles")
    def vehicles(request: Request, part: Paged) -> Page[VehiclesView]:
        """The vehicles inside and the bays free, of each place that counts them."""
        seen = vehicles_seen(Asked(office, request))
        found = part.of(seen, lambda one: (one.estate, one.place != one.estate, one.place),
                        str, bool, str)  # fmt: skip
        return found.shown(lambda one: one)

    return router


def _home(one: Located) -> HomeAnswer:
    return HomeAnswer(**one.home.model_dump(), building=one.where.building)
