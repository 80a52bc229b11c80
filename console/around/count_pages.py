"""`/gates`, `/gates/{name}` and `/vehicles`: what passed by hour on any day, and who is inside."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import Response

from console.around import days
from console.around.asking import Asked, Format, Page
from console.around.days import DAY_MS, HOUR_MS
from console.around.sheets import Cell, Row, Sheet, row
from console.around.sight import area_name, passages_seen, place_name, place_of, vehicles_seen
from console.glance import day_of
from console.office import Office
from schemas.views import PassagesView, VehiclesView

Name = Annotated[str, Query(max_length=64)]
Hour = Annotated[int | None, Query(ge=0, le=23, description="this hour of the day alone")]
Day = date | None


def _when(day: Day = None, hour: Hour = None) -> tuple[date | None, int | None]:
    return day, hour


When = Annotated[tuple[date | None, int | None], Depends(_when)]
WAYS = ("people_in", "people_out", "vehicles_in", "vehicles_out")
HOURS = 24


def count_router(office: Office) -> APIRouter:
    """The pages of gates and vehicles."""
    router = APIRouter(include_in_schema=False)

    @router.get("/gates")
    def gates(request: Request, day: Day = None, format: Format = "html") -> Response:
        asked = Asked(office, request)
        shown = day.isoformat() if day else today(asked)
        with office.engine.connect() as tx:
            found = passages_seen(asked, days.passages_on(tx, shown))
            known = [one for one in days.gates_known(tx) if asked.covers(*one)]
        counted = {(one.estate, one.gate): one for one in found}
        rows = [_gate_row(asked, gate, counted.get(gate), shown) for gate in known]
        say, columns = asked.tongue.say, asked.tongue.columns("columns_gates")
        sheet = Sheet(say("gates_on", day=shown), columns, tuple(rows), say("note_people"))
        return asked.answer(Page("gates.html", say("gates"), [sheet], {"day": shown}), format)

    @router.get("/gates/{name}")
    def gate(
        request: Request, name: str, when: When, estate: Name = "", format: Format = "html"
    ) -> Response:
        asked = Asked(office, request)
        found = gate_day(asked, name, estate, when[0])
        if found is None:
            raise HTTPException(404, f"no gate {name!r} in sight")
        return asked.answer(_gate_page(asked, found, when[1]), format)

    @router.get("/vehicles")
    def vehicles(request: Request, format: Format = "html") -> Response:
        asked = Asked(office, request)
        found = vehicles_seen(asked)
        say = asked.tongue.say
        now = Sheet(
            say("vehicles_now"), asked.tongue.columns("columns_vehicles"),
            tuple(_vehicle_row(asked, one) for one in found), say("note_vehicles"),
        )  # fmt: skip
        trend = [_trend(asked, one) for one in found]
        sheets = [now, *(sheet for sheet in trend if sheet.rows)]
        return asked.answer(Page("vehicles.html", say("vehicles"), sheets), format)

    return router


def today(asked: Asked) -> str:
    """The data's day."""
    return day_of(asked.now, asked.office.settings.zone)


class GateDay:
    """A gate on a day: what passed, if anything is known, and the days of which it is."""

    def __init__(self, place: tuple[str, str], day: str, days: list[str]) -> None:
        """Nothing has passed yet."""
        self.estate, self.gate = place
        self.day, self.days = day, days
        self.view: PassagesView | None = None


def gate_day(asked: Asked, name: str, estate: str, day: date | None) -> GateDay | None:
    """A gate in sight on a day, today if none is named; None where there is no such gate."""
    with asked.office.engine.connect() as tx:
        known = [one for one in days.gates_known(tx) if one[1] == name and asked.covers(*one)]
        place = place_of(asked, estate or None, name)
        if not estate and len(known) == 1:
            place = known[0]
        elif (estate, name) in known:
            place = (estate, name)
        if place is None:
            return None
        found = GateDay(place, day.isoformat() if day else today(asked), days.days_of(tx, *place))
        on_day = days.passages_on(tx, found.day)
    found.view = next((one for one in on_day if (one.estate, one.gate) == place), None)
    return found


def hours_of(view: PassagesView | None, way: str) -> tuple[int, ...]:
    """The 24 counts of a way; noughts where nothing is known."""
    counts: tuple[int, ...] = getattr(view, way) if view is not None else ()
    return (*counts, *(0,) * HOURS)[:HOURS]


def _gate_page(asked: Asked, found: GateDay, hour: int | None) -> Page:
    tongue, view = asked.tongue, found.view
    counts = [hours_of(view, way) for way in WAYS]
    wanted = range(HOURS) if hour is None else (hour,)
    rows = [row(_hours(at), *(way[at] for way in counts)) for at in wanted]
    if hour is None:
        rows.append(row(tongue.say("whole_day"), *(sum(way) for way in counts)))
    title = tongue.pick(view.gate_name if view else place_name(asked, found.estate, found.gate))
    note = "note_people" if view is None or view.people_by == "credential" else "note_counter"
    told = f"{title} · {found.day}" + (f" · {_hours(hour)}" if hour is not None else "")
    sheet = Sheet(told, tongue.columns("columns_hours"), tuple(rows), tongue.say(note))
    more = {
        "day": found.day, "days": found.days, "hour": hour, "estate": found.estate, "view": view,
        "hours": range(HOURS), "hour_text": _hours, "bars": _bars(counts), "ways": WAYS,
        "usual": _usual(asked, view), "place": found.gate,
    }  # fmt: skip
    return Page("gate.html", title, [sheet], more)


def _hours(hour: int) -> str:
    return f"{hour:02d}:00–{hour + 1:02d}:00"


def _bars(counts: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """The counts of each hour in hundredths of the highest one."""
    highest = max((max(way) for way in counts), default=0) or 1
    return [tuple(round(100 * way[hour] / highest) for way in counts) for hour in range(HOURS)]


def _usual(asked: Asked, view: PassagesView | None) -> str:
    if view is None or view.weekday_mean is None:
        return ""
    mean = view.weekday_mean
    named = {way: f"{getattr(mean, way):.0f}" for way in WAYS}
    return asked.tongue.say("usual", weeks=view.weeks, **named)


def _gate_row(asked: Asked, gate: tuple[str, str], view: PassagesView | None, day: str) -> Row:
    estate, name = gate
    link = asked.link(f"/gates/{name}", estate=estate, day="" if day == today(asked) else day)
    words = view.gate_name if view else place_name(asked, estate, name)
    counts = [None if view is None else sum(hours_of(view, way)) for way in WAYS]
    by = asked.tongue.word("counted_by", view.people_by) if view else ""
    where = area_name(asked, estate)
    return row(
        Cell(asked.tongue.pick(words), link), where, *counts, by,
        asked.tongue.time(view.at) if view else "",
    )  # fmt: skip


def _vehicle_row(asked: Asked, view: VehiclesView) -> Row:
    kind = "differs" if view.unregistered else ""
    return row(
        Cell(
            asked.tongue.pick(view.place_name),
            asked.link(f"/places/{view.place}", estate=view.estate),
        ),
        view.inside, view.free, view.capacity, view.registered, Cell(view.unregistered, kind=kind),
        view.unread, view.loose_exits, view.overtime, asked.tongue.time(view.at),
    )  # fmt: skip


def _trend(asked: Asked, view: VehiclesView) -> Sheet:
    """The vehicles inside at the end of each of the last 24 hours, newest first."""
    since = asked.now - DAY_MS
    with asked.office.engine.connect() as tx:
        found = days.hours_of(tx, view.estate, view.place, since)
    rows = [
        row(asked.tongue.time(one.hour * HOUR_MS), one.inside, one.free, one.registered,
            one.unregistered, one.overtime)
        for one in reversed(found)
    ]  # fmt: skip
    name = asked.tongue.pick(view.place_name)
    title = asked.tongue.say("vehicles_over_time", place=name)
    return Sheet(title, asked.tongue.columns("columns_trend"), tuple(rows))
