"""What a door leads into, and whether every way out of it is read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schemas.alerts import Evidence
from schemas.base import Words
from schemas.place import EstateConfig, Place


@dataclass(frozen=True, slots=True)
class AreaRead:
    """A read, and the area that its door led into then."""

    area: str
    item: Evidence


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


def last_in(reads: Iterable[AreaRead], area: str) -> Evidence | None:
    """The read of that area, if there is one."""
    return next((read.item for read in reads if read.area == area), None)


def without(reads: Iterable[AreaRead], area: str) -> tuple[AreaRead, ...]:
    """The reads of all other areas."""
    return tuple(read for read in reads if read.area != area)
