"""The spot a reading belongs to: the building, gate or zone in which things hang together."""

from processors.core.rule import Scope
from schemas.event_data import CameraData
from schemas.events import Event
from schemas.place import EstateConfig

SPOTS = frozenset({"building", "gate", "care_home", "car_park"})
"""What people mean by "there": the nearest of these around a place, or else the zone around it."""


def spot_of(config: EstateConfig, place: str) -> str:
    """The spot around a place; the place itself where the site knows of none."""
    nodes = list(config.lineage(place))
    for kinds in (SPOTS, {"zone"}):
        for node in nodes:
            if node.kind in kinds:
                return node.id
    return place


def spots_of(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The spots a reading tells of: for a camera's reading those that the camera sees.

    A zone that the camera names and the site knows goes before all the camera sees.
    """
    data = event.data
    named = data.zone if isinstance(data, CameraData) else None
    if named is not None and config.kind_of(named) == "zone":
        return (Scope("zone", spot_of(config, named)),)
    own = spot_of(config, data.place)
    found = [spot_of(config, place) for place in config.in_view.get(data.place, ())]
    if own != data.place or not found:
        found.append(own)
    return tuple(Scope("zone", spot) for spot in dict.fromkeys(found))


def spot_here(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The one spot that a thing happens at."""
    return (Scope("zone", spot_of(config, event.data.place)),)
