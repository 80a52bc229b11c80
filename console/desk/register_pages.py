"""`/register`: its kinds, the list of each, and what a search finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from console.around.asking import Asked, Format, Page
from console.around.sheets import Cell, Sheet
from console.around.sheets import Row as Cells
from console.around.sight import area_name
from console.desk.desk import Counter, Desk, Wrong, attempt
from console.desk.entry_form import CHOICES, column_of, shown
from console.desk.registry import PART, Condition, Search, part_of, sought, standing_at
from console.posting import OwnForm, Posted
from console.register.answers import answer_of
from console.register.kinds import KINDS, Kind, Row
from console.register.sight import count_in_sight

EXPORT_MAX = 20_000
FOUND_MAX = 200
LISTED: Mapping[str, tuple[str, ...]] = {
    "dwellings": ("name", "address", "use", "registered_count"),
    "credentials": ("dwelling", "credential_class"),
    "permits": ("dwelling", "credential_class", "stay_max_min"),
    "passes": ("dwelling",),
    "aways": ("dwelling",),
    "consents": ("dwelling", "given_by", "silent_max_h"),
    "works": ("place", "what"),
    "patrols": ("place",),
}
STATE_MARKS = {"standing": "in_use", "over": "seems_vacant", "ended": "lost"}


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is asked for, and in what form."""

    begin: int
    ended: bool
    format: Format


def register_page(desk: Desk) -> APIRouter:
    """The page of all kinds."""
    router = APIRouter(include_in_schema=False)

    @router.get("/register")
    def index(request: Request) -> Response:
        return _index(desk, Asked(desk.office, request))

    return router


def add_lists(router: APIRouter, desk: Desk, kind: Kind) -> None:
    """The list of a kind, and its search."""

    @router.get("")
    def entries(
        request: Request, begin: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
        ended: bool = False, format: Format = "html",
    ) -> Response:  # fmt: skip
        at = Counter.of(desk, Asked(desk.office, request), kind)
        return _listed(at, Part(begin, ended, format))

    @router.post("/find")
    def find(request: Request, form: OwnForm) -> Response:
        return _found(Counter.of(desk, Asked(desk.office, request), kind), form)


def _index(desk: Desk, asked: Asked) -> Response:
    sight, now = desk.sight(asked), desk.office.clock()
    seen = [kind for kind in KINDS.values() if sight.sees(kind)]
    with desk.office.engine.connect() as tx:
        counts = {kind.name: count_in_sight(tx, kind, sight, now) for kind in seen}
    may = {kind.name: desk.may_write(asked, kind) for kind in seen}
    more = {"counts": counts, "may_write": may}
    return asked.answer(Page("desk_register.html", asked.tongue.say("reg_title"), (), more))


def _listed(at: Counter, part: Part) -> Response:
    desk, asked, kind, sight = at.desk, at.asked, at.kind, at.sight
    conditions = sight.conditions(kind)
    if not part.ended:
        conditions += standing_at(kind, desk.office.clock())
    is_file = part.format == "xlsx"
    rows = _rows(desk, kind, conditions, (0, EXPORT_MAX) if is_file else (part.begin, PART + 1))
    shown_rows = rows if is_file else rows[:PART]
    with desk.office.engine.connect() as tx:
        count = count_in_sight(tx, kind, sight, desk.office.clock())
    here = f"/register/{kind.name}"
    ended = "1" if part.ended else ""
    more = {
        "kind": kind, "may_write": desk.may_write(asked, kind), "search": None, "part": part,
        "count": count, "before": asked.link(here, begin=part.begin - PART, ended=ended)
        if part.begin >= PART else "",
        "behind": asked.link(here, begin=part.begin + PART, ended=ended)
        if len(rows) > PART else "",
    }  # fmt: skip
    sheet = sheet_of(asked, kind, shown_rows)
    page = Page("desk_list.html", asked.tongue.say(f"kind_{kind.name}"), [sheet], more)
    return asked.answer(page, part.format)


def _rows(
    desk: Desk, kind: Kind, conditions: Sequence[Condition], part: tuple[int, int]
) -> list[Row]:
    with desk.office.engine.connect() as tx:
        return part_of(tx, kind, conditions, part)


def _found(at: Counter, form: Posted) -> Response:
    """What a search finds. Posted, so that it stands in no address and in no log of addresses."""
    desk, asked, kind = at.desk, at.asked, at.kind
    search = Search(form.get("number"), form.get("plate"), form.get("near") == "yes",
                    form.get("home"))  # fmt: skip
    may_write = desk.may_write(asked, kind)
    if not may_write and (search.number or search.plate):
        # Whoever only supervises has no errand with whose a card or plate is.
        raise HTTPException(403, "a number or plate is looked for by who keeps the register")
    wrong, rows = "", list[Row]()
    try:
        conditions = attempt(asked, lambda: _conditions(at, search))
        rows = [] if search.is_empty else _rows(desk, kind, conditions, (0, FOUND_MAX))
    except Wrong as error:
        wrong = str(error)
    more = {"kind": kind, "may_write": may_write, "search": search, "wrong": wrong}
    sheet = sheet_of(asked, kind, rows)
    page = Page("desk_list.html", asked.tongue.say(f"kind_{kind.name}"), [sheet], more)
    return asked.answer(page)


def _conditions(at: Counter, search: Search) -> list[Condition]:
    desk, kind, sight = at.desk, at.kind, at.sight
    is_sealed = bool(search.number or search.plate)
    keys = desk.register.vault.keys() if is_sealed else None
    estates = sorted(desk.register.known_to(sight).estates)
    return [*sight.conditions(kind), *sought(kind, search, keys, estates)]


def sheet_of(asked: Asked, kind: Kind, rows: Sequence[Row]) -> Sheet:
    """Entries as a table; nothing of it in clear that was sealed."""
    say = asked.tongue.say
    names = LISTED[kind.name]
    columns = (say("col_id"), say("col_estate"), *(say(f"col_{name}") for name in names),
               say("col_valid_from"), say("col_valid_to"), say("col_state"))  # fmt: skip
    return Sheet(say(f"kind_{kind.name}"), columns, tuple(_cells(asked, kind, row) for row in rows))


def _cells(asked: Asked, kind: Kind, row: Row) -> Cells:
    tongue, zone = asked.tongue, asked.office.settings.zone
    state = answer_of(kind, row, asked.office.clock()).state
    href = asked.link(f"/register/{kind.name}/{row['id']}")
    says = [Cell(worded(asked, name, shown(name, row[column_of(name)], zone), row["estate"]))
            for name in LISTED[kind.name]]  # fmt: skip
    says[0] = replace(says[0], href=href)
    until = tongue.time(row["valid_to"]) or tongue.say("for_good")
    return (
        Cell(str(row["id"])[:8]), Cell(area_name(asked, row["estate"])), *says,
        Cell(tongue.time(row["valid_from"])), Cell(until),
        Cell(tongue.say(f"state_{state}"), kind=STATE_MARKS[state]),
    )  # fmt: skip


def worded(asked: Asked, name: str, value: str, estate: str) -> str:
    """A value as people read it: a choice by its word, a place by its name."""
    if name == "place" and value:
        return asked.tongue.pick(asked.office.cases.around.name(estate, value))
    if name in CHOICES and value:
        return asked.tongue.say(f"{PREFIXES[name]}_{value}")
    return value


PREFIXES = {"use": "use", "credential_class": "class", "given_by": "given"}
