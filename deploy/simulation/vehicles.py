"""Scenes at barriers: vehicles read, let through, and followed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.simulation.estate import Lane
from deploy.simulation.facts import CONSOLE, Fact
from deploy.simulation.people import misread
from deploy.simulation.stage import SECOND, Stage

MISREAD_SHARE = 0.03
"""How many plates are read with one wrong character."""
SETTLE_MS = 6 * SECOND
"""Between one vehicle's arm cycle and the next reading: more than the 4 s a cycle is judged by."""
LOOP_TYPES = {True: "loop.occupied", False: "loop.cleared"}


@dataclass(frozen=True, slots=True)
class Drive:
    """A vehicle at a barrier: read, arm up, over the loop, arm down.

    `sure`: this one is read rightly. `followers` go through behind it, unread, on the same arm.
    `looks` is what a camera says of the vehicle beside its plate.
    """

    lane: Lane
    plate: str
    sure: bool = False
    followers: int = 0
    patience_ms: int = 30 * 60 * SECOND
    looks: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """One cycle of the arm, when the lane is free."""
        lane = self.lane
        start = stage.claim(lane.place, at, self.patience_ms)
        if start is None:
            return
        plate, confidence = self._reading(stage)
        yield Fact(
            start, "plate.read", lane.plate_camera, lane.place, lane.camera_channel,
            subject=plate, confidence=confidence, fields={"lane": "1", **self.looks},
        )  # fmt: skip
        up = start + stage.between(1.2, 2)
        yield controller(lane, up, "barrier.opened")
        there = up + stage.between(1.2, 2.4)
        for _ in range(self.followers + 1):
            gone = there + stage.between(1.4, 2.4)
            yield loop(lane, there, on=True)
            yield loop(lane, gone, on=False)
            there = gone + stage.between(1, 1.8)
        word = "vehicle.entered" if lane.way == "in" else "vehicle.exited"
        yield controller(lane, gone + 100, word, subject=plate)
        down = gone + stage.between(2, 3)
        yield controller(lane, down, "barrier.closed")
        stage.busy_until[lane.place] = down + SETTLE_MS

    def _reading(self, stage: Stage) -> tuple[str, float]:
        wrong = stage.rng.random() < MISREAD_SHARE and not self.sure
        if wrong:
            return misread(stage.rng, self.plate), stage.rng.randint(62, 88) / 100
        return self.plate, stage.rng.randint(93, 99) / 100


@dataclass(frozen=True, slots=True)
class Note:
    """Somebody enters a permit or a watch entry at the console."""

    word: str
    plate: str
    fields: dict[str, Any]

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """The one entry."""
        yield Fact(at, self.word, CONSOLE, stage.estate.site.id, None, None, self.plate,
                   fields=self.fields)  # fmt: skip


def controller(lane: Lane, at: int, word: str, subject: str | None = None) -> Fact:
    """Something the barrier's controller says of this lane."""
    return Fact(at, word, lane.controller, lane.place, lane.channel, subject=subject)


def loop(lane: Lane, at: int, *, on: bool) -> Fact:
    """The loop under the arm."""
    device, channel = lane.loop
    return Fact(at, LOOP_TYPES[on], device, lane.place, channel)
