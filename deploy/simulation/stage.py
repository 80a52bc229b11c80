"""The stage of one day: the random numbers, which door is busy, which device is silent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from deploy.simulation.estate import Estate
from deploy.simulation.facts import Fact, Truth

SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
PATIENCE_MS = 2 * MINUTE
"""How long people wait at a door or barrier before they take another way."""


@dataclass(slots=True)
class Stage:
    """What scenes share while a day is played: `busy_until` by place, `silent` by device."""

    estate: Estate
    rng: Random
    busy_until: dict[str, int] = field(default_factory=dict)
    silent: dict[str, tuple[int, int]] = field(default_factory=dict)
    truths: list[Truth] = field(default_factory=list)

    def claim(self, place: str, at: int, patience_ms: int = PATIENCE_MS) -> int | None:
        """When the place is free for whoever comes at `at`; None if that takes too long."""
        start = max(at, self.busy_until.get(place, 0))
        return start if start - at <= patience_ms else None

    def free_at(self, place: str, at: int) -> int:
        """When the place is free for who waits as long as it takes."""
        return max(at, self.busy_until.get(place, 0))

    def between(self, low_s: float, high_s: float) -> int:
        """A span between two numbers of seconds, in milliseconds."""
        return round((low_s + (high_s - low_s) * self.rng.random()) * SECOND)


Scene = Callable[[Stage, int], Iterable[Fact]]
"""What somebody does at a time: it plays on the stage and leaves facts, none before that time."""


class Step(NamedTuple):
    """A scene and when it begins (ms since the epoch)."""

    at: int
    scene: Scene
