"""The kinds of entries: what each is made of, what makes two entries the same one, what is sealed,
and what rules are told of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from console.register import tables
from console.register.entries import (
    AwayEntry,
    ConsentEntry,
    CredentialEntry,
    DwellingEntry,
    Entry,
    PassEntry,
    PatrolEntry,
    PermitEntry,
    WorksEntry,
)
from schemas.event_data import RegisterRecord

Row = Mapping[str, Any]
COMMON = ("valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry.

    `key`: the columns that make two entries of an estate the same one. `seals`: the fields whose
    clear values are kept encrypted alone. `told`: column to field of the event. `remembered`: rules
    still ask for it after its end. `one_of`: rules keep one entry of it for each such column, so
    when one ends those that still stand must be told again.
    """

    name: str
    record: RegisterRecord
    table: Table
    entry: type[Entry]
    key: tuple[str, ...]
    told: Mapping[str, str]
    seals: tuple[str, ...] = ()
    remembered: bool = False
    one_of: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that say something of an entry, beside when it was changed."""
        said = {"version", "changed_at", "ended_at"}
        names = (str(column.name) for column in self.table.columns)
        return tuple(name for name in names if name not in said)

    def body(self, row: Row, change: str) -> dict[str, Any]:
        """What rules are told of an entry (`RegisterChanged`), without what says nothing."""
        found = {field: row[column] for column, field in self.told.items()}
        found |= {"record": self.record, "change": change} | {name: row[name] for name in COMMON}
        return {name: value for name, value in found.items() if value is not None}


_HOME = {"dwelling": "dwelling"}
_PLATE = {"plate": "holder"}
_CLASS = {"credential_class": "credential_class"}

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "dwellings", "dwelling", tables.DWELLINGS, DwellingEntry, ("name",),
            {"name": "dwelling", "place": "place", "use": "use", "registered_count": "people"},
        ),
        Kind(
            "credentials", "credential", tables.CREDENTIALS, CredentialEntry, ("ref",),
            _HOME | _CLASS, ("number", "holder"), remembered=True,
        ),
        Kind(
            "permits", "permit", tables.PERMITS, PermitEntry, ("ref",),
            _HOME | _CLASS | _PLATE | {"stay_max_s": "stay_max_s"}, ("plate", "holder"),
            remembered=True,
        ),
        Kind(
            "passes", "pass", tables.PASSES, PassEntry, ("ref", "valid_from"), _HOME | _PLATE,
            ("number", "plate", "visitor"), remembered=True,
        ),
        Kind(
            "aways", "away_note", tables.AWAYS, AwayEntry, ("dwelling", "valid_from"), _HOME,
            one_of="dwelling",
        ),
        Kind(
            "consents", "consent", tables.CONSENTS, ConsentEntry, ("dwelling", "person"),
            _HOME | {"silent_max_s": "silent_max_s"}, ("person", "guardian", "number"),
            one_of="dwelling",
        ),
        Kind(
            "works", "works", tables.WORKS, WorksEntry, ("place", "valid_from"),
            {"place": "place"}, ("contact",),
        ),
        Kind(
            "patrols", "patrol", tables.PATROLS, PatrolEntry, ("place", "valid_from"),
            {"place": "place"}, ("number", "team"),
        ),
    )
}  # fmt: skip
"""In the order in which a log is told of them: homes come before what belongs to them."""
