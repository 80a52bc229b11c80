"""A park's gate log, by a seed: thirteen months, and what plain queries over its lines find.

The form is that of a public data set: `Timestamp;car-id;car-type;gate-name`. One reader at each
gate sees vehicles come and go. Queries know nothing of rules, events or windows.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

HEADER = "Timestamp;car-id;car-type;gate-name"
FORM = "%Y-%m-%d %H:%M:%S"
BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
DAYS = 395
TYPES = ["1"] * 44 + ["2"] * 22 + ["3"] * 12 + ["4"] * 9 + ["5"] * 6 + ["6"] * 4 + ["2P"] * 3
FORBIDDEN = {"4", "5", "6"}
SPEEDS_S = (60, 4_000)


class Passage(NamedTuple):
    """One line."""

    at: datetime
    car: str
    kind: str
    gate: str

    @property
    def line(self) -> str:
        return f"{self.at:{FORM}};{self.car};{self.kind};{self.gate}"


def passages(seed: int, count: int) -> list[Passage]:
    """About so many passages, by time."""
    chance = random.Random(seed)
    found: list[Passage] = []
    number = 0
    while len(found) < count:
        number += 1
        at = BEGIN + timedelta(seconds=chance.randrange(DAYS * 86_400))
        car, kind = f"v-{number:06}", chance.choice(TYPES)
        for _ in range(1 + (chance.random() < 0.08)):
            visit = list(_visit(chance, at, car, kind))
            found += visit
            at = visit[-1].at + timedelta(hours=chance.randint(5, 900))
    end = BEGIN + timedelta(days=DAYS)
    return sorted((p for p in found if p.at < end), key=lambda p: (p.at, p.car))


def _visit(chance: random.Random, at: datetime, car: str, kind: str) -> Iterator[Passage]:
    """From an entrance to an entrance; some are never seen leaving, some stay for days."""
    for gate in _route(chance, kind):
        yield Passage(at, car, kind, gate)
        step = chance.randint(*SPEEDS_S)
        if gate.startswith("camping") and chance.random() < 0.8:
            step += round(chance.expovariate(1 / 1.4) * 86_400)
        at += timedelta(seconds=step)


def _route(chance: random.Random, kind: str) -> list[str]:
    inner = [f"general-gate{chance.randrange(8)}" for _ in range(chance.randint(1, 4))]
    if kind == "2P" or (kind in FORBIDDEN and chance.random() < 0.1):
        inner.insert(1, f"gate{chance.randrange(9)}")
        inner.insert(2, f"ranger-stop{chance.randrange(8)}")
    if kind in ("1", "2", "3") and chance.random() < 0.3:
        inner.insert(chance.randrange(len(inner) + 1), f"camping{chance.randrange(9)}")
    if chance.random() < 0.01:
        inner.insert(0, f"ranger-stop{chance.randrange(8)}")
    ends = [f"entrance{chance.randrange(5)}" for _ in range(2)]
    return [ends[0], *inner] + ([] if chance.random() < 0.01 else ends[1:])


def by_car(log: list[Passage]) -> dict[str, list[Passage]]:
    """The passages of each vehicle, by time."""
    found: dict[str, list[Passage]] = defaultdict(list)
    for passage in log:
        found[passage.car].append(passage)
    return found


def forbidden(log: list[Passage]) -> set[tuple[str, tuple[datetime, ...]]]:
    """Vehicles of a type at gates forbidden to it; passages within an hour are one."""
    found = set()
    for car, mine in by_car(log).items():
        times = [p.at for p in mine if p.kind in FORBIDDEN and p.gate.startswith("gate")]
        group: list[datetime] = []
        for at in times:
            if group and at - group[-1] > timedelta(hours=1):
                found.add((car, tuple(group)))
                group = []
            group.append(at)
        if group:
            found.add((car, tuple(group)))
    return found


def long_stays(log: list[Passage], days: int) -> set[tuple[str, datetime, datetime | None]]:
    """Stays longer than so many days: vehicle, entry, and exit where the log has one.

    Entrances read in turn: in, out. What the log's end leaves open for too short is none.
    """
    limit, end = timedelta(days=days), log[-1].at
    found = set()
    for car, mine in by_car(log).items():
        ends = [p.at for p in mine if p.gate.startswith("entrance")]
        for entered, left in zip(ends[::2], [*ends[1::2], None], strict=False):
            if (left or end) - entered > limit:
                found.add((car, entered, left))
    return found


def out_of_order(log: list[Passage], within: timedelta) -> set[tuple[str, datetime, datetime]]:
    """From an entrance straight to a ranger stop."""
    found = set()
    for car, mine in by_car(log).items():
        for first, second in pairwise(mine):
            begins = first.gate.startswith("entrance")
            straight = begins and second.gate.startswith("ranger-stop")
            if straight and second.at - first.at <= within:
                found.add((car, first.at, second.at))
    return found
