"""Whether a reading may have been missed: then the lack of it proves nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from processors.core.effects import Deadline, SetDeadline
from processors.core.rule import Situation
from processors.rules.areas import ways
from processors.rules.homes import watchers
from schemas.alerts import Evidence


def was_away(now: Situation, places: Iterable[str], since: int) -> bool:
    """Whether a device at one of the places, or what it hangs on, was not heard for a while."""
    return now.outages.any_in(watchers(now.config, places), since, now.at)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two readings of one area that do not add up, unless one between them was missed.

    `clear_ms` is of the place of the later one, since a deadline knows no place.
    """

    area: str
    before: Evidence
    item: Evidence
    clear_ms: int

    @property
    def deadline(self) -> SetDeadline:
        """To be judged at once, over the span between the two."""
        return SetDeadline(f"judge|{self.area}", self.item.time, since=self.before.time)

    def is_sure(self, now: Situation, due: Deadline) -> bool:
        """Whether all input of that span, and all devices at the area's ways, were there."""
        doors = (way.id for way in ways(now.config, self.area))
        return due.judged and not was_away(now, doors, self.before.time)


def settled(doubts: Iterable[Doubt], due: Deadline) -> tuple[Doubt | None, tuple[Doubt, ...]]:
    """The doubt that a deadline is for, and the others."""
    area = due.name.partition("|")[2]
    found = next((doubt for doubt in doubts if doubt.area == area), None)
    return found, tuple(doubt for doubt in doubts if doubt.area != area)
