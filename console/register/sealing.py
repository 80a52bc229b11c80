"""Entries in clear become rows: pseudonyms to find them by, and clear values sealed. Pure."""

from collections.abc import Mapping
from typing import Any

import orjson

from console.register.entries import Entry
from console.register.kinds import Kind
from schemas.events import event_id
from schemas.plates import normal_plate
from schemas.sealing import Keys, ScopeKeys, normal_credential

_SPELLING = {"plate": normal_plate, "number": normal_credential}
"""What has one spelling is kept in it, so that writing it otherwise changes nothing."""


def row_of(kind: Kind, entry: Entry, keys: Keys) -> dict[str, Any]:
    """The columns of an entry that say something of it; `valid_from` may be None.

    The same entry under the same key gives the same row.
    """
    scope = keys.estate(entry.estate)
    told = entry.model_dump()
    row = {name: told.get(name) for name in kind.columns if name not in ("id", "sealed")}
    row |= _references(told, scope, row)
    row["id"] = event_id(kind.name, entry.estate, *(row[name] for name in kind.key))
    row["sealed"] = _sealed(
        {
            name: scope.seal(_SPELLING.get(name, str)(told[name]), f"{row['id']}/{name}")
            for name in kind.seals
            if told[name] is not None
        }
    )
    return row


def _references(
    told: Mapping[str, Any], scope: ScopeKeys, row: Mapping[str, Any]
) -> dict[str, str | None]:
    """The columns that hold pseudonyms, as the gateway makes them of the same clear values."""
    found: dict[str, str | None] = {}
    if "ref" in row:
        number = told.get("number")
        found["ref"] = None if number is None else scope.credential(number)
    if "skeleton" in row and told.get("plate") is not None:
        plate = scope.plate(told["plate"])
        found |= {"ref": plate.ref, "skeleton": plate.skeleton, "plate": plate.model_dump_json()}
    if "person" in row:
        found["person"] = scope.person(told["person"])
    return found


def _sealed(values: Mapping[str, str]) -> str:
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode()


def unsealed(row: Mapping[str, Any], keys: Keys) -> dict[str, str]:
    """The clear values of a row. Raises SealError if the key is not the one."""
    scope = keys.estate(row["estate"])
    sealed: dict[str, str] = orjson.loads(row["sealed"])
    return {name: scope.unseal(text, f"{row['id']}/{name}") for name, text in sealed.items()}
