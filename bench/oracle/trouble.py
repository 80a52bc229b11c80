"""What goes wrong on the way: power cuts, lost sessions, wrong clocks, contacts that bounce.

Planned before anything is made to happen, so that incidents keep clear of it, and laid over the
facts as they go to the gateway. Times come out as the gateway would write them: corrected once its
median of twenty readings knows the error, of receipt where a clock is ahead.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Literal

from bench.oracle.calendar import Span
from bench.oracle.truth import Expected
from bench.oracle.world import HOUR, MINUTE, SECOND, World
from deploy.simulation.estate import DAHUA, HIKVISION
from deploy.simulation.facts import Fact

GATEWAY_CUT = "gateway"
Cut = Literal["queued", "lost"]
MEDIAN_AFTER = 11
"""Readings after which the median of twenty has turned."""


@dataclass(frozen=True, slots=True)
class WrongClock:
    """A device whose clock is off by `off_ms` (ahead: above zero) for a time."""

    device: str
    span: Span
    off_ms: int


@dataclass(slots=True)
class Trouble:
    """All that goes wrong in a month."""

    cuts: dict[str, list[Span]] = field(default_factory=dict)
    """Devices without power, and when."""
    gateway: list[tuple[Span, Cut]] = field(default_factory=list)
    clocks: list[WrongClock] = field(default_factory=list)
    bouncing: tuple[str, Span] | None = None
    repeating: tuple[str, Span] | None = None
    read: dict[WrongClock, int] = field(default_factory=dict)

    def cut_of(self, device: str, at: int) -> Span | None:
        """The power cut a device is in at a time."""
        found = (span for span in self.cuts.get(device, ()) if span.start <= at < span.end)
        return next(found, None)

    def is_lost(self, at: int) -> bool:
        """Whether what happens at a time never reaches the gateway."""
        found = self.gateway_at(at)
        return found is not None and found[1] == "lost"

    def gateway_at(self, at: int) -> tuple[Span, Cut] | None:
        """The outage of the gateway's own link at a time."""
        return next((cut for cut in self.gateway if cut[0].start <= at < cut[0].end), None)

    def told(self, fact: Fact, rng: Random) -> Iterator[Fact]:
        """A fact as its device tells it: repeated, bouncing, or at another time than the true."""
        yield self._clocked(fact)
        where = (fact.device, fact.at)
        if fact.type in ("door.opened", "door.closed") and _in(self.bouncing, where):
            other = "door.closed" if fact.type == "door.opened" else "door.opened"
            later = fact.at
            for number, word in enumerate((other, fact.type), start=1):
                later += rng.randint(40, 140)
                yield fact._replace(at=later, type=word, sequence=_next(fact, number))
        if fact.type == "access.granted" and _in(self.repeating, where):
            yield fact._replace(at=fact.at + 300, sequence=_next(fact, 1))

    def _clocked(self, fact: Fact) -> Fact:
        for clock in self.clocks:
            if clock.device == fact.device and clock.span.start <= fact.at < clock.span.end:
                read = self.read[clock] = self.read.get(clock, 0) + 1
                return _by_wrong_clock(fact, clock, measured=read >= MEDIAN_AFTER)
        return fact


def _by_wrong_clock(fact: Fact, clock: WrongClock, *, measured: bool) -> Fact:
    if measured:
        return fact._replace(fields={**fact.fields, "corrected_ms": -clock.off_ms})
    if clock.off_ms > 0:
        return fact._replace(fields={**fact.fields, "time_doubt": "future"})
    return fact._replace(at=fact.at + clock.off_ms, began=None)


def _in(fault: tuple[str, Span] | None, where: tuple[str, int]) -> bool:
    device, at = where
    return fault is not None and fault[0] == device and fault[1].start <= at < fault[1].end


def _next(fact: Fact, number: int) -> int:
    return 7_000_000 + (fact.sequence or 0) * 4 + number


def has_memory(world: World, fact: Fact) -> bool:
    """Whether a device without a link keeps this reading and tells it later."""
    if fact.type == "device.heartbeat" or fact.device not in world.estate.devices:
        return False
    device = world.estate.devices[fact.device]
    return device.kind == "reader" and device.adapter in (HIKVISION, DAHUA)


def plan(world: World) -> Trouble:
    """The month's trouble; what should be noticed of it goes to the world's expectations."""
    rng, trouble = Random(f"{world.seed}/trouble"), Trouble()
    span = world.calendar
    days = [span.start + day * span.DAY for day in range(1, span.days - 1)]
    rng.shuffle(days)
    # In a short month several things go wrong on one day, at other hours or other devices.
    each = cycle(days)
    share = max(1, round(2 * span.days / 30))
    for _ in range(share):
        _power_cut(world, trouble, next(each), rng)
    _gateway_cut(world, trouble, (next(each) + 14 * HOUR, 12 * MINUTE), "queued")
    _gateway_cut(world, trouble, (next(each) + 10 * HOUR, 15 * MINUTE), "lost")
    for off_s in (95, -120):
        _wrong_clock(world, trouble, next(each), off_s)
    doors = rng.sample(world.estate.unit_doors, 2)
    two_days = 2 * span.DAY
    day = next(each)
    trouble.bouncing = (world.estate.doors[doors[0]].device, Span(day, day + two_days))
    day = next(each)
    trouble.repeating = (world.estate.doors[doors[1]].device, Span(day, day + two_days))
    return trouble


def _power_cut(world: World, trouble: Trouble, day: int, rng: Random) -> None:
    building = rng.choice(world.grounds.buildings)
    start = day + round(rng.uniform(8, 20) * HOUR)
    span = Span(start, start + round(rng.uniform(35, 55) * MINUTE))
    for device in world.estate.site.devices:
        if not _stands_in(world, device.place, building) or device.heartbeat_s is None:
            continue
        trouble.cuts.setdefault(device.id, []).append(span)
        world.outages.append((device.id, span))
        due = start + 3 * device.heartbeat_s * SECOND
        if due + 2 * MINUTE < span.end:
            world.expect("device_lost", device.place, (start, due + 8 * MINUTE),
                         subject=device.id, handler="maintenance")  # fmt: skip
        else:
            world.expect("device_lost", device.place, (start, span.end + 8 * MINUTE), kind="habit")
        if device.kind == "reader" and device.adapter in (HIKVISION, DAHUA):
            places = (*world.around(device.place), world.estate.site.id)
            world.expected.append(
                Expected("backlog", places, start, span.end + 15 * MINUTE, "habit")
            )


def _stands_in(world: World, place: str, building: str) -> bool:
    config = world.estate.config
    if any(node.id == building for node in config.lineage(place)):
        return True
    seen = config.in_view.get(place, ())
    return any(node.id == building for spot in seen for node in config.lineage(spot))


def _gateway_cut(world: World, trouble: Trouble, when: tuple[int, int], cut: Cut) -> None:
    start, length = when
    span = Span(start, start + length)
    trouble.gateway.append((span, cut))
    world.outages.append((GATEWAY_CUT, span))
    if cut == "queued":
        world.expected.append(
            Expected(
                "backlog", (), start, span.end + 5 * MINUTE,
                handler="maintenance", delivery="list", afterwards=None,
            )
        )  # fmt: skip


def _wrong_clock(world: World, trouble: Trouble, day: int, off_s: int) -> None:
    device = f"term-gate-{'south' if off_s > 0 else 'north'}-in"
    span = Span(day, day + 14 * HOUR)
    trouble.clocks.append(WrongClock(device, span, off_s * SECOND))
    world.outages.append((device, span))
    place = world.estate.devices[device].place
    world.expect("clock_skew", place, (day, span.end), severity="blue", delivery="list",
                 handler="maintenance")  # fmt: skip
    world.expect("backlog", place, (day, span.end), kind="habit")
