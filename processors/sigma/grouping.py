"""Which readings belong together: `group-by` made into the scopes of a rule.

One group is one scope, and its scope's id is the key of its alerts. A reading that lacks a field of
`group-by` belongs to no group, as in Sigma.
"""

from collections.abc import Callable, Sequence

from processors.core.rule import Scope
from processors.core.scope import ScopeKind
from processors.sigma.match import fold, reader
from schemas.correlation import LEVELS
from schemas.event_data import EventData, VehicleData
from schemas.events import Event
from schemas.place import EstateConfig

PartOf = Callable[[Event, EstateConfig], str | None]
ScopeOf = Callable[[Event, EstateConfig], Scope | None]
PLACED: dict[str, ScopeKind] = {"door": "door", "lane": "lane", "dwelling": "dwelling"}
"""Kinds of places that have scopes of their kind; every other stands for itself as a zone."""


def grouped(group_by: Sequence[str], types: frozenset[str]) -> ScopeOf:
    """The scope of a reading; `types` are the event types of the rule."""
    if not group_by:
        return lambda event, config: Scope("estate", event.estate)
    if list(group_by) == ["place"]:
        return _place_scope
    kind = _kind(group_by, types)
    parts = tuple(part_of(name) for name in group_by)

    def scope(event: Event, config: EstateConfig) -> Scope | None:
        found = [part(event, config) for part in parts]
        if any(part is None for part in found):
            return None
        return Scope(kind, "|".join(map(str, found)))

    return scope


def _place_scope(event: Event, config: EstateConfig) -> Scope:
    place = event.data.place
    return Scope(PLACED.get(config.kind_of(place) or "", "zone"), place)


def _kind(group_by: Sequence[str], types: frozenset[str]) -> ScopeKind:
    """What a group is: a vehicle, a card, a device; by one level of places such a place; else the
    estate's.
    """
    if "plate" in group_by or ("subject" in group_by and _are_vehicles(types)):
        return "vehicle"
    if "subject" in group_by:
        return "credential"
    if "device" in group_by:
        return "device"
    alone: dict[str, ScopeKind] = {
        "door": "door", "lane": "lane", "zone": "zone", "dwelling": "dwelling",
        "gate": "gate", "building": "building",
    }  # fmt: skip
    return alone.get(group_by[0], "estate") if len(group_by) == 1 else "estate"


def _are_vehicles(types: frozenset[str]) -> bool:
    return all(issubclass(EventData.TYPES[word], VehicleData) for word in types)


def names_one(group_by: Sequence[str]) -> bool:
    """Whether a group is of one card or vehicle, so that its alert is about that one."""
    return bool({"plate", "subject"} & set(group_by))


def part_of(name: str) -> PartOf:
    """What a reading has of one word of `group-by`; None for nothing."""
    if name == "plate":
        return _plate
    if name in LEVELS:
        return _level(name)
    reads = reader(name)

    def part(event: Event, config: EstateConfig) -> str | None:
        value = reads(event, config)
        return None if value is None or value == "" else fold(value)

    return part


def _plate(event: Event, config: EstateConfig) -> str | None:
    """A vehicle's reference; before a gateway sealed it, only the subject stands there."""
    plate = getattr(event.data, "plate", None)
    if plate is not None:
        return str(plate.ref)
    return event.subject if isinstance(event.data, VehicleData) else None


def _level(kind: str) -> PartOf:
    def part(event: Event, config: EstateConfig) -> str | None:
        nodes = config.lineage(event.data.place)
        return next((node.id for node in nodes if node.kind == kind), None)

    return part
