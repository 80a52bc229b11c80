"""What goes into the log, as the outbox holds it, and the event that it becomes. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from schemas.events import Event, event_id, make_event

DEVICE = "console"
"""The device that the console's events come from."""


@dataclass(frozen=True, slots=True)
class Note:
    """One change for the log of one estate. `key` is the entry it is about, `kind/id`.

    The id says which entry in which version: a change that is written again is the same event.
    """

    id: str
    estate: str
    key: str
    type: str
    subject: str | None
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A note in the outbox; `stamped_at` and `tried_at` once it was tried (ms)."""

    sequence: int
    note: Note
    stamped_at: int | None = None
    tried_at: int | None = None


def note_id(estate: str, key: str, version: int, *again: object) -> str:
    """The id of a change of an entry; `again` says why, where it is only told once more."""
    return event_id(estate, DEVICE, key, version, *again)


def event_of(note: Note, at: int, sequence: int | None = None) -> Event:
    """The event of a note: it counts from `at` on. Equal times are ordered by the sequence."""
    data = {"device": DEVICE, "place": note.estate, **note.body, "received_at": at}
    return make_event(
        note.type,
        id=note.id,
        source=f"/{note.estate}/{DEVICE}",
        time=at,
        subject=note.subject,
        data=data if sequence is None else data | {"sequence": sequence},
    )


def stamps(keys: Iterable[str], now: int, last: int) -> list[int]:
    """The times of changes of one estate, in order and never going back, none before `now`.

    All lie behind `last`, and two changes of one entry never share a time: rules could not tell
    which of them was the later.
    """
    at, there = max(now, last + 1), set[str]()
    found = []
    for key in keys:
        if key in there:
            at, there = at + 1, set()
        there.add(key)
        found.append(at)
    return found


def body_text(body: dict[str, Any]) -> str:
    """A note's body as the database holds it: equal bodies are equal texts."""
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
