"""Plates without their letters: which vehicle a reading is about, and how alike two plates are."""

from dataclasses import dataclass
from typing import Literal

from schemas.alerts import Evidence
from schemas.event_data import PlateRef, VehicleData
from schemas.events import Event

Likeness = Literal["same", "look_alike", "one_apart"]
LIKENESSES: tuple[Likeness, ...] = ("same", "look_alike", "one_apart")
"""From sure to unsure: the same letters; letters that readers confuse; one letter differs."""
PASSED = frozenset({"vehicle.entered", "vehicle.exited"})
"""Readings that say a vehicle went through, not only that it was there."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle, however often it was read; `plate` None: unread. `listed`: its list opens."""

    item: Evidence
    plate: PlateRef | None = None
    listed: bool = False


def plate_of(event: Event) -> PlateRef | None:
    """The plate of a reading, None where none was read.

    Where only a subject stands (events that no gateway has sealed yet) it matches itself alone.
    """
    if not isinstance(event.data, VehicleData):
        return None
    if event.data.plate is not None or event.subject is None:
        return event.data.plate
    return PlateRef(ref=event.subject, skeleton=event.subject)


def likeness(one: PlateRef, other: PlateRef) -> Likeness | None:
    """How alike two plates are, None for two that differ in more than one letter."""
    if one.ref == other.ref:
        return "same"
    if one.skeleton == other.skeleton:
        return "look_alike"
    if not set(one.masked).isdisjoint(other.masked):
        return "one_apart"
    return None


def with_reading(
    vehicles: tuple[Vehicle, ...], new: Vehicle, same_within_ms: int
) -> tuple[Vehicle, ...]:
    """The vehicles at one lane with another reading; a second reading of one is still that one.

    A near plate is one vehicle misread; unread and read within so many ms are one as well.
    """
    for old in vehicles:
        if _same(old, new, same_within_ms):
            return tuple(_both(old, new) if vehicle is old else vehicle for vehicle in vehicles)
    return (*vehicles, new)


def _same(old: Vehicle, new: Vehicle, within_ms: int) -> bool:
    if old.plate is not None and new.plate is not None:
        return likeness(old.plate, new.plate) is not None
    return new.item.time - old.item.time <= within_ms


def _both(old: Vehicle, new: Vehicle) -> Vehicle:
    """Two readings of one vehicle: that it passed says more than that it was read."""
    item = new.item if new.item.type in PASSED else old.item
    return Vehicle(item, old.plate or new.plate, old.listed or new.listed)
