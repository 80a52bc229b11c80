"""What entering something in the register would change, before it does. Pure but for one question.

Entering again what is there already changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from console.register.kinds import Kind, Row
from console.register.shelf import entries_of

Change = Literal["added", "changed", "revived", "same", "left", "ended"]
"""`left`: it was ended by hand, and entering it once more does not bring it back by itself."""


class Conflict(RuntimeError):
    """An entry is not as whoever changes it believes: one line on how it is."""


class Refused(ValueError):
    """What was asked cannot be done: one line on why and how to mend it."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What entering something would do: the row as it would be, and as it was."""

    change: Change
    row: dict[str, Any]
    before: Row | None = None


def plan(
    tx: Connection, kind: Kind, rows: Sequence[dict[str, Any]], at: int, *, revive: bool = False
) -> list[Planned]:
    """What entering rows (of `row_of`) would change at an instant, in order. Raises Refused."""
    before = entries_of(tx, kind, [row["id"] for row in rows])
    return [_planned(kind, row, before.get(row["id"]), at, revive) for row in rows]


def _planned(kind: Kind, row: dict[str, Any], before: Row | None, at: int, revive: bool) -> Planned:
    if before is None:
        begins = at if row["valid_from"] is None else row["valid_from"]
        return Planned("added", row | {"valid_from": begins, "version": 1})
    if row["valid_from"] is None:
        row = row | {"valid_from": before["valid_from"]}
    new = row | {"version": before["version"] + 1}
    if before["ended_at"] is not None:
        return _again(kind, new, before, revive)
    is_same = all(new[name] == before[name] for name in kind.columns)
    return Planned("same" if is_same else "changed", new, before)


def _again(kind: Kind, new: dict[str, Any], before: Row, revive: bool) -> Planned:
    """An entry that was ended comes back only if that is said; a consent must be a new one."""
    if not revive:
        return Planned("left", new, before)
    if kind.name == "consents" and new["valid_from"] <= before["ended_at"]:
        raise Refused("this consent was withdrawn; only one given after that can be entered")
    return Planned("revived", new, before)
