"""A list is brought in by a page: first what it would change, then the change; and its template."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from fastapi import APIRouter, Request
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from console.around.asking import Asked, Page
from console.around.export import MEDIA
from console.around.sheets import Cell, Sheet, row
from console.around.sight import area_name
from console.desk.bringing import FILE_MAX, Held, digest_of, held_text, taken
from console.desk.desk import Counter, Desk, Wrong, attempt
from console.desk.faults import told
from console.posting import Posted, posted
from console.register.headings import heading_of, template_columns
from console.register.importing import Imported, Wish, differing, import_file
from console.register.kinds import Kind
from schemas.yaml_file import FileFaults

SHOWN = 500
FAULTS_SHOWN = 300
MARKS = {"added": "done", "changed": "yellow", "revived": "blue", "left": "plain"}
Form = Literal["xlsx", "csv"]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a list has found: its faults, or what it changes and what holds it."""

    faults: tuple[Sheet, ...] = ()
    imported: Imported | None = None
    held: str = ""
    wrong: str = ""
    done: bool = False


NOTHING = Looked()


def add_imports(router: APIRouter, desk: Desk, kind: Kind) -> None:
    """The pages that bring lists of a kind in."""

    @router.get("/import")
    def ask(request: Request) -> Response:
        return _page(Counter.of(desk, Asked(desk.office, request), kind))

    @router.post("/import")
    async def bring(request: Request) -> Response:
        asked = Asked(desk.office, request)
        form = await posted(request, FILE_MAX)
        work = _write if form.get("held") else _look
        return await run_in_threadpool(lambda: work(Counter.of(desk, asked, kind), form))

    @router.get("/template/{form}")
    def template(form: Form, request: Request) -> Response:
        return _template(Counter.of(desk, Asked(desk.office, request), kind), form)


def _page(at: Counter, looked: Looked = NOTHING) -> Response:
    asked, say = at.asked, at.asked.tongue.say
    known = at.desk.register.known_to(at.sight)
    counts = looked.imported.counts if looked.imported else {}
    changes = _changes(at, looked.imported) if looked.imported else None
    more = {
        "kind": at.kind, "looked": looked, "counts": counts, "changes": changes,
        "estates": {estate: area_name(asked, estate) for estate in sorted(known.estates)},
        "columns": template_columns(at.kind), "heading": heading_of, "most": FILE_MAX // 1024**2,
    }  # fmt: skip
    title = say("reg_import", kind=say(f"kind_{at.kind.name}"))
    status = 422 if looked.wrong or looked.faults else 200
    return asked.answer(Page("desk_import.html", title, (), more, status))


def _changes(at: Counter, imported: Imported) -> Sheet:
    """What is another way behind it, entry by entry; nothing of it in clear that was sealed."""
    say = at.asked.tongue.say
    changed = [one for one in imported.planned if one.change != "same"]
    rows = tuple(
        row(
            Cell(say(f"would_{one.change}"), kind=MARKS[one.change]), str(one.row["id"])[:8],
            area_name(at.asked, one.row["estate"]),
            str(one.row.get("name") or one.row.get("dwelling") or one.row.get("place") or ""),
            ", ".join(_columns(at, differing(at.kind, one))) if one.change == "changed" else "",
        )
        for one in changed[:SHOWN]
    )  # fmt: skip
    note = say("reg_more_rows", n=len(changed) - SHOWN) if len(changed) > SHOWN else ""
    return Sheet(say("reg_changes"), at.asked.tongue.columns("reg_change_columns"), rows, note)


def _columns(at: Counter, names: Iterable[str]) -> Iterable[str]:
    for name in names:
        yield at.asked.tongue.say("col_sealed" if name == "sealed" else f"col_{name}")


def _look(at: Counter, form: Posted) -> Response:
    estate = form.get("estate") or None
    wish = Wish(form.file, form.file_name or "list", estate, revive=form.get("revive") == "yes")
    say = at.asked.tongue.say
    if not form.file or len(form.file) > FILE_MAX:
        word = "reg_too_long" if form.file else "reg_no_file"
        return _page(at, Looked(wrong=say(word, n=FILE_MAX // 1024**2)))
    return _page(at, _looked_at(at, wish))


def _looked_at(at: Counter, wish: Wish) -> Looked:
    try:
        imported = attempt(at.asked, lambda: _bring(at, wish, ""), has_list=True)
        digest = digest_of(imported)
        keys = at.desk.register.vault.keys()
        held = held_text(keys, Held(at.asked.who.login, at.kind.name, digest, wish))
    except FileFaults as error:
        return Looked(faults=(_faults(at, error),))
    except Wrong as error:
        return Looked(wrong=str(error))
    return Looked(imported=imported, held=held)


def _bring(at: Counter, wish: Wish, why: str) -> Imported:
    signed = at.desk.signed(at.asked, why or wish.file)
    return import_file(at.desk.register, at.kind, replace(wish, sight=at.sight), signed)


def _write(at: Counter, form: Posted) -> Response:
    """Bring in what was looked at; where the register has moved on since, it is looked at anew."""
    say, asked = at.asked.tongue.say, at.asked
    try:
        keys = at.desk.register.vault.keys
        held = attempt(asked, lambda: taken(keys(), form.get("held"), asked.who.login, at.kind))
        now = _looked_at(at, held.wish)
        if now.imported is None:
            return _page(at, now)
        if digest_of(now.imported) != held.digest:
            return _page(at, replace(now, wrong=say("reg_moved_on")))
        if not form.get("why"):
            return _page(at, replace(now, wrong=say("reg_why_needed")))
        done = attempt(asked, lambda: _bring(at, replace(held.wish, write=True), form.get("why")))
    except Wrong as error:
        return _page(at, Looked(wrong=str(error)))
    return _page(at, Looked(imported=done, done=True))


def _faults(at: Counter, error: FileFaults) -> Sheet:
    """What is wrong with a list, by its rows."""
    say, language = at.asked.tongue.say, at.asked.tongue.language
    rows = tuple(
        row(str(one.line), _heading(at, one.path), told(one.what, language))
        for one in error.faults[:FAULTS_SHOWN]
    )
    left = len(error.faults) - FAULTS_SHOWN
    note = say("reg_more_rows", n=left) if left > 0 else ""
    title = say("reg_faults", n=len(error.faults))
    return Sheet(title, at.asked.tongue.columns("reg_fault_columns"), rows, note)


def _heading(at: Counter, where: str) -> str:
    """A column as the page calls it; what is none of them as it is."""
    if where in ("row", "file"):
        return at.asked.tongue.say(f"where_{where}")
    known = at.kind.entry.model_fields
    return at.asked.tongue.say(f"col_{where}") if where in known else where


def _template(at: Counter, form: Form) -> Response:
    """An empty list with its headings; every column is text, so that no number loses a digit."""
    language = at.asked.tongue.language
    headings = [heading_of(at.kind, name, language) for name in template_columns(at.kind)]
    content = _workbook(headings) if form == "xlsx" else _csv(headings)
    media = MEDIA if form == "xlsx" else "text/csv; charset=utf-8"
    name = f'attachment; filename="{at.kind.name}.{form}"'
    return Response(content, media_type=media, headers={"Content-Disposition": name})


def _workbook(headings: list[str]) -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    page.append(headings)
    for number in range(1, len(headings) + 1):
        letter = page.column_dimensions[get_column_letter(number)]
        letter.number_format, letter.width = "@", 18
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _csv(headings: list[str]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerow(headings)
    return file.getvalue().encode("utf-8-sig")
