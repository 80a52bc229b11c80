"""Vehicles in and out: passages by direction, and whether every way out of an area is read."""

from typing import Literal

from processors.core.rule import Scope
from processors.rules.areas import area_of, ways
from processors.rules.places import at_lane
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


def lane_of(event: Event, config: EstateConfig) -> str:
    """The lane of a reading; where the site knows none, its place."""
    return at_lane(event, config)[0].id


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
    read |= {gate.id for gate in config.places if gate.id in gates and gate.exits_read}
    return bool(lanes) and gates == read


def area_behind(config: EstateConfig, device: str) -> str | None:
    """The area whose lane a device stands at, None for one that stands at no lane."""
    found = config.device_by_id.get(device)
    nodes = config.lineage(found.place) if found is not None else ()
    return next((area_of(config, node.id) for node in nodes if node.kind == "lane"), None)
