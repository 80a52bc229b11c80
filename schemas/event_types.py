"""The closed table of event types: each word, its rank, and how a person would read it.

The rank orders events of one instant by cause before effect: a credential (0) before the lock (1)
before the leaf or the arm (2) before the clock (3).
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class EventType:
    """One row: the word, its rank, and the (kind, what) pairs it stands for."""

    word: str
    rank: int
    reads_as: tuple[str, ...]


@cache
def event_types() -> dict[str, EventType]:
    """The table, by word."""
    text = files("schemas").joinpath("event_types.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["type"]: EventType(
            row["type"], int(row["rank"]), tuple(filter(None, row["reads_as"].split(";")))
        )
        for row in rows
    }
