"""What passed a lane: one passage for all readings of one vehicle.

Where a device of the lane tells what passed (`vehicle.entered`, `vehicle.exited`), plates read
there only lend it the plate that it may lack; elsewhere a plate read with a direction is a passage.
"""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from processors.rules.lanes import way_of
from processors.rules.plates import PASSED, likeness, plate_of
from schemas.base import MS_PER_S
from schemas.event_data import PlateRef
from schemas.events import Event

SAME_MS = 60 * MS_PER_S
"""A near plate on the same way within this is the same passage (own)."""
UNREAD_MS = 10 * MS_PER_S
"""One reading without a plate within this of another is the same passage: a cycle of the arm."""
READ_MS = 30 * MS_PER_S
"""A plate read so long before belongs to what passes without one."""


@dataclass(frozen=True, slots=True)
class Lane:
    """The last passage, the last plate that was only read, and whether a device tells passages."""

    tells: bool = False
    way: str = ""
    at: int = 0
    plate: PlateRef | None = None
    read: PlateRef | None = None
    read_at: int = 0


class Passing(NamedTuple):
    """One vehicle went in or out; `plate` None: unread."""

    way: Literal["in", "out"]
    plate: PlateRef | None


def passed(lane: Lane, event: Event) -> tuple[Lane, Passing | None]:
    """The lane after a reading, and the passage that it tells of."""
    way, plate = way_of(event), plate_of(event)
    is_told = event.type in PASSED
    if is_told and plate is None and event.at - lane.read_at <= READ_MS:
        plate = lane.read
    if not is_told:
        lane = replace(lane, read=plate, read_at=event.at)
    if way is None or (lane.tells and not is_told):
        return lane, None
    lane = replace(lane, tells=lane.tells or is_told)
    if way == lane.way and _same(lane, plate, event.at):
        return lane, None
    kept = None if is_told else lane.read
    return replace(lane, way=way, at=event.at, plate=plate, read=kept), Passing(way, plate)


def _same(lane: Lane, plate: PlateRef | None, at: int) -> bool:
    if plate is None or lane.plate is None:
        return at - lane.at <= UNREAD_MS
    return at - lane.at <= SAME_MS and likeness(plate, lane.plate) is not None
