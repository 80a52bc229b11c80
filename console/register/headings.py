"""The columns of a file by their headings, and what the words in its cells mean. Pure."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from console.register.kinds import Kind
from schemas.yaml_file import Fault, FileFaults, parse

_PADDING = re.compile(r"[\s_（）()\[\]【】*:：-]")
UNITS: Mapping[str, tuple[str, int]] = {
    "stay_max_min": ("stay_max_s", 60),
    "stay_max_h": ("stay_max_s", 3600),
    "silent_max_h": ("silent_max_s", 3600),
}
"""Columns in other units than the field's: the field, and how many seconds one is."""


def fold(name: str) -> str:
    """A heading or word without what people add to it: blanks, capitals, brackets, underscores."""
    return _PADDING.sub("", name.casefold())


@cache
def _file() -> dict[str, Any]:
    text = files(__package__).joinpath("columns.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = parse(text, "columns.yaml").content
    return content


@cache
def words_of(field: str) -> Mapping[str, str]:
    """What the words of a column mean, folded; empty for a column of free text."""
    listed: Mapping[str, Sequence[str]] = _file()["words"].get(field, {})
    return {fold(other): word for word, others in listed.items() for other in (word, *others)}


@cache
def endless() -> frozenset[str]:
    """The words for an end that never comes, folded."""
    return frozenset(map(fold, _file()["endless"]))


def columns_of(kind: Kind) -> list[str]:
    """The columns that a file of a kind may have, in the order of the entry's fields."""
    fields = list(kind.entry.model_fields)
    return fields + [name for name, (field, _) in UNITS.items() if field in fields]


def template_columns(kind: Kind) -> list[str]:
    """The columns of an empty list of a kind: what people fill in, spans in what they say."""
    spans = {"stay_max_s": "stay_max_min", "silent_max_s": "silent_max_h"}
    return [spans.get(name, name) for name in kind.entry.model_fields]


def heading_of(kind: Kind, column: str, language: str) -> str:
    """What a column is called at the head of a list that is to be read again."""
    own, common = _file()["kinds"][kind.name], _file()["common"]
    others: Sequence[str] = own.get(column) or common.get(column) or ()
    return others[0] if language == "zh" and others else column


def names_of(kind: Kind) -> dict[str, str]:
    """Folded headings to columns, for a kind: its own names win over the common ones."""
    own, common = _file()["kinds"][kind.name], _file()["common"]
    columns = columns_of(kind)
    found: dict[str, str] = {}
    for listed in (common, own):
        for column in columns:
            found |= {fold(other): column for other in listed.get(column, ())}
    return found | {fold(column): column for column in columns}


def read_headings(kind: Kind, cells: Sequence[str], file: str, *, has_estate: bool) -> list[str]:
    """The columns of a file from its first row. Raises FileFaults."""
    known = names_of(kind)
    columns = [known.get(fold(cell), "") for cell in cells]
    all_columns = ", ".join(columns_of(kind))
    faults = [
        Fault(file, 1, cell, f"is no column of {kind.name}; there are: {all_columns}")
        for cell, column in zip(cells, columns, strict=True)
        if not column and cell
    ]
    needed = [name for name, field in kind.entry.model_fields.items() if field.is_required()]
    if has_estate:
        needed.remove("estate")
    faults += [Fault(file, 1, n, "is missing; add this column") for n in needed if n not in columns]
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    faults += [Fault(file, 1, name, "is a column twice; take one out") for name in twice]
    if faults:
        raise FileFaults(faults)
    return columns
