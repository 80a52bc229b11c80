"""Vehicles in and out: passages by direction, and whether every way out of an area is read."""

from typing import Literal

from processors.core.rule import Scope
from processors.rules.areas import area_of, ways
from processors.rules.plates import plate_of
from schemas.event_data import RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig, Place

PASSAGES = frozenset({"vehicle.entered", "vehicle.exited", "plate.read"})
SURE_MIN = 0.9
"""A plate read with less confidence is doubtful (the default of the watch list); one whose device
gives none is believed."""


def way_of(event: Event) -> Literal["in", "out"] | None:
    """Which way a reading of a vehicle leads, None where nobody said."""
    match event.type, event.data.direction:
        case ("vehicle.entered", _) | ("plate.read", "in"):
            return "in"
        case ("vehicle.exited", _) | ("plate.read", "out"):
            return "out"
    return None


def is_sure(event: Event, sure_min: float) -> bool:
    """Whether a reading is to be believed letter by letter."""
    return event.data.confidence is None or event.data.confidence >= sure_min


def of_look_alikes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The vehicle by its plate as readers confuse it (0 and D are one); none where unread."""
    data = event.data
    plate = data.holder if isinstance(data, RegisterChanged) else plate_of(event)
    name = plate.skeleton if plate is not None else event.subject
    return (Scope("vehicle", name),) if name else ()


def lanes_of(config: EstateConfig, area: str) -> tuple[Place, ...]:
    """The lanes into an area."""
    return tuple(way for way in ways(config, area) if way.kind == "lane")


def exits_are_read(config: EstateConfig, area: str) -> bool:
    """Whether the site says of every vehicle gate of the area that whoever leaves is read.

    A gate counts if it says so itself or one of its lanes does: the way out is one lane of several.
    """
    lanes = lanes_of(config, area)
    gates = {lane.parent for lane in lanes}
    read = {lane.parent for lane in lanes if lane.exits_read}
    read |= {gate for gate in gates if gate and config.place_by_id[gate].exits_read}
    return bool(lanes) and gates == read


def stands_at_lane(config: EstateConfig, device: str, area: str) -> bool:
    """Whether a device reads at a lane of the area."""
    found = config.device_by_id.get(device)
    lanes = {lane.id for lane in lanes_of(config, area)}
    return found is not None and any(node.id in lanes for node in config.lineage(found.place))


def areas_of(config: EstateConfig, device: str) -> tuple[str, ...]:
    """The areas whose lanes a device reads; none where it stands at no lane."""
    found = config.device_by_id.get(device)
    nodes = config.lineage(found.place) if found is not None else ()
    return tuple(area_of(config, node.id) for node in nodes if node.kind == "lane")[:1]
