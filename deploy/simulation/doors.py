"""Scenes at doors: people let in and out, refused, hurried, careless."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from deploy.simulation.estate import DAHUA, Door
from deploy.simulation.facts import Fact, Truth
from deploy.simulation.stage import SECOND, Stage

UNLOCK_MS = 5 * SECOND
"""How long a lock stays released after a grant."""
BREATH_MS = 2 * SECOND
"""Between one person's cycle of a door and the next one's."""
EXIT_INPUT = "3"
"""A Dahua door station tells its exit button as its wired input 3."""
CROSSINGS = {"in": "LeftToRight", "out": "RightToLeft"}
Way = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Swipe:
    """A credential is accepted, the door opens and closes; `people` go through on it.

    `open_s` is how long the leaf stands open at least; couriers prop it.
    """

    door: str
    subject: str
    method: str
    way: Way = "in"
    people: int = 1
    open_s: float = 2.5

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """One cycle of the door, when it is free."""
        door = stage.estate.doors[self.door]
        start = stage.claim(self.door, at)
        if start is None:
            return
        yield granted(door, start, self)
        opened = start + stage.between(0.8, 3.2)
        yield from passing(stage, door, opened, self)
        closed = opened + stage.between(self.open_s, self.open_s + 4)
        yield from cycle(stage, door, (start, opened, closed))
        if self.people > 1 and counts(stage, door, self.way):
            stage.truths.append(
                Truth("tailgating", door.place, self.subject, start, opened + 2 * SECOND, "habit")
            )


@dataclass(frozen=True, slots=True)
class Leave:
    """The way out by the exit button. `late`: the door tells its leaf before its button."""

    door: str
    late: bool = False

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """One cycle of the door, when it is free."""
        door = stage.estate.doors[self.door]
        start = stage.claim(self.door, at)
        if start is None:
            return
        opened = start if self.late else start + stage.between(0.6, 2)
        pressed = opened + stage.between(0.3, 0.95) if self.late else start
        channel = EXIT_INPUT if door.family == DAHUA else door.channel
        yield fact(door, pressed, "exit.requested")._replace(channel=channel)
        closed = opened + stage.between(2, 6)
        yield from cycle(stage, door, (pressed, opened, closed))


@dataclass(frozen=True, slots=True)
class Refused:
    """A face is not recognised, a card refused: `times`, then let in if `then` says so."""

    door: str
    subject: str | None
    method: str
    reason: str
    times: int = 1
    then: Swipe | None = None

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """Refusals some seconds apart."""
        door = stage.estate.doors[self.door]
        start = stage.claim(self.door, at)
        if start is None:
            return
        for _ in range(self.times):
            yield refusal(door, start, self.subject, self.method, self.reason)
            start += stage.between(4, 9)
        stage.busy_until[self.door] = start
        if self.then is not None:
            yield from self.then(stage, start)


@dataclass(frozen=True, slots=True)
class Ring:
    """A visitor rings at a door station and is let in from upstairs."""

    door: str

    def __call__(self, stage: Stage, at: int) -> Iterator[Fact]:
        """The ring, and the opening if somebody answers."""
        door = stage.estate.doors[self.door]
        start = stage.claim(self.door, at)
        if start is None:
            return
        yield fact(door, start, "doorbell.rung")
        stage.busy_until[self.door] = start + 20 * SECOND
        if stage.rng.random() < 0.8:
            answered = start + stage.between(5, 15)
            yield read(door, answered, "access.granted", Shown(None, {"method": "remote"}))
            opened = answered + stage.between(1, 3)
            yield from cycle(stage, door, (answered, opened, opened + stage.between(3, 7)))


def fact(door: Door, at: int, word: str, **more: Any) -> Fact:
    """Something the door's own device says."""
    return Fact(at, word, door.device, door.place, door.channel, **more)


def granted(door: Door, at: int, who: Swipe) -> Fact:
    """The grant that lets somebody through."""
    return read(door, at, "access.granted", Shown(who.subject, {"method": who.method}, who.way))


def refusal(door: Door, at: int, subject: str | None, method: str, reason: str) -> Fact:
    """A credential is refused."""
    shown = Shown(subject, {"method": method, "reason": reason})
    return read(door, at, "access.denied", shown)


class Shown(NamedTuple):
    """What a reader was shown: by whom, with which facts about it, on which way."""

    subject: str | None
    fields: dict[str, str]
    way: Way = "in"


def read(door: Door, at: int, word: str, shown: Shown) -> Fact:
    """Something at one of the door's readers; door stations say that they are entries."""
    device, channel, told = door.read_by(shown.way)
    return Fact(
        at, word, device, door.place, channel, "in" if door.family == DAHUA else None,
        shown.subject, fields={**shown.fields, **told},
    )  # fmt: skip


def cycle(stage: Stage, door: Door, times: tuple[int, int, int]) -> Iterator[Fact]:
    """Lock and leaf around one passage; `times` are the release, the opening and the closing.

    The door is kept busy until the leaf is shut, the lock too, and a breath has passed.
    """
    released, opened, closed = times
    locked = released + UNLOCK_MS
    if door.tells_lock:
        yield fact(door, released + 150, "door.unlocked")
        yield fact(door, locked + 150, "door.locked")
    yield fact(door, opened, "door.opened")
    yield fact(door, closed, "door.closed")
    stage.busy_until[door.place] = max(closed, locked) + BREATH_MS


def passing(stage: Stage, door: Door, opened: int, who: Swipe) -> Iterator[Fact]:
    """What the counter over the leaf says: one crossing for each who goes through."""
    if door.counter is None:
        return
    for index in range(who.people):
        at = opened + 500 + index * 900 + stage.between(0, 0.3)
        yield crossing(stage, door.counter, at, who.way)


def counts(stage: Stage, door: Door, way: str) -> bool:
    """Whether more people than grants would be noticed: going out, only where no way is told."""
    if door.counter is None:
        return False
    return way == "in" or stage.estate.devices[door.counter].kind == "camera"


def crossing(stage: Stage, counter: str, at: int, way: str) -> Fact:
    """One person under a counter, or over a camera's drawn line."""
    device = stage.estate.devices[counter]
    if device.kind == "camera":
        track = str(at // 100 % 1_000_000)
        fields = {"object": "person", "track": track, "zone": "Line1", "crossing": CROSSINGS[way]}
        return Fact(at, "line.crossed", counter, device.place, "0", fields=fields)
    return Fact(at, "person.passed", counter, device.place, direction=way)
