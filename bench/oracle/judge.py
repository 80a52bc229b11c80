"""The product over a month: the live path as a worker runs it, then what was found afterwards.

The only module of the oracle that knows the processors.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from processors.core.afterwards import Log, found_afterwards
from processors.core.city import City
from processors.core.machine import Machine
from processors.core.output import Missed, Output
from processors.core.partition import Partition
from processors.core.replay import replay
from processors.core.rule import RuleSet
from processors.rules.catalogue import city_rules, rules_and_views
from schemas.alerts import Alert
from schemas.events import Event
from schemas.sightings import Sighting
from schemas.topics import SIGHTING_LIFE_MS
from schemas.views import VehiclesView, View

BATCH = 400


@dataclass(slots=True)
class Verdict:
    """What came out: alerts by id, views by key, why not, and what it cost."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    afterwards: list[Alert] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    vehicles: list[VehiclesView] = field(default_factory=list)
    """Every view of the vehicles inside, in the order it was shown."""
    missed: list[Missed] = field(default_factory=list)
    events: int = 0
    live_s: float = 0
    late: int = 0
    keys: int = 0
    state_bytes: int = 0


def run(log: Iterable[Event], *, afterwards: bool = True) -> Verdict:
    """Everything through one worker's partition, batch by batch, checkpoints included."""
    rules, verdict = rules_and_views(), Verdict()
    partition, kept, late = Partition(0, Machine(rules)), [], []
    for batch in _batches(log):
        late += live(partition, batch, verdict)
        kept += batch
    verdict.events, verdict.late = len(kept), len(late)
    verdict.keys, verdict.state_bytes = size_of(partition)
    if afterwards:
        known = frozenset(verdict.alerts)
        verdict.afterwards = found_afterwards(Log(tuple(kept), tuple(late), known), rules)
    return verdict


def _batches(log: Iterable[Event]) -> Iterator[list[Event]]:
    events = iter(log)
    while batch := list(islice(events, BATCH)):
        yield batch


def live(partition: Partition, batch: list[Event], verdict: Verdict) -> list[Event]:
    """One batch, with its checkpoint; returns what came too late."""
    began, out = time.process_time(), Output()
    partition.take(partition.seen + 1, batch, out)
    partition.advance(out)
    partition.checkpoint()
    verdict.live_s += time.process_time() - began
    assert not out.refused, out.refused[0][1]
    verdict.alerts.update(out.alerts)
    verdict.views.update(out.views)
    verdict.vehicles += [view for view in out.views.values() if isinstance(view, VehiclesView)]
    verdict.missed.extend(out.near_misses)
    return out.late


def judge_city(verdict: Verdict, sightings: Iterable[Sighting]) -> None:
    """The second stage over all estates' sightings; its alerts join the others."""
    city = City(city_rules({}))
    for sighting in sightings:
        for alert in city.take(sighting, sighting.received_at):
            verdict.alerts[alert.id] = alert
        city.forget(sighting.received_at - SIGHTING_LIFE_MS)


def size_of(partition: Partition) -> tuple[int, int]:
    """How many scopes are alive, and what their records weigh together (bytes of JSON)."""
    records = [r for e in partition.estates.values() for r in e.records.values() if not r.empty]
    return len(records), sum(len(record.dump()) for record in records)


def speed(log: list[Event], rules: RuleSet) -> float:
    """Events a second of the processor's time: the back-test over a whole log, all rules on."""
    began = time.process_time()
    replay(log, rules)
    return len(log) / (time.process_time() - began)
