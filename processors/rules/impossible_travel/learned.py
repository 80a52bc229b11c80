"""The quickest passages between two places: a low percentile of all, in bounded room.

Of n values the p-th percentile is the one of rank ceil(n p / 100), so only the smallest need be
kept. When their room is full half of all is forgotten, evenly, so that what was learned long ago
weighs less and less.
"""

from bisect import insort
from dataclasses import dataclass
from math import ceil

KEPT = 50


@dataclass(frozen=True, slots=True)
class Learned:
    """How many passages were seen, and the quickest of them in ms, quickest first."""

    count: int = 0
    quickest: tuple[int, ...] = ()


def learned(known: Learned, took: int, percentile: float) -> Learned:
    """What is known after another passage."""
    quickest = list(known.quickest)
    insort(quickest, took)
    count = known.count + 1
    if _rank(count + 1, percentile) > KEPT:
        return Learned(count // 2, tuple(quickest[1:KEPT:2]))
    return Learned(count, tuple(quickest[:KEPT]))


def least_ms(known: Learned, percentile: float) -> int:
    """The percentile of the passages seen, in ms; there must be one."""
    return known.quickest[min(_rank(known.count, percentile), len(known.quickest)) - 1]


def _rank(count: int, percentile: float) -> int:
    return max(1, ceil(count * percentile / 100))
