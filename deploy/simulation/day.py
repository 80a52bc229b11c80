"""One day of the estate: scenes played in order, their facts in order of time.

A day runs from 07:00 to 07:00, when the property's shifts change, and is whole in itself: it
depends on the seed and its date alone, so a simulation can begin at any of its instants.
"""

import heapq
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from deploy.simulation.agenda import DAY_BEGINS, DAY_MS, Agenda
from deploy.simulation.cottages import Also, nothing_else
from deploy.simulation.director import Director
from deploy.simulation.estate import DAHUA, GATE, HIKVISION, Estate
from deploy.simulation.facts import CONSOLE, Fact, Truth
from deploy.simulation.people import Home
from deploy.simulation.stage import SECOND, Stage, Step

MARGIN_MS = 5 * SECOND
"""A day keeps quiet this long before its end, so that no arrival overtakes the next day's."""
NUMBERS_A_DAY = 50_000
_FIRST_DAY = date(2025, 1, 1).toordinal()


def day_of(estate: Estate, at: int) -> date:
    """The day an instant belongs to."""
    zone = ZoneInfo(estate.site.timezone)
    return datetime.fromtimestamp((at - DAY_BEGINS * 3600 * SECOND) / SECOND, zone).date()


def day_start(estate: Estate, day: date) -> int:
    """The first instant of a day, in ms since the epoch."""
    zone = ZoneInfo(estate.site.timezone)
    return round(datetime.combine(day, time(DAY_BEGINS), zone).timestamp()) * SECOND


class Day:
    """One day, played once. `truths` is complete when `facts` is exhausted."""

    def __init__(
        self, estate: Estate, homes: tuple[Home, ...], seed: int, day: date,
        also: Also = nothing_else,
    ) -> None:  # fmt: skip
        """Plans the day; nothing is played yet. `also` is what else happens on it."""
        self.start = day_start(estate, day)
        self._rng = Random(f"{seed}/{day.isoformat()}")
        self._stage = Stage(estate, self._rng)
        self._homes = homes
        self._also = also
        self._weekend = day.weekday() >= 5
        self._number = max(0, day.toordinal() - _FIRST_DAY) * NUMBERS_A_DAY

    @property
    def truths(self) -> list[Truth]:
        """The situations that were made to happen so far."""
        return self._stage.truths

    def facts(self) -> Iterator[Fact]:
        """The day's facts in order of time, each with its device's running number."""
        numbers: dict[str, int] = {}
        silent = self._stage.silent
        for fact in in_order(self._stage, heapq.merge(self._steps(), self._heartbeats(), key=_at)):
            quiet = silent.get(fact.device)
            if quiet is not None and quiet[0] <= fact.at < quiet[1]:
                continue
            if numbered(self._stage.estate, fact):
                numbers[fact.device] = numbers.get(fact.device, self._number) + 1
                yield fact._replace(sequence=numbers[fact.device])
            else:
                yield fact

    def _steps(self) -> Iterable[Step | Fact]:
        estate, start = self._stage.estate, self.start
        agenda = Agenda(estate, self._homes, self._rng, start, self._weekend)
        director = Director(estate, self._homes, self._rng, start)
        return sorted([*agenda.steps(), *director.steps(), *self._also(start)], key=_at)

    def _heartbeats(self) -> Iterator[Step | Fact]:
        """Each device at its own rhythm, from a phase of its own."""
        due: list[tuple[int, str, int]] = []
        for device in self._stage.estate.site.devices:
            if device.heartbeat_s:
                period = device.heartbeat_s * SECOND
                phase = Random(device.id).randrange(SECOND, period)
                due.append((self.start + phase, device.id, period))
        heapq.heapify(due)
        end = self.start + DAY_MS - MARGIN_MS
        while due[0][0] < end:
            at, device_id, period = due[0]
            yield Fact(at, "device.heartbeat", device_id, self._place_of(device_id))
            heapq.heapreplace(due, (at + period, device_id, period))

    def _place_of(self, device: str) -> str:
        return self._stage.estate.devices[device].place


def in_order(stage: Stage, items: Iterable[Step | Fact]) -> Iterator[Fact]:
    """What comes of facts and scenes that begin in order of time, in order of time."""
    waiting: list[tuple[int, int, Fact]] = []
    ticket = count()
    for item in items:
        while waiting and waiting[0][0] <= item.at:
            yield heapq.heappop(waiting)[2]
        found = (item,) if isinstance(item, Fact) else item.scene(stage, item.at)
        for fact in found:
            heapq.heappush(waiting, (fact.at, next(ticket), fact))
    while waiting:
        yield heapq.heappop(waiting)[2]


def numbered(estate: Estate, fact: Fact) -> bool:
    """Whether the device puts a running number into this message."""
    if fact.device == CONSOLE or fact.type == "device.heartbeat":
        return False
    device = estate.devices[fact.device]
    if device.adapter == HIKVISION:
        return device.kind == "reader"
    return device.adapter == GATE or (device.adapter == DAHUA and fact.type in _RECORDED)


_RECORDED = frozenset(
    {
        "access.granted", "access.denied", "doorbell.rung", "line.crossed", "loitering.started",
        "loitering.ended", "plate.read",
    }
)  # fmt: skip
"""What Dahua devices give a number: records, calls, and events of cameras."""


def _at(item: Step | Fact) -> int:
    return item.at
