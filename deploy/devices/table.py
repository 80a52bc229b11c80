"""A list of devices as people keep it (CSV, UTF-8 or GB18030) read as a part of the site. Pure.

Each row becomes a device under `devices:` of its estate, and remembers its line, so that whatever
is wrong with it is told as `FILE.csv:LINE`.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from schemas.site import Site
from schemas.yaml_file import Document, Fault, FileFaults, Path, parse

ROWS_MAX = 100_000
NEEDED = ("id", "place")
LISTS = ("ids", "topics")
NUMBERS = ("heartbeat_s", "silence_s", "clock_shift_s", "retention_days", "faces_enrolled")
FLAGS = ("recognises_faces",)
_BETWEEN = re.compile(r"[;；|]")
_PADDING = re.compile(r"[\s_（）()\[\]-]")
_NUMBER = re.compile(r"^-?\d+$")


@dataclass(frozen=True, slots=True)
class _Columns:
    names: Mapping[str, str]
    words: Mapping[str, Mapping[str, Any]]


@cache
def _columns() -> _Columns:
    text = files(__package__).joinpath("columns.yaml").read_text(encoding="utf-8")
    content = parse(text, "columns.yaml").content
    names = {
        _fold(name): column
        for column, others in content["columns"].items()
        for name in (column, *others)
    }
    return _Columns(names, content["words"])


def read_table(content: bytes, file: str, site: Site) -> Document:
    """The rows as the content of a site file. Raises FileFaults for what is wrong with the form.

    `site` knows the places by name: a cell may hold the one or the other. Where there is only one
    estate, its column may be left out.
    """
    rows = _rows(_text(content, file), file)
    header = next(rows, None)
    if header is None:
        raise FileFaults([Fault(file, 1, "file", "is empty; its first row names the columns")])
    table = _Table(file, _header(header[1], file, site), _Places(site))
    for line, cells in rows:
        table.take(line, cells)
    if table.faults:
        raise FileFaults(table.faults)
    lines = table.lines
    return Document(file, {"version": 1, "devices": table.devices}, lambda: lines)


def _text(content: bytes, file: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileFaults([Fault(file, 1, "file", "is neither UTF-8 nor GB18030; save it as UTF-8")])


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with the number of its first line."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    begins = 1
    try:
        for count, cells in enumerate(reader):
            if count > ROWS_MAX:
                what = f"has more than {ROWS_MAX} rows; split it"
                raise FileFaults([Fault(file, begins, "file", what)])
            if any(cell.strip() for cell in cells):
                yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise FileFaults([Fault(file, reader.line_num, "file", f"is not CSV: {error}")]) from error


def _header(cells: list[str], file: str, site: Site) -> list[str]:
    known = _columns().names
    faults = [
        Fault(file, 1, cell or "column", f"is no column known here; there are: {_all_columns()}")
        for cell in cells
        if _fold(cell) not in known
    ]
    names = [known.get(_fold(cell), cell) for cell in cells]
    needed = NEEDED if len(site.estates) == 1 else ("estate", *NEEDED)
    faults += [Fault(file, 1, n, "is missing; add this column") for n in needed if n not in names]
    twice = {name for name in names if names.count(name) > 1 and name not in LISTS}
    faults += [Fault(file, 1, name, "is a column twice") for name in sorted(twice)]
    if faults:
        raise FileFaults(faults)
    return names


def _all_columns() -> str:
    return ", ".join(dict.fromkeys(_columns().names.values()))


class _Places:
    """Places of each estate by id, and by the name people call them."""

    def __init__(self, site: Site) -> None:
        self.only = site.estates[0].id if len(site.estates) == 1 else ""
        self._names: dict[str, dict[str, list[str]]] = {}
        for estate in site.estates:
            config, names = estate.config(), self._names.setdefault(estate.id, {})
            for place in estate.places:
                whole = config.place_name(place.id)
                for name in {place.name.zh, place.name.en, whole.zh, whole.en} - {place.id}:
                    names.setdefault(name, []).append(place.id)
            names |= {place.id: [place.id] for place in estate.places}

    def named(self, estate: str, name: str) -> str:
        """The place's id; the text itself where it names none. Raises ValueError for several."""
        found = self._names.get(estate, {}).get(name, [name])
        if len(found) > 1:
            raise ValueError(f"{name!r} is the name of several places: {', '.join(found)}")
        return found[0]


class _Table:
    """The rows as they become devices."""

    def __init__(self, file: str, header: list[str], places: _Places) -> None:
        self._file, self._header, self._places = file, header, places
        self.devices: dict[str, list[dict[str, Any]]] = {}
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []

    def take(self, line: int, cells: list[str]) -> None:
        if len(cells) > len(self._header) and any(cells[len(self._header) :]):
            what = f"has {len(cells)} cells under {len(self._header)} columns"
            self.faults.append(Fault(self._file, line, "row", what))
            return
        told = self._told(line, cells)
        estate = str(told.pop("estate", "") or self._places.only)
        if not estate:
            self.faults.append(Fault(self._file, line, "estate", "is empty; name the estate"))
            return
        try:
            told["place"] = self._places.named(estate, str(told.get("place", "")))
        except ValueError as error:
            self.faults.append(Fault(self._file, line, "place", str(error)))
            return
        here = self.devices.setdefault(estate, [])
        self.lines.setdefault(("devices", estate), line)
        self.lines["devices", estate, len(here)] = line
        here.append(told)

    def _told(self, line: int, cells: list[str]) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for column, cell in zip(self._header, cells, strict=False):
            if not cell:
                continue
            try:
                _put(told, column, _value(column, cell))
            except ValueError as error:
                self.faults.append(Fault(self._file, line, column, str(error)))
        name = {lang: told.pop(f"name_{lang}", None) for lang in ("zh", "en")}
        if name["zh"] or name["en"]:
            told["name"] = {lang: name[lang] or name["zh"] or name["en"] for lang in name}
        return told


def _put(told: dict[str, Any], column: str, value: Any) -> None:
    outer, _, inner = column.rpartition(".")
    if outer:
        told.setdefault(outer, {})[inner] = value
    elif column in LISTS:
        told.setdefault(column, []).extend(value)
    else:
        told[column] = value


def _value(column: str, cell: str) -> Any:
    plain = column.rpartition(".")[2]
    cell = _columns().words.get(column, {}).get(cell.lower(), cell)
    if plain in LISTS:
        return [part.strip() for part in _BETWEEN.split(str(cell)) if part.strip()]
    if plain in NUMBERS:
        if not _NUMBER.match(str(cell)):
            raise ValueError(f"{cell!r} is no whole number")
        return int(cell)
    if plain in FLAGS and not isinstance(cell, bool):
        raise ValueError(f"{cell!r} is neither yes nor no")
    return cell


def _fold(name: str) -> str:
    """A column's name without what people add to it: blanks, capitals, brackets, underscores."""
    return _PADDING.sub("", name.lower())
