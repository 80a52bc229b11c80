"""One simulated day, played once for all tests here."""

from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

import pytest

from deploy.simulation.agenda import DAY_MS
from deploy.simulation.estate import Estate, load_estate
from deploy.simulation.facts import Fact, Truth
from deploy.simulation.timeline import TICK, Arrival, Timeline

SEED = 3


class Played(NamedTuple):
    begins: int
    arrivals: list[Arrival]
    truths: list[Truth]

    @property
    def facts(self) -> list[Fact]:
        """In order of true time, without the gateway's clock."""
        facts = [arrival.fact for arrival in self.arrivals if arrival.fact.type != TICK]
        return sorted(facts, key=lambda fact: fact.at)

    def of(self, *words: str) -> Iterator[Fact]:
        return (fact for fact in self.facts if fact.type in words)


def play(estate: Estate, seed: int) -> Played:
    timeline = Timeline.of_day(estate, seed, tick_s=60)
    ends = timeline.begins + DAY_MS
    truths: list[Truth] = []
    arrivals = takewhile(lambda a: a.received_at < ends, timeline.arrivals(truths))
    played = list(arrivals)
    return Played(timeline.begins, played, [t for t in truths if t.began_at < ends])


@pytest.fixture(scope="session")
def estate() -> Estate:
    return load_estate()


@pytest.fixture(scope="session")
def day(estate: Estate) -> Played:
    return play(estate, SEED)
