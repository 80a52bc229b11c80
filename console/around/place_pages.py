"""`/places/{name}` and `/unjudged`: what happened at a place, and what cannot be judged now."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from console.around.asking import Asked, Format, Page
from console.around.days import DAY_MS
from console.around.history import CaseLine, cases_at
from console.around.house_pages import home_row, reason_of
from console.around.sheets import Cell, Row, Sheet, row
from console.around.sight import (
    area_name,
    below,
    care_seen,
    devices_seen,
    homes_seen,
    place_name,
    place_of,
)
from console.lifecycle.facts import Case
from console.links import safe_link
from console.office import Office
from schemas.base import MS_PER_S, Words
from schemas.views import DeviceView

Name = Annotated[str, Query(max_length=64)]
DAYS = 30
SHOWN = 200


def place_router(office: Office) -> APIRouter:
    """The pages of places and of what cannot be judged."""
    router = APIRouter(include_in_schema=False)

    @router.get("/places/{name}")
    def place(request: Request, name: str, estate: Name = "", format: Format = "html") -> Response:
        asked = Asked(office, request)
        found = place_of(asked, estate or None, name)
        if found is None:
            raise HTTPException(404, f"no place {name!r} in sight")
        return asked.answer(_place_page(asked, *found), format)

    @router.get("/unjudged")
    def unjudged(request: Request, format: Format = "html") -> Response:
        asked = Asked(office, request)
        sheets = [_rules(asked), _silent(asked), _homes(asked), _care(asked)]
        page = Page("unjudged.html", asked.tongue.say("unjudged"), [s for s in sheets if s.rows])
        return asked.answer(page, format)

    return router


def _place_page(asked: Asked, estate: str, place: str) -> Page:
    tongue, config = asked.tongue, asked.office.cases.around.config(estate)
    inside = below(config, place)
    since = asked.office.clock() - DAYS * DAY_MS
    with asked.office.engine.connect() as tx:
        cases = cases_at(asked.office.cases.reader(tx, asked.who), estate, place, since, SHOWN)
    devices = [one for one in devices_seen(asked) if one.estate == estate and one.place in inside]
    homes = [one.home for one in homes_seen(asked) if one.home.place in inside]
    sheets = [_what(asked, cases), _cases(asked, cases), _devices(asked, devices)]
    if homes:
        rows = tuple(home_row(asked, home) for home in homes if home.estate == estate)
        title = tongue.say("homes_here")
        sheets.append(Sheet(title, tongue.columns("columns_homes"), rows, tongue.say("note_homes")))
    names = asked.office.cases.around
    lineage = list(config.lineage(place))[1:] if config else []
    more = {
        "where": [Cell(tongue.pick(n.name), asked.link(f"/places/{n.id}", estate=estate))
                  for n in reversed(lineage)],
        "cameras": _cameras(asked, estate, place), "areas": names.nodes(estate), "days": DAYS,
    }  # fmt: skip
    return Page("place.html", tongue.pick(place_name(asked, estate, place)), sheets, more)


def _cameras(asked: Asked, estate: str, place: str) -> list[dict[str, str]]:
    """The cameras that see the place, with their state and live view where the site gives one."""
    config = asked.office.cases.around.config(estate)
    if config is None:
        return []
    states = {one.place: one.state for one in devices_seen(asked) if one.estate == estate}
    return [
        {
            "name": asked.tongue.pick(camera.name), "state": states.get(camera.id, "unknown"),
            "live": safe_link(camera.live_url),
        }
        for camera in config.cameras_at(place)
    ]  # fmt: skip


def case_title(asked: Asked, case: Case) -> Words:
    """What a case is about, in words."""
    category = asked.office.cases.procedure.category_of(case)
    if category is not None:
        return Words(zh=category.zh, en=category.en)
    return asked.office.title(case.kind)


def _what(asked: Asked, cases: Iterable[CaseLine]) -> Sheet:
    """What happened by situation: how often, and what it turned out to be."""
    counted: dict[str, list[int]] = {}
    for one in cases:
        sums = counted.setdefault(asked.tongue.pick(case_title(asked, one.case)), [0, 0, 0, 0])
        sums[0] += 1
        sums[1] += one.alerts
        sums[2] += one.case.verdict == "true"
        sums[3] += one.case.verdict == "false"
    rows = sorted((row(name, *sums) for name, sums in counted.items()), key=_most)
    say = asked.tongue.say
    return Sheet(say("what_happened", n=DAYS), asked.tongue.columns("columns_what"), tuple(rows))


def _most(one: Row) -> int:
    value = one[1].value
    return -value if isinstance(value, int) else 0


def _cases(asked: Asked, cases: Iterable[CaseLine]) -> Sheet:
    tongue, table = asked.tongue, asked.office.cases.procedure.table
    rows = []
    for one in cases:
        case = one.case
        state = tongue.pick(table.flows[case.flow].states[case.state])
        verdict = tongue.pick(table.verdicts[case.verdict]) if case.verdict else ""
        level = Cell(tongue.level(case.severity), kind=case.severity)
        link = asked.link(f"/paper/cases/{case.id}")
        rows.append(
            row(Cell(tongue.time(case.opened_at), link), level,
                tongue.pick(case_title(asked, case)), tongue.pick(case.place_name), state, verdict)
        )  # fmt: skip
    title = tongue.say("cases_here", n=DAYS)
    return Sheet(title, tongue.columns("columns_cases"), tuple(rows))


def _devices(asked: Asked, devices: Iterable[DeviceView]) -> Sheet:
    rows = tuple(_device_row(asked, one) for one in devices)
    say = asked.tongue.say
    return Sheet(say("devices_here"), asked.tongue.columns("columns_devices"), rows)


def _device_row(asked: Asked, one: DeviceView) -> Row:
    tongue = asked.tongue
    rules = tongue.say("comma").join(tongue.pick(asked.office.title(r)) for r in one.not_judged)
    skew = "" if one.skew_s is None else tongue.say("seconds", n=f"{one.skew_s:+.0f}")
    return row(
        tongue.pick(one.name), _place(asked, one),
        Cell(tongue.say(f"device_{one.state}"), kind=one.state), tongue.time(one.last_seen), skew,
        rules,
    )  # fmt: skip


def _place(asked: Asked, one: DeviceView) -> Cell:
    link = asked.link(f"/places/{one.place}", estate=one.estate)
    return Cell(asked.tongue.pick(one.place_name), link)


def _rules(asked: Asked) -> Sheet:
    """Each alert that cannot be judged, for each device that it cannot be judged because of."""
    tongue = asked.tongue
    rows = [
        row(
            tongue.pick(asked.office.title(rule)), tongue.pick(one.name),
            _place(asked, one), Cell(tongue.say(f"device_{one.state}"), kind=one.state),
            tongue.time(one.last_seen),
            tongue.span(asked.now - one.last_seen) if one.last_seen is not None else "",
        )
        for one in devices_seen(asked)
        for rule in one.not_judged
    ]  # fmt: skip
    rows.sort(key=lambda cells: cells[0].text)
    title = tongue.say("rules_unjudged")
    return Sheet(title, tongue.columns("columns_unjudged"), tuple(rows), tongue.say("note_devices"))


def _silent(asked: Asked) -> Sheet:
    """Estates whose input is down: nothing there can be judged."""
    wall, limit = asked.office.clock(), asked.office.settings.stale_after_s * MS_PER_S
    rows = [
        row(area_name(asked, view.estate), asked.tongue.time(view.ticked_at))
        for view in asked.office.views.silent_inputs(wall, limit)
        if asked.covers(view.estate, view.estate)
    ]
    say = asked.tongue.say
    return Sheet(say("inputs_silent"), asked.tongue.columns("columns_silent"), tuple(rows))


def _homes(asked: Asked) -> Sheet:
    """Homes that cannot be judged, and why."""
    rows = [
        row(
            Cell(
                asked.tongue.pick(one.home.place_name),
                asked.link(f"/places/{one.home.place}", estate=one.home.estate),
            ),
            reason_of(asked, one.home),
        )
        for one in homes_seen(asked)
        if one.home.status == "cannot_be_judged"
    ]
    say = asked.tongue.say
    return Sheet(say("homes_unjudged"), asked.tongue.columns("columns_why"), tuple(rows))


def _care(asked: Asked) -> Sheet:
    """Homes looked after whose silence cannot be judged."""
    rows = [
        row(asked.tongue.pick(one.place_name), asked.tongue.time(one.last))
        for one in care_seen(asked)
        if one.state == "not_judged"
    ]
    say = asked.tongue.say
    return Sheet(say("care_unjudged"), asked.tongue.columns("columns_care"), tuple(rows))
