"""Homes in use and vehicles inside, as the office sees them, held against the world's truth. Pure.

A home whose people travelled in the last week, or whose people do nothing but what incidents make
them do, is left out: both answers would be right.
"""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from bench.oracle.homes import Home
from bench.oracle.world import HOUR
from schemas.views import HomeStatus, HomeView, VehiclesView, View

STATUS: dict[str, HomeStatus] = {
    "used": "in_use", "unused": "seems_vacant", "mismatch": "differs",
}  # fmt: skip
WEEK_MS, DAY_MS = 7 * 24 * HOUR, 24 * HOUR
JUDGED_RIGHT_MIN, NOT_JUDGED_MAX, VEHICLES_OFF_MAX = 0.95, 0.10, 0.01


class HomesScore(NamedTuple):
    """How many homes were shown, could not be judged, and were judged rightly; the wrong ones."""

    shown: int
    not_judged: int
    right: int
    wrong: tuple[tuple[Home, HomeView], ...]

    @property
    def right_share(self) -> float:
        """Of those judged."""
        return self.right / max(1, self.shown - self.not_judged)

    @property
    def not_judged_share(self) -> float:
        """Of all."""
        return self.not_judged / max(1, self.shown)


def homes_score(homes: Iterable[Home], views: Iterable[View], end: int) -> HomesScore:
    """The homes' last views against how they truly are used at the end (ms)."""
    shown = {view.dwelling: view for view in views if isinstance(view, HomeView)}
    settled = [home for home in homes if not _is_open(home, end)]
    pairs = [(home, shown[home.dwelling]) for home in settled if home.dwelling in shown]
    judged = [pair for pair in pairs if pair[1].status != "cannot_be_judged"]
    wrong = tuple(pair for pair in judged if pair[1].status != STATUS[pair[0].truth])
    return HomesScore(len(pairs), len(pairs) - len(judged), len(judged) - len(wrong), wrong)


def _is_open(home: Home, end: int) -> bool:
    """Whether either answer would be right: lately away, or there for incidents to borrow from."""
    away = any(span.end > end - WEEK_MS for span in home.away)
    return away or (home.quiet and home.truth == "used")


class VehiclesScore(NamedTuple):
    """By how much of the true count the shown one was off, at the worst and in the mean. The worst
    hour's counts stand by, since of thirty vehicles one is three in a hundred.
    """

    readings: int
    worst: float
    mean: float
    worst_shown: int
    worst_true: int
    true_last: int
    shown_last: int


def vehicles_score(
    inside: Iterable[tuple[int, int, str]], shown: Iterable[VehiclesView], start: int
) -> VehiclesScore:
    """Every hour's last view from `start` (ms) on against the true count at its time."""
    passages = sorted((at, way) for at, way, _ in inside)
    times, counts = [at for at, _ in passages], list(accumulate(way for _, way in passages))
    hourly = {view.at // HOUR: view for view in shown if view.at >= start}
    off: list[tuple[float, int, int]] = []
    true = told = 0
    for view in hourly.values():
        position = bisect_right(times, view.at)
        true, told = counts[position - 1] if position else 0, view.inside
        off.append((abs(told - true) / max(1, true), told, true))
    mean = sum(share for share, _, _ in off) / max(1, len(off))
    worst, worst_shown, worst_true = max(off, default=(0.0, 0, 0))
    return VehiclesScore(len(off), worst, mean, worst_shown, worst_true, true, told)
