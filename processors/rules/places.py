"""Whose state an event concerns: the scopes that several rules share."""

from processors.core.rule import Scope, by_place
from schemas.alerts import Alert
from schemas.event_data import CameraData, RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig

CAMERA_TYPES = frozenset({"object.seen", "zone.entered", "line.crossed", "face.seen"})
DOORS = frozenset({"door", "gate"})
"""Places with a leaf or a turnstile: the doors of buildings, and the gates people walk through."""


@by_place
def at_door(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The door an event happened at; for a camera's event, the doors the camera sees."""
    place = event.data.place
    if event.type in CAMERA_TYPES and config.kind_of(place) not in DOORS:
        seen = config.in_view.get(place, ())
        return tuple(Scope("door", door) for door in seen if config.kind_of(door) in DOORS)
    return (Scope("door", place),)


@by_place
def at_lane(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The lane a reading belongs to.

    Its place, the lane its place stands in, or for a camera the lanes the camera sees.
    """
    place = event.data.place
    for node in config.lineage(place):
        if node.kind == "lane":
            return (Scope("lane", node.id),)
    seen = config.in_view.get(place, ())
    lanes = tuple(Scope("lane", lane) for lane in seen if config.kind_of(lane) == "lane")
    return lanes or (Scope("lane", place),)


def in_zone(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The zone something was seen in.

    The zone the device names, if the site knows it; else the one zone the camera sees; else the
    place of the reading, since a camera that sees several zones does not say which it means.
    """
    assert isinstance(event.data, CameraData)
    if event.data.zone is not None and config.kind_of(event.data.zone) == "zone":
        return (Scope("zone", event.data.zone),)
    seen = config.in_view.get(event.data.place, ())
    zones = [place for place in seen if config.kind_of(place) == "zone"]
    return (Scope("zone", zones[0] if len(zones) == 1 else event.data.place),)


def of_vehicle(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The vehicle a reading or a permit is about, by its plate's reference; none where unread."""
    data = event.data
    plate = data.holder if isinstance(data, RegisterChanged) else getattr(data, "plate", None)
    ref = plate.ref if plate is not None else event.subject
    return (Scope("vehicle", ref),) if ref else ()


def of_credential(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The credential that was read, or that the register tells of; none for a plate."""
    is_plate = getattr(event.data, "method", None) == "plate"
    if isinstance(event.data, RegisterChanged):
        is_plate = event.data.record == "permit" or event.data.holder is not None
    return () if is_plate or not event.subject else (Scope("credential", event.subject),)


@by_place
def of_device(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The device that spoke; a new configuration concerns every device it expects to hear."""
    if event.type == "config.activated":
        expected = (device for device in config.devices if device.is_awaited)
        return tuple(Scope("device", device.id) for device in expected)
    return (Scope("device", event.data.device),)


def nowhere(alert: Alert, config: EstateConfig) -> tuple[Scope, ...]:
    """For rules that run after another only so that it has spoken: they are told nothing of it."""
    return ()
