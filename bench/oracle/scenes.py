"""Scenes of the oracle beside the demonstration's: buttons heard late, vehicles with a memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import hypot
from typing import Any

from bench.oracle.site import M_PER_DEGREE
from bench.oracle.truth import SLACK_MS, Expected
from bench.oracle.world import MonthStage
from deploy.simulation.doors import EXIT_INPUT, Swipe, cycle, fact, granted
from deploy.simulation.estate import DAHUA, Lane
from deploy.simulation.facts import Fact
from deploy.simulation.people import misread
from deploy.simulation.stage import SECOND, Scene, Stage
from deploy.simulation.vehicles import MISREAD_SHARE, Drive
from schemas.place import EstateConfig

WALK_M_S = 1.3
LATEST_BUTTON_S = 1.9


def walk_s(config: EstateConfig, one: str, other: str) -> float:
    """How long somebody in a hurry walks from one door to another."""
    here, there = config.place_by_id[one].position, config.place_by_id[other].position
    if here is None or there is None:
        return 90
    east = (here.lon - there.lon) * M_PER_DEGREE * 0.861
    return max(40, hypot(east, (here.lat - there.lat) * M_PER_DEGREE) / WALK_M_S)


@dataclass(frozen=True, slots=True)
class OnFoot:
    """Somebody at one door after another: who had to wait at one comes later to the next.

    `scene` is what happens there, where it is more than the swipe.
    """

    swipe: Swipe
    scene: Scene | None = None

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """What happens there, no sooner than a hurried walk after the last door."""
        assert isinstance(stage, MonthStage)
        before = stage.read_at.get(self.swipe.subject)
        if before is not None and before[0] != self.swipe.door:
            walk = walk_s(stage.estate.config, before[0], self.swipe.door)
            at = max(at, before[1] + round(walk * SECOND))
        for told in (self.scene or self.swipe)(stage, at):
            if told.type.startswith("access."):
                stage.read_at[self.swipe.subject] = (self.swipe.door, told.at)
            yield told


@dataclass(frozen=True, slots=True)
class LateLeave:
    """The way out by the exit button, which some doors tell up to two seconds after the leaf."""

    door: str
    late: bool = False

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """One cycle of the door, when it is free."""
        door = stage.estate.doors[self.door]
        start = stage.claim(self.door, at)
        if start is None:
            return
        opened = start if self.late else start + stage.between(0.6, 2)
        pressed = opened + stage.between(0.3, LATEST_BUTTON_S) if self.late else start
        channel = EXIT_INPUT if door.family == DAHUA else door.channel
        yield fact(door, pressed, "exit.requested")._replace(channel=channel)
        yield from cycle(stage, door, (pressed, opened, opened + stage.between(2, 6)))


@dataclass(frozen=True, slots=True)
class HandsFull:
    """Somebody is let in and turns round again: nobody opens the door."""

    swipe: Swipe
    kind: Any = "habit"

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """The grant alone."""
        assert isinstance(stage, MonthStage)
        door = stage.estate.doors[self.swipe.door]
        start = stage.claim(self.swipe.door, at)
        if start is None:
            return
        stage.busy_until[self.swipe.door] = start + 20 * SECOND
        yield granted(door, start, self.swipe)
        due = start + 8 * SECOND
        stage.expected.append(
            Expected("granted_no_entry", (door.place,), start, due + SLACK_MS, self.kind)
        )


@dataclass(frozen=True, slots=True)
class Trip:
    """A vehicle through a barrier; three in a hundred plates are read with one wrong character.

    What the readings alone cannot make up is a habit: an exit whose entry was read as another
    plate, an entry whose exit was.
    """

    lane: Lane
    plate: str
    sure: bool = False
    looks: Mapping[str, str] = field(default_factory=dict)
    method: str | None = None
    """What raised the arm, where the controller says so."""

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """One cycle of the arm, when the lane is free."""
        assert isinstance(stage, MonthStage)
        if not self.sure and stage.is_inside(self.plate) is (self.lane.way == "in"):
            # Its way the other way round came to nothing: the lane was busy for too long.
            return
        wrong = not self.sure and stage.rng.random() < MISREAD_SHARE
        read = misread(stage.rng, self.plate) if wrong else self.plate
        drive = Drive(self.lane, read, sure=True, looks=self.looks)
        facts = list(drive(stage, at))
        if not facts:
            return
        for told in facts:
            if wrong and told.type == "plate.read":
                yield told._replace(confidence=stage.rng.randint(62, 88) / 100)
            elif self.method and told.type == "barrier.opened":
                yield told._replace(fields={"method": self.method})
            else:
                yield told
        gone = max(told.at for told in facts if told.type == "loop.cleared")
        stage.inside.append((gone, 1 if self.lane.way == "in" else -1, self.plate))
        self._remember(stage, facts[0].at, read)

    def _remember(self, stage: MonthStage, start: int, read: str) -> None:
        """What is truly so, and what the readings leave open."""
        way = 1 if self.lane.way == "in" else -1
        stage.counts[self.plate] = stage.counts.get(self.plate, 0) + way
        stage.trips.append((start, self.lane, read))
        before = stage.read_as.get(self.plate)
        read = "" if stage.lost(start) else read
        stage.read_as[self.plate] = read
        if read != self.plate or (before is not None and before != self.plate):
            places = (self.lane.place, self.lane.lane, self.lane.plate_camera)
            stage.expected.append(
                Expected(
                    "plate_mismatch", places, start, start + 30 * SECOND, "habit",
                    delivery="statistic",
                )
            )  # fmt: skip
