"""What the register says of a credential: its entries, which of them hold, which have ended.

More than the register's join keeps: passes entered ahead stand beside each other, told apart by
when they begin, and an end is known for as long as the rule remembers. A credential has one at a
time. Entries count from their event on, whatever time they name before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from processors.rules.terms import Term
from schemas.event_data import RegisterChanged
from schemas.events import Event

ENTRIES_MAX = 20


@dataclass(frozen=True, slots=True)
class Entry(Term):
    """One entry, and how long it holds. `begins` is what the register wrote, early or late."""

    record: str = ""
    begins: int | None = None
    credential_class: str | None = None


Entries = tuple[Entry, ...]


def changed(entries: Entries, event: Event, data: RegisterChanged) -> Entries:
    """The entries after a change of the register; of those that ended only the last is kept."""
    after = _with_end(entries, event.at, data)
    if data.change == "set":
        after = _with_entry(entries, event.at, data)
    ended = last_ended(after, event.at)
    going_on = [entry for entry in after if entry.until is None or entry.until > event.at]
    return (*([ended] if ended else []), *going_on[-ENTRIES_MAX + 1 :])


def _with_entry(entries: Entries, at: int, data: RegisterChanged) -> Entries:
    begins = data.valid_from
    since = at if begins is None else max(at, begins)
    new = Entry(since, data.valid_to, data.record, begins, data.credential_class)
    kept = (_cut(entry, since) if _gives_way(entry, new) else entry for entry in entries)
    return (*(entry for entry in kept if entry is not None), new)


def _gives_way(old: Entry, new: Entry) -> bool:
    if old.record != new.record:
        return False
    return new.record != "pass" or old.begins == new.begins


def _with_end(entries: Entries, at: int, data: RegisterChanged) -> Entries:
    def is_meant(entry: Entry) -> bool:
        named = data.valid_from is None or entry.begins == data.valid_from
        return entry.record == data.record and named

    kept = [_cut(entry, at) if is_meant(entry) else entry for entry in entries]
    left = tuple(entry for entry in kept if entry is not None)
    begun = data.valid_from is None or data.valid_from <= at
    if any(is_meant(entry) for entry in entries) or not begun:
        return left
    return (*left, Entry(at, at, data.record, data.valid_from, data.credential_class))


def _cut(entry: Entry, at: int) -> Entry | None:
    """The entry ended at a time; nothing is left of one that would only have begun."""
    if entry.since >= at and (entry.until is None or entry.until > at):
        return None
    return replace(entry, until=at if entry.until is None else min(entry.until, at))


def in_force(entries: Iterable[Entry], at: int) -> bool:
    """Whether one of them holds."""
    return any(entry.holds(at) for entry in entries)


def last_ended(entries: Iterable[Entry], at: int) -> Entry | None:
    """The one that ended last, of those that have ended."""
    ended = [entry for entry in entries if entry.until is not None and entry.until <= at]
    return max(ended, key=lambda entry: entry.until or 0, default=None)
