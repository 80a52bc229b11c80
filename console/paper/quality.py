"""How good the alerts are: the load of each shift against the bar, chatter, what stands too long.

Pure. The bar is our own judgement: on average at most 8 pushes that are not red in 8 hours, and at
most 2 at night. Chatter (three openings in a minute) and stale (standing for more than 24 hours)
are those of ISA-18.2.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from console.wall_clock import local

SHIFT_H = 8
BAR, BAR_NIGHT = 8, 2
CHATTER, CHATTER_MS = 3, 60_000
STALE_MS = 24 * 3_600_000
WORST = 10


@dataclass(frozen=True, slots=True)
class Rung:
    """A case that rang: at which desk, when, and whether it was red."""

    desk: str
    at: int
    red: bool = False


@dataclass(frozen=True, slots=True)
class ShiftLoad:
    """One desk's shift: its day and the hour it begins at, and what rang."""

    desk: str
    day: str
    hour: int
    counted: int
    red: int

    @property
    def is_night(self) -> bool:
        """From midnight to eight."""
        return self.hour == 0

    @property
    def bar(self) -> int:
        """How many may ring."""
        return BAR_NIGHT if self.is_night else BAR

    @property
    def is_over(self) -> bool:
        """Whether more rang than may."""
        return self.counted > self.bar


def shift_loads(rung: Iterable[Rung], zone: ZoneInfo) -> list[ShiftLoad]:
    """The shifts in which anything rang, newest first; eight hours each from midnight."""
    counted: dict[tuple[str, int, str], Counter[bool]] = {}
    for one in rung:
        shown = local(one.at, zone)
        key = (f"{shown:%Y-%m-%d}", shown.hour // SHIFT_H * SHIFT_H, one.desk)
        counted.setdefault(key, Counter())[one.red] += 1
    order = sorted(counted, key=lambda key: (key[0], key[1]), reverse=True)
    return [
        ShiftLoad(desk, day, hour, counted[day, hour, desk][False], counted[day, hour, desk][True])
        for day, hour, desk in order
    ]


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean load of a desk: by day and at night, over all shifts of a time, quiet ones too."""

    desk: str
    by_day: float
    at_night: float
    over: int
    shifts: int


def means(loads: Sequence[ShiftLoad], since: int, until: int, zone: ZoneInfo) -> list[Mean]:
    """The means of each desk between two instants (ms)."""
    days = max(1.0, (until - since) / (24 * 3_600_000))
    found = []
    for desk in sorted({load.desk for load in loads}):
        mine = [load for load in loads if load.desk == desk]
        night = sum(load.counted for load in mine if load.is_night)
        day = sum(load.counted for load in mine if not load.is_night)
        over = sum(load.is_over for load in mine)
        found.append(Mean(desk, day / (2 * days), night / days, over, len(mine)))
    return found


def chatter(openings: Mapping[str, Sequence[int]]) -> list[tuple[str, int]]:
    """How often each key opened three times within a minute: those that did, the worst first."""
    found = {}
    for key, times in openings.items():
        order = sorted(times)
        bursts = sum(
            bisect_left(order, at + CHATTER_MS) - number >= CHATTER
            for number, at in enumerate(order)
        )
        if bursts:
            found[key] = bursts
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def worst(counts: Mapping[str, int], limit: int = WORST) -> list[tuple[str, int, float]]:
    """The names that make the most of a load, with their share of all of it."""
    total = sum(counts.values())
    order = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [(name, count, count / total) for name, count in order[:limit]]
