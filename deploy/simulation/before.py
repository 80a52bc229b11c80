"""The time before a demonstration: what the log of an estate that runs already holds.

Of the day a week ago the passages at the gates, for the mean of this weekday; of the last three
days and nights who came in at the doors of the homes, and the vehicles. Nobody was watching the
devices yet, so the configuration of that time awaits none of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from random import Random

from deploy.simulation.agenda import Agenda
from deploy.simulation.cottages import Daily
from deploy.simulation.day import day_of, day_start, in_order
from deploy.simulation.estate import Estate
from deploy.simulation.facts import Fact
from deploy.simulation.people import Home
from deploy.simulation.stage import SECOND, Stage, Step
from deploy.simulation.timeline import Arrival
from schemas.place import EstateConfig

NIGHTS, WEEK = 3, 7
HEARD_AFTER_MS = 100
VEHICLES = frozenset({"plate.read", "vehicle.entered", "vehicle.exited"})
GATES = VEHICLES | {"access.granted", "person.passed", "line.crossed"}
Told = Callable[[Fact], bool]


def unwatched(config: EstateConfig) -> EstateConfig:
    """The configuration of an estate whose devices' silence means nothing."""
    silent = {"heartbeat_s": None, "silence_s": None}
    devices = tuple(device.model_copy(update=silent) for device in config.devices)
    return config.model_copy(update={"devices": devices})


@dataclass(frozen=True)
class Before:
    """What was read before a demonstration that begins at `daily.begins`."""

    homes: tuple[Home, ...]
    daily: Daily

    @property
    def estate(self) -> Estate:
        """Where."""
        return self.daily.estate

    def starts(self, days_ago: int) -> int:
        """The first instant (ms) of a day before the demonstration's."""
        today = day_of(self.estate, self.daily.begins)
        return day_start(self.estate, today - timedelta(days=days_ago))

    def week_ago(self) -> Iterator[Arrival]:
        """The passages at the gates on the same weekday."""
        return self._day(WEEK, self._at_gates)

    def nights(self) -> Iterator[Arrival]:
        """Who came home on the last days, and what drove in and out."""
        for ago in range(NIGHTS, 0, -1):
            yield from self._day(ago, self._at_homes, self.daily(self.starts(ago)))

    def _day(self, ago: int, told: Told, more: Iterable[Step] = ()) -> Iterator[Arrival]:
        start = self.starts(ago)
        rng = Random(f"{self.daily.seed}/{start}/before")
        is_weekend = (day_of(self.estate, start)).weekday() >= 5
        agenda = Agenda(self.estate, self.homes, rng, start, is_weekend)
        steps = sorted([*agenda.steps(), *more], key=attrgetter("at"))
        for fact in in_order(Stage(self.estate, rng), steps):
            if fact.at < self.daily.begins - SECOND and told(fact):
                yield Arrival(fact.at + HEARD_AFTER_MS, fact)

    def _at_gates(self, fact: Fact) -> bool:
        return fact.type in GATES and fact.place not in self.estate.unit_doors

    def _at_homes(self, fact: Fact) -> bool:
        if fact.type == "access.granted":
            return fact.place in self.estate.unit_doors or fact.subject in self.daily.numbers
        return fact.type in VEHICLES
