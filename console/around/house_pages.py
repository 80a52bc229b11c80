"""`/homes` and `/buildings/{name}`: homes by building, and one building floor by floor."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from console.around.asking import Asked, Format, Page
from console.around.homes import STATES, Building, Located, buildings, units
from console.around.sheets import Cell, Row, Sheet, percent, row
from console.around.sight import area_name, homes_seen, place_name
from console.office import Office
from console.words import event_word
from schemas.views import HomeStatus, HomeView

Name = Annotated[str, Query(max_length=64)]
NIGHTS = 7


def house_router(office: Office) -> APIRouter:
    """The pages of homes."""
    router = APIRouter(include_in_schema=False)

    @router.get("/homes")
    def homes(
        request: Request,
        building: Name = "",
        estate: Name = "",
        status: HomeStatus | None = None,
        format: Format = "html",
    ) -> Response:
        asked = Asked(office, request)
        seen = homes_seen(asked)
        wanted = [one for one in seen if _is_wanted(one, building, estate, status)]
        is_list = bool(building or status)
        counted = _by_building(asked, buildings(seen))
        listed = home_sheet(asked, wanted, _title(asked, wanted, building, status))
        # A file holds all that the page is about: without a choice every home.
        sheets = [listed] if is_list or format == "xlsx" else [counted]
        more = {"counts": _counts(asked, seen), "is_list": is_list, "cards": buildings(seen)}
        return asked.answer(Page("homes.html", asked.tongue.say("homes"), sheets, more), format)

    @router.get("/buildings/{name}")
    def building(
        request: Request, name: str, estate: Name = "", format: Format = "html"
    ) -> Response:
        asked = Asked(office, request)
        here = [one for one in homes_seen(asked) if _is_wanted(one, name, estate, None)]
        if not here:
            raise HTTPException(404, f"no building {name!r} in sight")
        title = asked.tongue.pick(here[0].where.building_name)
        sheet = home_sheet(asked, here, title)
        more = {
            "units": units(here), "states": STATES, "building": buildings(here)[0],
            "reason": partial(reason_of, asked), "last": partial(_last_short, asked),
        }  # fmt: skip
        return asked.answer(Page("building.html", title, [sheet], more), format)

    return router


def _is_wanted(one: Located, building: str, estate: str, status: HomeStatus | None) -> bool:
    return (
        (not building or one.where.building == building)
        and (not estate or one.home.estate == estate)
        and status in (None, one.home.status)
    )


def _title(asked: Asked, homes: Sequence[Located], building: str, status: str | None) -> str:
    parts = []
    if building and homes:
        parts.append(asked.tongue.pick(homes[0].where.building_name))
    if status:
        parts.append(asked.tongue.word("homes", status))
    return " · ".join(parts) or asked.tongue.say("homes")


def _counts(asked: Asked, homes: Sequence[Located]) -> list[Cell]:
    say = asked.tongue.word
    return [
        Cell(
            f"{say('homes', state)} {sum(one.home.status == state for one in homes)}",
            asked.link("/homes", status=state), state,
        )
        for state in STATES
    ]  # fmt: skip


def _by_building(asked: Asked, found: Sequence[Building]) -> Sheet:
    rows = [_building_row(asked, one) for one in found]
    say = asked.tongue.say
    columns = asked.tongue.columns("columns_buildings")
    return Sheet(say("by_building"), columns, tuple(rows), say("note_homes"))


def _building_row(asked: Asked, one: Building) -> Row:
    where = {"building": one.id, "estate": one.estate}
    name = Cell(asked.tongue.pick(one.name), asked.link(f"/buildings/{one.id}", estate=one.estate))
    counts = [
        Cell(one.counts[state], asked.link("/homes", **where, status=state), state)
        for state in STATES
    ]
    estate = area_name(asked, one.estate)
    return row(name, estate, Cell(one.total, asked.link("/homes", **where)), *counts)


def home_sheet(asked: Asked, homes: Sequence[Located], title: str) -> Sheet:
    """Homes with their state, evidence, sources and coverage."""
    rows = [home_row(asked, one.home) for one in homes]
    note = asked.tongue.say("note_homes")
    return Sheet(title, asked.tongue.columns("columns_homes"), tuple(rows), note)


def home_row(asked: Asked, home: HomeView) -> Row:
    """One home as a row."""
    tongue = asked.tongue
    sources = tongue.say("comma").join(tongue.word("sources", name) for name in home.sources)
    address = asked.link(f"/places/{home.place}", estate=home.estate)
    return row(
        Cell(tongue.pick(home.place_name), address),
        Cell(tongue.word("homes", home.status), kind=home.status),
        reason_of(asked, home),
        tongue.word("uses", home.use),
        home.people,
        last_of(asked, home),
        tongue.say("nights_of", n=home.nights, of=NIGHTS),
        sources,
        percent(home.coverage),
    )


def reason_of(asked: Asked, home: HomeView) -> str:
    """In what way it differs from the register, or why it cannot be judged."""
    named = (("differs", home.differs), ("doubts", home.doubt))
    return " ".join(asked.tongue.word(group, name) for group, name in named if name is not None)


def _last_short(asked: Asked, home: HomeView) -> str:
    """The last evidence as it fits a square of the plan: the day's time and what was read."""
    if home.last is None:
        return ""
    said = asked.tongue.time(home.last)[5:]
    if home.last_by is not None:
        said += f" {event_word(home.last_by, asked.tongue.language)}"
    return said


def last_of(asked: Asked, home: HomeView) -> str:
    """The last evidence of a home: when, what, and where it was read."""
    if home.last is None:
        return ""
    said = [asked.tongue.time(home.last)]
    if home.last_by is not None:
        said.append(event_word(home.last_by, asked.tongue.language))
    if home.last_place is not None:
        said.append(asked.tongue.pick(place_name(asked, home.estate, home.last_place)))
    return " · ".join(said)
