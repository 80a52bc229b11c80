"""A park's gate log, by a seed: thirteen months, and what plain queries over its lines find.

The form is that of a public data set: `Timestamp;car-id;car-type;gate-name`. One reader at each
gate sees vehicles come and go. Queries know nothing of rules, events or windows.
"""

import csv
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
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


Fits = Callable[[Passage], bool]
Visit = tuple[str, tuple[datetime, ...]]
Stay = tuple[str, datetime, datetime | None]


def load(file: Path) -> list[Passage]:
    """The passages of a file of that form, by time; its header says what separates its columns."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter=delimiter_of(file))
        found = [
            Passage(datetime.fromisoformat(row["Timestamp"]).replace(tzinfo=UTC), row["car-id"],
                    row["car-type"], row["gate-name"])
            for row in rows
        ]  # fmt: skip
    return sorted(found, key=lambda passage: passage.at)


def delimiter_of(file: Path) -> str:
    """The character behind the first column's name."""
    with file.open(encoding="utf-8") as lines:
        return next(lines).removeprefix("Timestamp")[0]


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


def visits(log: list[Passage], fits: Fits, apart: timedelta) -> set[Visit]:
    """The passages that fit, by vehicle; those no further apart than that are one visit."""
    found = set()
    for car, mine in by_car(log).items():
        group: list[datetime] = []
        for at in [p.at for p in mine if fits(p)]:
            if group and at - group[-1] > apart:
                found.add((car, tuple(group)))
                group = []
            group.append(at)
        if group:
            found.add((car, tuple(group)))
    return found


def stays(log: list[Passage], fits: Fits, limit: timedelta) -> set[Stay]:
    """Stays longer than that: vehicle, entry, and exit where the log has one.

    Passages that fit are in turn: in, out. What the log's end leaves open for too short is none.
    """
    end = log[-1].at
    found = set()
    for car, mine in by_car(log).items():
        ends = [p.at for p in mine if fits(p)]
        for entered, left in zip(ends[::2], [*ends[1::2], None], strict=False):
            if (left or end) - entered > limit:
                found.add((car, entered, left))
    return found


def straight(log: list[Passage], kinds: tuple[str, ...], within: timedelta) -> set[Visit]:
    """Gates of these kinds passed one directly after the other."""
    found = set()
    for car, mine in by_car(log).items():
        for first in range(len(mine) - len(kinds) + 1):
            part = mine[first : first + len(kinds)]
            fits = all(p.gate.startswith(kind) for p, kind in zip(part, kinds, strict=True))
            if fits and part[-1].at - part[0].at <= within:
                found.add((car, tuple(p.at for p in part)))
    return found


def forbidden(log: list[Passage]) -> set[Visit]:
    """Vehicles of a type at gates forbidden to it; passages within an hour are one."""
    return visits(
        log, lambda p: p.kind in FORBIDDEN and p.gate.startswith("gate"), timedelta(hours=1)
    )


def long_stays(log: list[Passage], days: int) -> set[Stay]:
    """Stays between entrances that are longer than so many days."""
    return stays(log, lambda p: p.gate.startswith("entrance"), timedelta(days=days))


def out_of_order(log: list[Passage], within: timedelta) -> set[Visit]:
    """From an entrance straight to a ranger stop."""
    return straight(log, ("entrance", "ranger-stop"), within)
