"""Days one after the other, in the order in which their facts reach the estate's gateway."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from deploy.simulation.agenda import DAY_MS
from deploy.simulation.cottages import Also, nothing_else
from deploy.simulation.day import Day, day_of, day_start
from deploy.simulation.estate import Estate
from deploy.simulation.facts import CONSOLE, Fact, Truth
from deploy.simulation.people import Home, populate
from deploy.simulation.stage import SECOND

DEFAULT_DAY = date(2026, 3, 2)
"""A Monday."""
DELAY_MIN_MS, DELAY_MAX_MS = 50, 900
YEAR_MS = 365 * DAY_MS
TICK = "clock.ticked"
GATEWAY = "simulator"


class Arrival(NamedTuple):
    """A fact and when it was heard, in ms since the epoch."""

    received_at: int
    fact: Fact


@dataclass(frozen=True)
class Timeline:
    """A simulation from `begins` on, without end. The same seed says the same about each instant.

    `tick_s` is how often the gateway's clock stands among the facts; None for never. `also` is what
    else happens on each day.
    """

    estate: Estate
    seed: int
    begins: int
    tick_s: int | None = None
    also: Also = nothing_else

    @classmethod
    def of_day(
        cls, estate: Estate, seed: int, day: date = DEFAULT_DAY, tick_s: int | None = None
    ) -> "Timeline":
        """A simulation that begins with a day."""
        return cls(estate, seed, day_start(estate, day), tick_s)

    def arrivals(self, truths: list[Truth] | None = None) -> Iterator[Arrival]:
        """All facts from `begins` on, in order of arrival; the permits that stand then go first.

        What was made to happen is put into `truths`, if a list is given, as soon as it is played.
        """
        yield from self._opening()
        homes = self.homes()
        day = day_of(self.estate, self.begins)
        while True:
            for arrival in self._day(Day(self.estate, homes, self.seed, day, self.also), truths):
                if arrival.received_at > self.begins:
                    yield arrival
                elif arrival.fact.device == CONSOLE:
                    yield Arrival(self.begins, arrival.fact._replace(at=self.begins))
            day += timedelta(days=1)

    def homes(self) -> tuple[Home, ...]:
        """The estate's homes, the same on every day."""
        return populate(self.estate, Random(f"{self.seed}/homes"))

    def _opening(self) -> Iterator[Arrival]:
        """The configuration, and the permits of the residents' vehicles."""
        place, at = self.estate.site.id, self.begins
        yield Arrival(at, Fact(at, "config.activated", CONSOLE, place))
        plates = (p.plate for home in self.homes() for p in home.people if p.plate)
        for plate in plates:
            permit = {
                "record": "permit", "credential_class": "resident", "valid_from": at,
                "valid_to": at + YEAR_MS,
            }  # fmt: skip
            note = Fact(at, "register.changed", CONSOLE, place, subject=plate, fields=permit)
            yield Arrival(at, note)

    def _day(self, day: Day, truths: list[Truth] | None) -> Iterator[Arrival]:
        waiting: list[tuple[int, int, Fact]] = []
        wires = _Wires(Random(f"{self.seed}/{day.start}/wires"))
        for number, fact in enumerate(self._with_ticks(day)):
            while waiting and waiting[0][0] <= fact.at:
                yield Arrival(*heapq.heappop(waiting)[::2])
            heapq.heappush(waiting, (wires.heard_at(fact), number, fact))
            if truths is not None and day.truths:
                truths.extend(day.truths)
                day.truths.clear()
        while waiting:
            yield Arrival(*heapq.heappop(waiting)[::2])

    def _with_ticks(self, day: Day) -> Iterator[Fact]:
        if self.tick_s is None:
            return day.facts()
        period, place = self.tick_s * SECOND, self.estate.site.id
        ticks = (
            Fact(at, TICK, GATEWAY, place)
            for at in range(day.start + period, day.start + DAY_MS, period)
        )
        return heapq.merge(day.facts(), ticks, key=lambda fact: fact.at)


class _Wires:
    """How long each device's messages are on their way; on one wire none overtakes another."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._usual: dict[str, float] = {}
        self._last: dict[str, int] = {}

    def heard_at(self, fact: Fact) -> int:
        """When the gateway hears of a fact; of what people enter, and of its own clock, at once."""
        if fact.device in (CONSOLE, GATEWAY):
            return fact.at
        usual = self._usual.get(fact.device)
        if usual is None:
            usual = self._usual[fact.device] = self._rng.uniform(DELAY_MIN_MS, 250)
        delay = min(DELAY_MAX_MS, round(usual + self._rng.expovariate(1 / 60)))
        heard = max(fact.at + delay, self._last.get(fact.device, 0) + 1)
        self._last[fact.device] = heard
        return heard
