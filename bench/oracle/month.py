"""One month, played: everything planned, put in order of time, sent through trouble, heard."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random

from bench.oracle.habits import Habits
from bench.oracle.plots import PLOTS, devices, doors, homes, vehicles, zones
from bench.oracle.register import opening
from bench.oracle.routines import PATROL_ROUNDS, Routines
from bench.oracle.scenes import Trip
from bench.oracle.trouble import Trouble, has_memory, plan
from bench.oracle.truth import Expected
from bench.oracle.world import HOUR, SECOND, MonthStage, World
from deploy.simulation.day import in_order, numbered
from deploy.simulation.facts import CONSOLE, Fact
from deploy.simulation.stage import Step
from deploy.simulation.timeline import GATEWAY, TICK, Arrival

WIRED = (devices, doors, homes, vehicles, zones)
"""Importing them enters their plots."""
TICK_MS = 60 * SECOND
DELAY_MIN_MS, DELAY_MAX_MS = 50, 900
TWICE_SHARE = 0.002
"""How many messages the broker delivers twice."""
MISSED_A_MONTH = 6


@dataclass
class Month:
    """A world with everything planned; `arrivals` plays it once."""

    world: World
    trouble: Trouble = field(init=False)
    stage: MonthStage = field(init=False)

    def __post_init__(self) -> None:
        """Plans the trouble, then the incidents; the days are written as they come."""
        self.trouble = plan(self.world)
        self.stage = MonthStage(
            self.world.estate, Random(f"{self.world.seed}/stage"), lost=self.trouble.is_lost
        )
        self._silent = self._plan_silence()
        self._missed = self._plan_missed()
        self._plotted = sorted(self._plots(), key=lambda step: step.at)

    @property
    def expected(self) -> list[Expected]:
        """All that should or may be found; whole once the month is played."""
        habits = [
            Expected(t.rule, self.world.around(t.place), t.began_at, t.at + 30 * SECOND, "habit")
            for t in self.stage.truths
        ]
        return [*self.world.expected, *self.stage.expected, *habits]

    def arrivals(self) -> Iterator[Arrival]:
        """All facts in order of arrival, the configuration and the register first."""
        start = self.world.calendar.start
        yield Arrival(start, Fact(start, "config.activated", CONSOLE, self.world.estate.site.id))
        yield from Wires(self.world, self.trouble).heard(self._with_ticks())

    def _plots(self) -> Iterator[Step]:
        share = self.world.calendar.days / 30
        for plot in PLOTS:
            for _ in range(max(1, round(plot.a_month * share))):
                yield from plot.play(self.world)

    def _plan_silence(self) -> frozenset[tuple[str, int]]:
        """Homes in care that fall silent for a day and a half, or two with a note of absence."""
        silent = set()
        for number, (home, day) in enumerate(homes.silenced_homes(self.world)):
            silent |= {(home.dwelling, day), (home.dwelling, day + 1)}
            homes.silence(self.world, home, day, noted=number % 3 == 2)
        return frozenset(silent)

    def _plan_missed(self) -> frozenset[tuple[int, str]]:
        rng, days = self.world.rng, self.world.calendar
        slots = [
            (day.at(hour + number / 2), point)
            for day in days.each()
            for hour, number, point in PATROL_ROUNDS
        ]
        count_ = max(2, round(MISSED_A_MONTH * days.days / 30))
        return frozenset(rng.sample(slots[4:-8], count_))

    def _facts(self) -> Iterator[Fact]:
        """Facts in order of time, numbered by their devices."""
        numbers: dict[str, int] = {}
        items = heapq.merge(
            self._plotted, self._days(), self._heartbeats(), key=lambda item: item.at
        )
        for fact in in_order(self.stage, items):
            quiet = self.stage.silent.get(fact.device)
            if quiet is not None and quiet[0] <= fact.at < quiet[1]:
                continue
            if fact.device == CONSOLE or numbered(self.world.estate, fact):
                numbers[fact.device] = numbers.get(fact.device, 0) + 1
                yield fact._replace(sequence=numbers[fact.device])
            else:
                yield fact

    def _days(self) -> Iterator[Step | Fact]:
        """Facts and steps of one day after the other; nights reach into the next day."""
        items: list[Step | Fact] = list(opening(self.world))
        for day in self.world.calendar.each():
            rng = Random(f"{self.world.seed}/{day.number}")
            routines = Routines(self.world, day, rng, self._missed, self._silent)
            items += [*Habits(self.world, day, rng).steps(), *routines.steps()]
            if day.number == 0:
                items += self._arrive(rng)
            items.sort(key=lambda item: item.at)
            ends = day.at(24)
            yield from (item for item in items if self.world.calendar.start <= item.at < ends)
            items = [item for item in items if item.at >= ends]

    def _arrive(self, rng: Random) -> Iterator[Step]:
        """The gates go into service with an empty car park: all come in during the first night."""
        for home in self.world.homes:
            for person in home.people:
                if person.plate is not None:
                    at = self.world.calendar.start + round(rng.uniform(0.1, 4.5) * HOUR)
                    yield Step(at, Trip(self.world.drive_lane("in"), person.plate, sure=True))

    def _heartbeats(self) -> Iterator[Fact]:
        """Each device at its own rhythm, from a phase of its own."""
        start, end = self.world.calendar.start, self.world.calendar.end
        due: list[tuple[int, str, str, int]] = []
        for device in self.world.estate.site.devices:
            period = (device.heartbeat_s or (device.silence_s or 0) // 8) * SECOND
            if period:
                phase = Random(device.id).randrange(SECOND, min(period, 3600 * SECOND))
                due.append((start + phase, device.id, device.place, period))
        heapq.heapify(due)
        while due[0][0] < end:
            at, ident, place, period = due[0]
            yield Fact(at, "device.heartbeat", ident, place)
            heapq.heapreplace(due, (at + period, ident, place, period))

    def _with_ticks(self) -> Iterator[Fact]:
        ticks = (
            Fact(at, TICK, GATEWAY, self.world.estate.site.id)
            for at in range(
                self.world.calendar.start + TICK_MS, self.world.calendar.end + TICK_MS, TICK_MS
            )
        )
        return heapq.merge(self._facts(), ticks, key=lambda fact: fact.at)


class Wires:
    """How facts reach the gateway: each device's wire keeps order, some hold back for a while."""

    def __init__(self, world: World, trouble: Trouble) -> None:
        """Delays are of the seed."""
        self._world, self._trouble = world, trouble
        self._rng = Random(f"{world.seed}/wires")
        self._usual: dict[str, float] = {}
        self._last: dict[str, int] = {}
        self._gap_told: set[int] = set()
        self._floor = 0
        """Nothing overtakes what the broker kept while the gateway was away."""

    def heard(self, facts: Iterable[Fact]) -> Iterator[Arrival]:
        """Arrivals in order."""
        waiting: list[tuple[int, int, Fact]] = []
        ticket = count()
        for true in facts:
            while waiting and waiting[0][0] <= true.at:
                yield Arrival(*heapq.heappop(waiting)[::2])
            for fact in self._trouble.told(true, self._rng):
                found = self._way(fact, max(true.at, fact.at))
                if found is None:
                    continue
                heapq.heappush(waiting, (found.received_at, next(ticket), found.fact))
                if self._rng.random() < TWICE_SHARE:
                    again = found.received_at + 400
                    heapq.heappush(waiting, (again, next(ticket), found.fact))
        while waiting:
            yield Arrival(*heapq.heappop(waiting)[::2])

    def _way(self, fact: Fact, at: int) -> Arrival | None:
        """When a fact of a true time is heard, and in what form; None if it is lost."""
        if fact.device == CONSOLE:
            return Arrival(fact.at, fact)
        gateway = self._trouble.gateway_at(at)
        if fact.device == GATEWAY:
            return None if gateway else Arrival(max(fact.at, self._floor), self._tick(fact))
        power = self._trouble.cut_of(fact.device, at)
        if power is not None:
            return self._kept(fact, power.end) if has_memory(self._world, fact) else None
        heard = self._delayed(fact, at)
        if gateway is not None:
            span, cut = gateway
            if cut == "lost":
                return None
            heard = self._floor = max(span.end, self._floor) + 2
        heard = self._last[fact.device] = max(heard, self._floor)
        if fact.fields.get("time_doubt"):
            fact = fact._replace(at=heard)
        return Arrival(heard, fact)

    def _tick(self, fact: Fact) -> Fact:
        """The first tick after a lost session tells the span that is missing."""
        for span, cut in self._trouble.gateway:
            if cut == "lost" and span.end <= fact.at and span.start not in self._gap_told:
                self._gap_told.add(span.start)
                gap = {"gap_from": span.start - TICK_MS, "gap_until": fact.at}
                return fact._replace(fields=gap)
        return fact

    def _kept(self, fact: Fact, end: int) -> Arrival:
        """Told when the power is back; one make says that it is old news."""
        heard = max(end + 20 * SECOND, self._last.get(fact.device, 0)) + self._rng.randint(150, 400)
        self._last[fact.device] = heard
        if self._world.estate.devices[fact.device].adapter == "hikvision_isapi":
            fact = fact._replace(fields={**fact.fields, "replayed": True})
        return Arrival(heard, fact)

    def _delayed(self, fact: Fact, at: int) -> int:
        usual = self._usual.get(fact.device)
        if usual is None:
            usual = self._usual[fact.device] = self._rng.uniform(DELAY_MIN_MS, 250)
        delay = min(DELAY_MAX_MS, round(usual + self._rng.expovariate(1 / 60)))
        return max(at + delay, self._last.get(fact.device, 0) + 1)
