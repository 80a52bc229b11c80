"""What a door leads into, whether every way out of it is read, and readings that do not add up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from processors.core.effects import Deadline, OpenAlert, SetDeadline
from processors.core.rule import Situation
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.place import EstateConfig, Place

AREAS = frozenset({"building", "unit", "dwelling", "car_park", "care_home", "zone", "lift"})
"""Places one can be inside of, the estate aside."""
WAYS = frozenset({"door", "lane"})


def area_of(config: EstateConfig, place: str) -> str:
    """The area that a door leads into: what it stands in, for a gate the estate."""
    for node in config.lineage(place):
        if node.kind in AREAS:
            return node.id
    return config.estate


def area_name(config: EstateConfig, area: str) -> Words:
    """The area's name for people."""
    return config.name if area == config.estate else config.place_name(area)


def ways(config: EstateConfig, area: str) -> Iterator[Place]:
    """The doors, lanes and bare gates of an area; an area inside it has its own."""
    if area == config.estate:
        yield from _ways_below(config, None)
    else:
        yield from _ways_below(config, area)


def _ways_below(config: EstateConfig, parent: str | None) -> Iterator[Place]:
    for place in config.standing_in.get(parent, ()):
        if place.kind in WAYS:
            yield place
        elif place.kind not in AREAS:
            below = list(_ways_below(config, place.id))
            yield from below or ([place] if place.kind == "gate" else [])


def is_closed(config: EstateConfig, area: str) -> bool:
    """Whether the site says of every way out of the area that it is read."""
    found = list(ways(config, area))
    return bool(found) and all(way.exits_read for way in found)


def lost_readers(now: Situation, told: OpenAlert) -> tuple[tuple[str, str], ...]:
    """The alerts of devices that are away from a way of the area: what they missed is unknown."""
    doors = {way.id for way in ways(now.config, area_of(now.config, told.place))}
    return tuple(("device_lost", item.id) for item in now.config.devices if item.place in doors)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two readings of one area that do not add up, unless one between them was lost on its way.

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


def settled(doubts: Iterable[Doubt], due: Deadline) -> tuple[Doubt | None, tuple[Doubt, ...]]:
    """The doubt that a deadline is for, and the others."""
    area = due.name.partition("|")[2]
    found = next((doubt for doubt in doubts if doubt.area == area), None)
    return found, tuple(doubt for doubt in doubts if doubt.area != area)
