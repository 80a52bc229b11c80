"""The form of an entry: its fields as they are shown, and the entry that its answers mean. Pure.

A form is read as one row of a list is, so what a list may say a form may say. Of an entry that is
changed, sealed values are not shown: left empty they stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from console.register.entries import Entry
from console.register.headings import UNITS, columns_of
from console.register.kinds import Kind, Row
from console.register.reading import TIMES, Given, Read, read_entry
from console.wall_clock import local
from schemas.event_data import DwellingUse
from schemas.register import CredentialClass

Type = Literal["text", "number", "time", "choice"]
CHOICES: Mapping[str, tuple[str, ...]] = {
    "use": get_args(DwellingUse), "credential_class": get_args(CredentialClass),
    "given_by": ("self", "guardian"),
}  # fmt: skip
SPANS: Mapping[str, str] = {"stay_max_s": "stay_max_min", "silent_max_s": "silent_max_h"}
"""Spans are asked in what people say them in."""
TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `fixed`: it makes the entry what it is. `sealed`: its value is kept, not shown."""

    name: str
    type: Type = "text"
    value: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    fixed: bool = False
    sealed: bool = False


def column_of(field: str) -> str:
    """The field of an entry that a field of the form is for."""
    return UNITS.get(field, (field, 1))[0]


def fields_of(kind: Kind, zone: ZoneInfo, row: Row | None = None) -> list[Field]:
    """The fields of a kind, empty or as an entry stands; the estate is asked apart."""
    names = [SPANS.get(n, n) for n in columns_of(kind) if n not in UNITS and n != "estate"]
    last = [name for name in names if name in TIMES]
    return [
        _field(kind, name, zone, row) for name in [n for n in names if n not in TIMES] + last
    ]  # fmt: skip


def _field(kind: Kind, name: str, zone: ZoneInfo, row: Row | None) -> Field:
    column = column_of(name)
    sealed = row is not None and column in kind.seals
    value = "" if row is None or sealed else shown(name, row[column], zone)
    required = kind.entry.model_fields[column].is_required() and not sealed
    numbers = name in UNITS or column == "registered_count"
    type_: Type = "time" if name in TIMES else "number" if numbers else "text"
    if column in CHOICES:
        type_ = "choice"
    fixed = row is not None and column in _identity(kind)
    return Field(name, type_, value, CHOICES.get(column, ()), required, fixed, sealed)


def _identity(kind: Kind) -> frozenset[str]:
    """What another value of would make another entry."""
    names = {"number", "plate"} if "ref" in kind.key else set()
    return frozenset({*kind.key, *names} - {"ref"})


def shown(name: str, value: Any, zone: ZoneInfo) -> str:
    """A value of an entry as a field holds it."""
    if value is None:
        return ""
    if name in TIMES:
        return f"{local(value, zone):%Y-%m-%dT%H:%M}"
    factor = UNITS.get(name, (name, 1))[1]
    return str(value // factor) if factor != 1 else str(value)


def read_new(kind: Kind, answers: Mapping[str, str], given: Given) -> tuple[Entry | None, Read]:
    """The entry that a form means, or its faults."""
    names = [column for column in columns_of(kind) if column in answers]
    return _read(kind, {name: answers[name][:TEXT_MAX] for name in names}, given)


def read_change(
    kind: Kind, fields: Sequence[Field], answers: Mapping[str, str], given: Given
) -> tuple[Entry | None, Read]:
    """The entry as a form changes it, or its faults; `given.before` is how it stands.

    What comes back as it was shown stays as it was, though it was shown in minutes alone.
    """
    before, cells = dict(given.before), {"estate": str(given.before["estate"])}
    for field in fields:
        answer = answers.get(field.name, "")[:TEXT_MAX]
        drops = answers.get(f"clear_{field.name}") == "yes"
        if field.fixed or (not drops and answer == field.value):
            continue
        before.pop(column_of(field.name), None)
        if answer and not drops:
            cells[field.name] = answer
    return _read(kind, cells, Given(given.known, given.zone, given.estate, before))


def _read(
    kind: Kind, cells: Mapping[str, str], given: Given
) -> tuple[Entry | None, Read]:  # fmt: skip
    read = Read("form")
    return read_entry(kind, 1, cells, read, given), read


def standing(kind: Kind, row: Row, clear: Mapping[str, str]) -> dict[str, Any]:
    """What an entry says now, in clear, by field."""
    names = kind.entry.model_fields
    return {name: clear.get(name) if name in kind.seals else row[name] for name in names}
