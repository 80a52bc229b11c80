"""One entry of the register: its history, its clear values for a reason, and what changes it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from console.around.asking import Asked, Page
from console.around.sheets import Sheet, row
from console.around.sight import area_name
from console.desk.desk import Counter, Desk, Wrong, attempt, faults_of
from console.desk.entry_form import Field, column_of, fields_of, read_change, read_new, shown
from console.desk.entry_form import standing as stands_as
from console.desk.register_pages import worded
from console.posting import OwnForm, Posted
from console.register.answers import answer_of
from console.register.entries import Entry
from console.register.kinds import Kind, Row
from console.register.reading import Given, Read
from console.register.sealing import unsealed
from console.register.shelf import history

HOMES_MAX = 3000
DONE = ("entered", "changed", "ended")


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed that cannot be taken, and what is wrong with it by field."""

    form: Posted
    faults: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says beside an entry: its clear values, or what was wrong."""

    clear: Mapping[str, str] | None = None
    wrong: str = ""


NOTHING = Said()
Work = Callable[[Counter, Row, Posted], Response]


def add_entries(router: APIRouter, desk: Desk, kind: Kind) -> None:
    """The pages of one entry of a kind. A route of one word comes before that of an id."""

    @router.get("/new")
    def new(request: Request) -> Response:
        return _form(Counter.of(desk, Asked(desk.office, request), kind))

    @router.post("")
    def enter(request: Request, form: OwnForm) -> Response:
        return _enter(Counter.of(desk, Asked(desk.office, request), kind), form)

    @router.get("/{name}")
    def one(name: str, request: Request) -> Response:
        at = Counter.of(desk, Asked(desk.office, request), kind)
        return _one(at, desk.row(kind, name, at.sight))

    @router.get("/{name}/edit")
    def edit(name: str, request: Request) -> Response:
        at = Counter.of(desk, Asked(desk.office, request), kind)
        return _form(at, desk.row(kind, name, at.sight))

    works: Mapping[str, Work] = {"": _change, "/end": _end, "/reveal": _reveal}
    for path, work in works.items():
        router.add_api_route(f"/{{name}}{path}", _posting(desk, kind, work), methods=["POST"])


def _posting(desk: Desk, kind: Kind, work: Work) -> Callable[..., Response]:
    def take(name: str, request: Request, form: OwnForm) -> Response:
        at = Counter.of(desk, Asked(desk.office, request), kind)
        return work(at, desk.row(kind, name, at.sight), form)

    return take


def _form(at: Counter, before: Row | None = None, typed: Typed | None = None) -> Response:
    asked, kind, zone = at.asked, at.kind, at.desk.office.settings.zone
    known = at.desk.register.known_to(at.sight)
    fields = fields_of(kind, zone, before)
    if typed is not None:
        fields = [f if f.fixed else replace(f, value=typed.form.get(f.name)) for f in fields]
    faults = typed.faults if typed else ()
    more = {
        "kind": kind, "fields": fields, "before": before,
        "worded": partial(worded, asked, estate=before["estate"] if before else ""),
        "estates": {estate: area_name(asked, estate) for estate in sorted(known.estates)},
        "faults": {name: what for name, what in faults if name},
        "wrong": [what for _, what in faults],
        "estate": typed.form.get("estate") if typed else "",
        "why": typed.form.get("why") if typed else "",
        "homes": _names(known.homes), "places": _names(known.places),
    }  # fmt: skip
    word = "reg_new" if before is None else "reg_edit"
    title = asked.tongue.say(word, kind=asked.tongue.say(f"kind_{kind.name}"))
    return asked.answer(Page("desk_form.html", title, (), more, 422 if typed else 200))


def _names(known: Mapping[str, Mapping[str, tuple[str, ...]]]) -> list[str]:
    """What may be typed, for the browser to propose."""
    return sorted({name for named in known.values() for name in named})[:HOMES_MAX]


def _enter(at: Counter, form: Posted) -> Response:
    try:
        given = attempt(at.asked, lambda: at.desk.given(at.sight, form.get("estate") or None))
        answers = {key: form.get(key) for key in form.values}
        entry = _whole(at.asked, *read_new(at.kind, answers, given))
        name = attempt(at.asked, lambda: _set(at, entry, form, 0))
    except Wrong as error:
        return _form(at, None, Typed(form, error.faults))
    return _led(at, name, "entered")


def _whole(asked: Asked, entry: Entry | None, read: Read) -> Entry:
    """The entry of a form. Raises Wrong with all its faults."""
    if entry is None or read.faults:
        raise Wrong(faults_of(asked, read))
    return entry


def _set(at: Counter, entry: Entry, form: Posted, version: int) -> str:
    signed = at.desk.signed(at.asked, form.get("why"))
    at.desk.register.check(at.sight, at.kind, entry)
    return str(at.desk.register.desk.set(at.kind, entry, signed, version).row["id"])


def _change(at: Counter, before: Row, form: Posted) -> Response:
    try:
        entry = attempt(at.asked, lambda: _changed(at, before, form))
        attempt(at.asked, lambda: _set(at, entry, form, _version(form)))
    except Wrong as error:
        return _form(at, before, Typed(form, error.faults))
    return _led(at, str(before["id"]), "changed")


def _version(form: Posted) -> int:
    """The version that was looked at; one that there is none of where the form says nothing."""
    text = form.get("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _changed(at: Counter, before: Row, form: Posted) -> Entry:
    """The entry as the form changes it: what stays sealed is opened here and shown to nobody."""
    clear = unsealed(before, at.desk.register.vault.keys())
    usual = at.desk.given(at.sight, before["estate"])
    given = Given(usual.known, usual.zone, usual.estate, stands_as(at.kind, before, clear))
    fields = fields_of(at.kind, at.desk.office.settings.zone, before)
    answers = {key: form.get(key) for key in form.values}
    return _whole(at.asked, *read_change(at.kind, fields, answers, given))


def _end(at: Counter, before: Row, form: Posted) -> Response:
    name = str(before["id"])
    try:
        signed = at.desk.signed(at.asked, form.get("why"))
        end = at.desk.register.desk.end
        attempt(at.asked, lambda: end(at.kind, name, signed, _version(form)))
    except Wrong as error:
        return _one(at, before, Said(wrong=str(error)))
    return _led(at, name, "ended")


def _reveal(at: Counter, before: Row, form: Posted) -> Response:
    register, target = at.desk.register, f"{at.kind.name}/{before['id']}"

    def look() -> dict[str, str]:
        keys, signed = register.vault.keys(), at.desk.signed(at.asked, form.get("why"))
        return register.reveals.show(target, signed, lambda: unsealed(before, keys))

    try:
        clear = attempt(at.asked, look)
    except Wrong as error:
        return _one(at, before, Said(wrong=str(error)))
    return _one(at, before, Said(clear))


def _led(at: Counter, name: str, done: str) -> Response:
    """On to the entry, which says what was done."""
    return RedirectResponse(at.asked.link(f"/register/{at.kind.name}/{name}", done=done), 303)


def _one(at: Counter, found: Row, said: Said = NOTHING) -> Response:
    asked, kind, office = at.asked, at.kind, at.desk.office
    name, say = str(found["id"]), asked.tongue.say
    with office.engine.connect() as tx:
        versions = history(tx, kind, name)
    told = tuple(
        row(
            one.version,
            say(f"change_{one.change}"),
            asked.tongue.time(one.at),
            asked.person(one.who),
            one.why,
        )
        for one in reversed(versions)
    )
    done = asked.request.query_params.get("done")
    more = {
        "kind": kind, "row": found, "answer": answer_of(kind, found, office.clock()),
        "clear": said.clear, "wrong": said.wrong, "facts": _facts(at, found),
        "worded": partial(worded, asked, estate=found["estate"]),
        "estate": area_name(asked, found["estate"]), "number": name[:8],
        "may_write": at.desk.may_write(asked, kind), "done": done if done in DONE else "",
        "history": Sheet(say("reg_history"), asked.tongue.columns("reg_history_columns"), told),
    }  # fmt: skip
    title = say("reg_one", kind=say(f"kind_{kind.name}"), what=_what(asked, found))
    return asked.answer(Page("desk_entry.html", title, (), more, 422 if said.wrong else 200))


def _what(asked: Asked, found: Row) -> str:
    """What an entry is of, for its title: a home, or a place."""
    home = found.get("address") or found.get("dwelling")
    return str(home) if home else worded(asked, "place", found.get("place", ""), found["estate"])


def _facts(at: Counter, found: Row) -> list[tuple[Field, str]]:
    """What an entry says that is not sealed, in the order of its form."""
    zone = at.desk.office.settings.zone
    fields = fields_of(at.kind, zone, found)
    return [(f, shown(f.name, found[column_of(f.name)], zone)) for f in fields if not f.sealed]
