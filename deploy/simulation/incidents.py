"""Scenes of what goes wrong: ten situations, each made to happen and each known beforehand.

What a situation is, and from when on it stands, is written after the catalogue of situations and
its default numbers, never after the rules' code.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from deploy.simulation.doors import (
    UNLOCK_MS,
    Shown,
    Swipe,
    crossing,
    cycle,
    fact,
    granted,
    read,
    refusal,
)
from deploy.simulation.facts import Fact, Truth
from deploy.simulation.stage import MINUTE, SECOND, Stage
from deploy.simulation.vehicles import Drive
from deploy.simulation.yards import Stroll, Verdict

HELD_AFTER_MS = 30 * SECOND
DENIALS = 5
LOITER_MS = 5 * MINUTE
GRACE_S = 15 * 60
SILENT_BEATS = 3
DROP_OFF_S = 5 * 60
"""How long a drop-off permit lets a vehicle stay."""


@dataclass(frozen=True, slots=True)
class ForcedDoor:
    """The leaf opens and nobody was let through; `seen`: a camera at the door sees a person."""

    door: str
    seen: bool

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """The opening, ten quiet seconds after whatever was before it."""
        door = stage.estate.doors[self.door]
        start = stage.free_at(self.door, at)
        opened = start + 10 * SECOND
        if self.seen:
            yield _person_at(stage, door.cameras[-1], opened - 4 * SECOND)
        yield fact(door, opened, "door.opened")
        closed = opened + stage.between(8, 20)
        yield fact(door, closed, "door.closed")
        stage.busy_until[self.door] = closed + 10 * SECOND
        stage.truths.append(Truth("door_forced", self.door, None, opened, opened))


@dataclass(frozen=True, slots=True)
class HeldDoor:
    """Somebody goes in and leaves the door standing open for `open_s`."""

    swipe: Swipe
    open_s: float

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """A swipe like any other, but the leaf stays open."""
        start = stage.free_at(self.swipe.door, at)
        yield from replace(self.swipe, open_s=self.open_s)(stage, start)
        due = start + UNLOCK_MS + HELD_AFTER_MS
        stage.truths.append(Truth("door_held", self.swipe.door, None, start, due))


@dataclass(frozen=True, slots=True)
class Tailgate:
    """One is let in at a counted door, and a stranger goes in behind."""

    swipe: Swipe

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """One grant, two crossings, one cycle of the door."""
        door = stage.estate.doors[self.swipe.door]
        start = stage.free_at(door.place, at)
        yield granted(door, start, self.swipe)
        opened = start + stage.between(0.8, 1.5)
        second = opened + stage.between(1.6, 2.4)
        yield crossing(stage, str(door.counter), opened + 500, "in")
        yield crossing(stage, str(door.counter), second, "in")
        yield from cycle(stage, door, (start, opened, second + stage.between(1.5, 3)))
        stage.truths.append(Truth("tailgating", door.place, self.swipe.subject, start, second))


@dataclass(frozen=True, slots=True)
class Denials:
    """Somebody tries an unknown card again and again."""

    door: str
    card: str

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """Six refusals within the minute."""
        door = stage.estate.doors[self.door]
        start = now = stage.free_at(self.door, at)
        for index in range(DENIALS + 1):
            yield refusal(door, now, self.card, "card", "unknown_credential")
            if index == DENIALS - 1:
                stage.truths.append(Truth("repeated_denial", self.door, self.card, start, now))
            now += stage.between(5, 8)
        stage.busy_until[self.door] = now + 10 * SECOND


@dataclass(frozen=True, slots=True)
class Duress:
    """A resident opens the door with the code that says: I am being forced."""

    door: str
    subject: str

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """The silent call, and the door opening as if nothing were."""
        door = stage.estate.doors[self.door]
        start = stage.free_at(self.door, at)
        yield read(door, start, "access.duress", Shown(self.subject, {"method": "unknown"}))
        opened = start + stage.between(1, 2)
        yield from cycle(stage, door, (start, opened, opened + stage.between(3, 6)))
        stage.truths.append(Truth("duress", self.door, self.subject, start, start))


@dataclass(frozen=True, slots=True)
class WantedVehicle:
    """A vehicle that a watch entry names comes in, or leaves."""

    drive: Drive

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """Its reading is the hit."""
        start = stage.free_at(self.drive.lane.place, at)
        yield from self.drive(stage, start)
        place = self.drive.lane.place
        stage.truths.append(Truth("watchlist_hit", place, self.drive.plate, start, start))


@dataclass(frozen=True, slots=True)
class BarrierTail:
    """A vehicle goes through behind another on one lifting of the arm."""

    drive: Drive

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """One reading, two passages over the loop."""
        lane = self.drive.lane
        start = stage.free_at(lane.place, at)
        found = list(replace(self.drive, followers=1)(stage, start))
        yield from found
        second = [f.at for f in found if f.type == "loop.occupied"][1]
        stage.truths.append(Truth("barrier_tailing", lane.lane, None, start, second))


@dataclass(frozen=True, slots=True)
class Overstay:
    """A vehicle with a drop-off permit comes in and does not leave in time."""

    drive: Drive

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """Only its entry; that it stays is what is wrong."""
        lane = self.drive.lane.place
        start = stage.free_at(lane, at)
        yield from self.drive(stage, start)
        due = start + (DROP_OFF_S + GRACE_S) * SECOND
        stage.truths.append(Truth("overstay", lane, self.drive.plate, start, due))


@dataclass(frozen=True, slots=True)
class Loiter:
    """Somebody stays in a yard for longer than five minutes."""

    stroll: Stroll | Verdict

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """One track told again and again, or the camera's own verdict."""
        yield from self.stroll(stage, at)
        yard = self.stroll.yard.place
        stage.truths.append(Truth("loitering", yard, None, at, at + LOITER_MS))


@dataclass(frozen=True, slots=True)
class Outage:
    """A device falls silent, and with it whatever hangs on it. `known`: long enough to be lost."""

    device: str
    length_ms: int
    known: bool = True

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """Nothing is heard: the door it stands at is left alone meanwhile."""
        site = stage.estate.devices[self.device]
        start = stage.free_at(site.place, at)
        until = start + self.length_ms
        stage.busy_until[site.place] = until + 5 * SECOND
        for device in (self.device, *stage.estate.children.get(self.device, ())):
            stage.silent[device] = (start, until)
        if self.known:
            due = start + SILENT_BEATS * (site.heartbeat_s or 60) * SECOND
            stage.truths.append(Truth("device_lost", site.place, self.device, start, due))
        return iter(())


def _person_at(stage: Stage, camera: str, at: int) -> Fact:
    place = stage.estate.devices[camera].place
    return Fact(at, "zone.entered", camera, place, "1", fields={"object": "person", "zone": "1"})
