"""Notes that nobody is in: those of one home, each known by the beginning it was told with.

A register tells what stands again and again. A note that is only told again changes nothing, also
one that is over or was taken back; only where nobody was home since it began, telling it once
more after it was taken back means that it was entered anew. One told without a beginning goes by
any name that fits: a note is ended by whoever knows when it began.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from processors.core.effects import CancelDeadline, Effect, SetDeadline
from schemas.event_data import RegisterChanged

KEPT_MAX = 4
"""Notes that are kept of a home; of more, those that begin last."""


@dataclass(frozen=True, slots=True)
class Absence:
    """From `since` to before `until` (ms since the epoch; None is without end)."""

    told_from: int | None
    since: int
    until: int | None = None
    taken_back: bool = False

    def holds(self, at: int) -> bool:
        """Whether nobody is in then, by this note."""
        return self.since <= at and (self.until is None or at < self.until)

    def is_past(self, at: int) -> bool:
        """Whether it has ended."""
        return self.until is not None and self.until <= at


Absences = tuple[Absence, ...]


def _as_several(kept: Any) -> Any:
    """States of an older form hold one note, `away`, and not what it was told with."""
    if isinstance(kept, Mapping):
        return ({"told_from": None, **kept},)
    return () if kept is None else kept


KeptAbsences = Annotated[
    Absences, Field(validation_alias=AliasChoices("aways", "away")), BeforeValidator(_as_several)
]
"""The notes as a state holds them."""


def noted(aways: Absences, data: RegisterChanged, at: int, seen_at: int | None) -> Absences:
    """The notes after one was told at `at`; the very same ones where that changes nothing.

    `seen_at` is when somebody was home last.
    """
    named = [note for note in aways if _is_named(note, data)]
    if data.change == "ended":
        return _taken_back(aways, aways if data.valid_from is None else named, at)
    if data.valid_to is not None and data.valid_to <= at:
        return _taken_back(aways, [n for n in named if n.until != data.valid_to], at)
    since, told_from = at if data.valid_from is None else max(at, data.valid_from), data.valid_from
    for known in named if told_from is not None else ():
        was_home = seen_at is not None and seen_at >= known.since
        if was_home if known.taken_back else known.until == data.valid_to:
            return aways
        since = min(since, known.since)
        aways = tuple(note for note in aways if note is not known)
    found = (*aways, Absence(told_from, since, data.valid_to))
    return tuple(sorted(found, key=lambda note: note.since)[-KEPT_MAX:])


def _is_named(note: Absence, data: RegisterChanged) -> bool:
    if note.told_from is not None or data.valid_from is None:
        return note.told_from == data.valid_from
    return data.valid_from <= note.since and (data.valid_to is None or note.since < data.valid_to)


def _taken_back(aways: Absences, meant: Absences | list[Absence], at: int) -> Absences:
    """Those that hold end now; those still to come are forgotten."""
    if all(note.is_past(at) for note in meant):
        return aways
    kept = (note for note in aways if note.since <= at or note not in meant)
    return tuple(
        replace(note, until=at, taken_back=True) if note in meant and note.holds(at) else note
        for note in kept
    )


def holding(aways: Absences, at: int) -> Absence | None:
    """The note that holds then; of several the one that ends last."""
    found = [note for note in aways if note.holds(at)]
    endless = (note for note in found if note.until is None)
    return next(endless, max(found, key=lambda note: note.until or 0, default=None))


def last_end(aways: Absences, at: int) -> int:
    """When the last of the absences that have begun by then ends, 0 where none does."""
    return max((note.until or 0 for note in aways if note.since <= at), default=0)


def standing(aways: Absences, at: int) -> Absences:
    """Those that hold, or are still to come."""
    return tuple(note for note in aways if not note.is_past(at))


def waking(aways: Absences, at: int) -> Effect:
    """Wake as `back` when the next of them ends."""
    ends = [note.until for note in standing(aways, at) if note.until is not None]
    return SetDeadline("back", min(ends)) if ends else CancelDeadline("back")
