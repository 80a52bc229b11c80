"""Floods: when more rings than anybody can take in, what can wait is gathered in the list.

The figures are those of ISA-18.2 and EEMUA 191 for one operator: a flood begins with more than 10
alarms in 10 minutes and ends with fewer than 5 in 10; 6 an hour can be handled, 12 is the limit.
Red alerts and what is for the police alone ring in any flood.
"""

from dataclasses import dataclass

from console.lifecycle.clocks import MINUTE_MS
from console.lifecycle.facts import Facts

WINDOW_MS = 10 * MINUTE_MS
BEGINS_ABOVE = 10
ENDS_BELOW = 5
HOURLY_GOAL, HOURLY_MAX = 6, 12


@dataclass(frozen=True, slots=True)
class Load:
    """What one desk was rung with: alarms in the last 10 minutes, and whether it is in a flood."""

    recent: int
    flooded: bool = False

    def is_flooded(self) -> bool:
        """Whether it is in a flood now: one that began goes on until it is calm."""
        return self.recent >= ENDS_BELOW if self.flooded else self.recent > BEGINS_ABOVE


def must_ring(facts: Facts) -> bool:
    """Whether no flood and no shelf may keep it from ringing."""
    return facts.severity == "red" or facts.police_only
