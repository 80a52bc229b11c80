"""Whose state an event concerns: the scopes that several rules share."""

from processors.core.rule import Scope
from schemas.events import Event
from schemas.place import EstateConfig


def at_door(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The door an event happened at; for a camera's event, the doors the camera sees."""
    if event.type in CAMERA_TYPES:
        seen = config.in_view.get(event.data.place, ())
        return tuple(Scope("door", place) for place in seen if config.kind_of(place) == "door")
    return (Scope("door", event.data.place),)


CAMERA_TYPES = frozenset({"object.seen", "zone.entered", "line.crossed", "face.seen"})
