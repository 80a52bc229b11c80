"""What is made to happen, situation by situation, with the near misses that must stay silent.

Every plot is written after the catalogue of situations and its default numbers, never after a
rule's code. A plot reserves its time and place, says what should be found, and returns its steps.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bench.oracle.world import World
from deploy.simulation.stage import Step

Play = Callable[[World], Iterator[Step]]


class Plot(NamedTuple):
    """A plot, the situation it is about, and how often it happens in thirty days."""

    situation: str
    a_month: float
    play: Play


PLOTS: list[Plot] = []


def plot(situation: str, a_month: float = 4) -> Callable[[Play], Play]:
    """Enters a plot."""

    def entered(play: Play) -> Play:
        PLOTS.append(Plot(situation, a_month, play))
        return play

    return entered
