"""The rows of a file as entries, or what is wrong with them, row by row. Pure."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from console.register.entries import Entry
from console.register.headings import UNITS, endless, fold, read_headings, words_of
from console.register.kinds import Kind
from console.register.known import Known
from console.register.sheet import Line
from console.register.times import instant_of
from schemas.yaml_file import Fault, FileFaults

TIMES = {"valid_from": False, "valid_to": True}
NUMBERS = frozenset({"registered_count", "stay_max_s", "silent_max_s", *UNITS})


@dataclass(frozen=True, slots=True)
class Given:
    """What is told beside the file: what may be named, the estate and the zone where none is.

    `before`: what an entry says already that is only changed, by field.
    """

    known: Known
    zone: ZoneInfo
    estate: str | None = None
    before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def usual_estate(self) -> str | None:
        """The estate of a row that names none."""
        return self.estate or self.known.only_estate


@dataclass(slots=True)
class Read:
    """The entries of a file with their lines, and its faults."""

    file: str
    entries: list[tuple[int, Entry]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, where: str, what: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(self.file, line, where, what))


def read_entries(kind: Kind, lines: Iterable[Line], file: str, given: Given) -> Read:
    """All entries of a file and all its faults. Raises FileFaults where its form does not hold."""
    rows = iter(lines)
    line, cells = next(rows, (0, []))
    if not cells:
        raise FileFaults([Fault(file, 1, "file", "is empty; its first row names the columns")])
    columns = read_headings(kind, cells, file, has_estate=given.usual_estate is not None)
    read = Read(file)
    for line, cells in rows:
        entry = read_entry(kind, line, dict(zip(columns, cells, strict=False)), read, given)
        if entry is not None:
            read.entries.append((line, entry))
    return read


def read_entry(
    kind: Kind, line: int, cells: Mapping[str, str], read: Read, given: Given
) -> Entry | None:
    """The entry that cells by column mean; None, and its faults noted, where they do not hold."""
    estate = cells.get("estate") or given.usual_estate or ""
    fault = given.known.estate_fault(estate) if estate else "is empty; name the estate"
    if fault:
        read.fault(line, "estate", fault)
        return None
    told: dict[str, Any] = {**given.before, "estate": estate}
    wrong: set[str] = set()
    for column, cell in cells.items():
        if column and cell and column != "estate":
            try:
                told |= _value(column, cell, estate, given)
            except ValueError as error:
                read.fault(line, column, str(error))
                wrong.add(column)
    entry = _checked(kind, line, told, read, wrong)
    return None if wrong else entry


def _value(column: str, cell: str, estate: str, given: Given) -> dict[str, Any]:
    if column in TIMES:
        return {column: _instant(column, cell, given.known.zones.get(estate, given.zone))}
    if column in NUMBERS:
        name, factor = UNITS.get(column, (column, 1))
        return {name: _number(cell) * factor}
    if column == "dwelling":
        return {column: given.known.home(estate, cell)}
    if column == "place":
        return {column: given.known.place(estate, cell)}
    words = words_of(column)
    if words and fold(cell) not in words:
        raise ValueError(f"{cell!r} is none of: {', '.join(dict.fromkeys(words.values()))}")
    return {column: words.get(fold(cell), cell)}


def _instant(column: str, cell: str, zone: ZoneInfo) -> int | None:
    is_end = TIMES[column]
    if is_end and fold(cell) in endless():
        return None
    return instant_of(cell, zone, is_end=is_end)


def _number(cell: str) -> int:
    if not cell.isascii() or not cell.isdigit():
        raise ValueError(f"{cell!r} is no whole number")
    return int(cell)


def _checked(
    kind: Kind, line: int, told: dict[str, Any], read: Read, wrong: Set[str]
) -> Entry | None:
    """The entry, or None with its faults told; those of `wrong` columns are told already."""
    try:
        return kind.entry.model_validate(told)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            where = ".".join(map(str, fault["loc"])) or "row"
            if where not in wrong:
                read.fault(line, where, _words(fault["type"], fault["msg"]))
        return None


def _words(what: str, message: str) -> str:
    if what == "missing":
        return "is empty; it is needed"
    return message.removeprefix("Value error, ")


def without_doubles(read: Read, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each row once; a fault where two rows of the file say different things of one entry."""
    seen: dict[str, tuple[int, dict[str, Any]]] = {}
    for (line, _), row in zip(read.entries, rows, strict=True):
        first, known = seen.setdefault(row["id"], (line, row))
        if known != row:
            read.fault(
                line, "row", f"says otherwise than row {first} of the same; keep one of them"
            )
    return [row for _, row in seen.values()]


def resolved(entry: Entry, known: Known) -> Entry:
    """An entry with its home and place by their ids. Raises ValueError with how to mend it."""
    fault = known.estate_fault(entry.estate)
    if fault:
        raise ValueError(f"estate: {fault}")
    found: dict[str, str] = {}
    for name, ask in (("dwelling", known.home), ("place", known.place)):
        value = getattr(entry, name, None)
        if value is not None:
            found[name] = ask(entry.estate, value)
    return entry.model_copy(update=found)
