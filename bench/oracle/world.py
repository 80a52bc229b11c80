"""The world of one month: who and what is there, where and when something may be made to happen.

Plots put incidents into it. They reserve place and time first, so that two of them do not become
one, and none falls into an outage unless it means to.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from bench.oracle.calendar import Calendar, Span
from bench.oracle.homes import Home, Registry, Resident, settle
from bench.oracle.site import Grounds, Size, build, with_meters
from bench.oracle.truth import SLACK_MS, Expected
from deploy.simulation.doors import Swipe
from deploy.simulation.estate import Estate, Lane
from deploy.simulation.facts import CONSOLE, Fact, Truth
from deploy.simulation.people import make_plate
from deploy.simulation.stage import HOUR, MINUTE, SECOND, Scene, Stage, Step

APART_MS = 45 * MINUTE
"""How far apart two incidents at one place are at least."""
EDGE_MS = HOUR
"""Nothing is made to happen this close to the end of the month, nor to an outage."""
SETTLE_MS = 10 * HOUR
"""Nothing is made to happen before: a door that never opened yet proves nothing."""
TRIES = 400


@dataclass(slots=True)
class MonthStage(Stage):
    """A stage that also knows what ought to be found, and which vehicles are truly inside."""

    expected: list[Expected] = field(default_factory=list)
    inside: list[tuple[int, int, str]] = field(default_factory=list)
    """(when, +1 or -1, plate) of every passage of a vehicle."""
    read_as: dict[str, str] = field(default_factory=dict)
    """As what each vehicle's plate was read the last time; empty where the reading was lost."""
    counts: dict[str, int] = field(default_factory=dict)
    """How often each vehicle is inside: above one it is there with its double."""
    trips: list[tuple[int, Lane, str]] = field(default_factory=list)
    """(when, lane, plate as read) of every passage."""
    read_at: dict[str, tuple[str, int]] = field(default_factory=dict)
    """At which door each card was read the last time by somebody on foot, and when."""
    lost: Callable[[int], bool] = lambda at: False
    """Whether readings of a time never arrive."""

    def is_inside(self, plate: str) -> bool:
        """Whether a vehicle is inside."""
        return self.counts.get(plate, 0) > 0


@dataclass
class World:
    """One month of one estate, before anything happens in it."""

    seed: int
    calendar: Calendar
    estate: Estate
    expected: list[Expected] = field(default_factory=list)
    outages: list[tuple[str, Span]] = field(default_factory=list)
    """Devices that are cut off, and when."""
    _taken: dict[str, list[Span]] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Settles the people."""
        self.rng = Random(f"{self.seed}/plots")
        self.grounds = Grounds(self.estate)
        self.registry = Registry(Random(f"{self.seed}/people"))
        self.homes: list[Home] = list(settle(self.grounds, self.registry, self.calendar))
        self.estate = with_meters(self.estate, [home.dwelling for home in self.cared_for])
        self.grounds = Grounds(self.estate)

    @cached_property
    def cared_for(self) -> list[Home]:
        """Homes enrolled in care: those of retired people who live by themselves."""
        return [
            home
            for home in self.homes
            if home.people and not home.away and all(p.role == "retired" for p in home.people)
        ]

    @cached_property
    def quiet_homes(self) -> list[Home]:
        """Homes whose people do only what incidents make them do."""
        return [home for home in self.homes if home.quiet]

    def quiet_person(self) -> tuple[Home, Resident]:
        """Somebody who is registered and does nothing else; each only once while there are any."""
        if not self._idle:
            self._idle.extend(self._everyone_quiet())
        return self._idle.pop()

    @cached_property
    def _idle(self) -> list[tuple[Home, Resident]]:
        return list(self._everyone_quiet())

    def _everyone_quiet(self) -> Iterator[tuple[Home, Resident]]:
        people = [(home, person) for home in self.quiet_homes for person in home.people[:3]]
        self.rng.shuffle(people)
        return iter(people)

    def take(self, place: str, span_ms: int = 0, hours: tuple[float, float] = (0, 24)) -> int:
        """A random free time at a place, reserved for `span_ms` and a while around it."""
        for _ in range(TRIES):
            start = self.rng.randrange(self.calendar.start + SETTLE_MS, self.calendar.end - EDGE_MS)
            if self.is_free(place, start, span_ms, hours):
                return self.reserve(place, start, span_ms)
        raise RuntimeError(f"{place}: the month is too short for all that should happen there")

    def is_free(self, place: str, start: int, span_ms: int, hours: tuple[float, float]) -> bool:
        """Whether something may be made to happen there and then."""
        end = start + span_ms
        low, high = hours
        hour = self.calendar.hour_of(start)
        fits = low <= hour < high if low < high else (hour >= low or hour < high)
        inside = end < self.calendar.end - EDGE_MS
        taken = self._taken.get(place, [])
        cut = any(
            span.touches(start - EDGE_MS, end + EDGE_MS) for _, span in self.outages_near(place)
        )
        return fits and inside and not cut and not any(
            span.touches(start - APART_MS, end + APART_MS) for span in taken
        )  # fmt: skip

    def reserve(self, place: str, start: int, span_ms: int) -> int:
        """Takes a time at a place; returns its start."""
        self._taken.setdefault(place, []).append(Span(start, start + span_ms))
        return start

    def take_week(self, place: str, nights: int) -> int | None:
        """Midnight before the first of some nights at a place, a week apart from other such weeks.

        None where the month has no more room.
        """
        day = self.calendar.DAY
        last = self.calendar.days - nights - 1
        for first in self.rng.sample(range(max(0, last)), max(0, last)):
            start = self.calendar.start + first * day
            week = (start - 8 * day, start + (nights + 8) * day)
            if not any(span.touches(*week) for span in self._taken.get(f"{place}/week", [])):
                return self.reserve(f"{place}/week", start, nights * day)
        return None

    def free_home(self, fits: Callable[[Home], bool]) -> Home | None:
        """A home behind a door that reads both ways, each only once."""
        doors = self.estate.config.place_by_id
        found = [
            home
            for home in self.homes
            if fits(home) and doors[home.door].exits_read and home.dwelling not in self._used
        ]
        if not found:
            return None
        home = self.rng.choice(found)
        self._used.add(home.dwelling)
        return home

    def replace_home(self, home: Home) -> None:
        """From now on this is so of the home."""
        self.homes = [home if one.dwelling == home.dwelling else one for one in self.homes]

    def is_doubtful(self, start: int, end: int) -> bool:
        """Whether the gateway was away for some of a time: absence in it proves nothing."""
        away = (span for device, span in self.outages if device not in self.estate.devices)
        return any(span.touches(start, end) for span in away)

    def outages_near(self, place: str) -> Iterable[tuple[str, Span]]:
        """The outages that concern a place: any of the estate's gateway, or of devices there."""
        gate = place.split("-", maxsplit=1)[0]
        for device, span in self.outages:
            at = self.estate.devices[device].place if device in self.estate.devices else ""
            if not at or at == place or at.split("-")[0] == gate or place in ("*", at):
                yield device, span

    def expect(self, rule: str, place: str, times: tuple[int, int], **more: Any) -> None:
        """Somebody should find this, told between the two times (ms)."""
        self.expected.append(
            Expected(rule, self.around(place), times[0], times[1] + SLACK_MS, **more)
        )

    def around(self, place: str) -> tuple[str, ...]:
        """The places at which a situation of a place may be told: it, its own parts, its lane."""
        config = self.estate.config
        node = config.place_by_id.get(place)
        if node is None:
            return (place,)
        parts = [p.id for p in config.places if p.parent == place and p.kind != "dwelling"]
        deeper = [p.id for p in config.places if p.parent in parts and p.kind != "dwelling"]
        own = config.place_by_id.get(node.parent or "")
        above = [own.id] if own is not None and own.kind in ("lane", "gate") else []
        seen = [p for camera in node.seen_by for p in config.in_view.get(camera, ())]
        return tuple(dict.fromkeys((place, *parts, *deeper, *above, *node.seen_by, *seen)))

    def drive_lane(self, way: str) -> Lane:
        """Any lane of that way."""
        return self.rng.choice(self.estate.lanes[way])

    def plate(self) -> str:
        """A plate that nobody has."""
        return make_plate(self.rng)

    def camera_of(self, place: str) -> str:
        """The camera that sees a place."""
        return self.estate.config.place_by_id[place].seen_by[0]

    def note(self, at: int, record: str, place: str | None = None, **fields: Any) -> Fact:
        """An entry of the register, as the console writes it; `subject` among the fields."""
        subject = fields.pop("subject", None)
        word = "watch.changed" if record == "watch" else "register.changed"
        told = fields if record == "watch" else {"record": record, **fields}
        return Fact(at, word, CONSOLE, place or self.estate.site.id, subject=subject, fields=told)


def world(seed: int, days: int, size: Size, rules: dict[str, dict[str, Any]]) -> World:
    """A month that nothing has been put into yet."""
    return World(seed, Calendar(days), build(size, rules))


def said(*facts: Fact) -> Scene:
    """A scene whose facts are known beforehand."""
    return lambda stage, at: facts


def steps(*facts: Fact) -> Iterator[Step]:
    """Facts that need no stage, each as a step of its own."""
    for fact in facts:
        yield Step(fact.at, said(fact))


Judge = Callable[[Truth], Expected]


def judged(scene: Scene, judge: Judge) -> Scene:
    """A scene of the demonstration whose truths are written as the oracle's."""

    def played(stage: Stage, at: int) -> Iterator[Fact]:
        assert isinstance(stage, MonthStage)
        before = len(stage.truths)
        yield from scene(stage, at)
        stage.expected.extend(judge(truth) for truth in stage.truths[before:])
        del stage.truths[before:]

    return played


def swipe(home: Home, person: Resident, door: str, **more: Any) -> Swipe:
    """A resident at a door."""
    return Swipe(door, person.number, person.method, **more)


__all__ = ["HOUR", "MINUTE", "SECOND", "World", "judged", "said", "steps", "swipe", "world"]
