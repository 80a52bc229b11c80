"""Where each estate's clock stands: what the console writes must not be late when it arrives. Pure.

The gateway's ticks are the clock of an estate's log. Ours agrees with it, or the time of the
simulator rules and ours means nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from console.devices import Input
from schemas.base import MS_PER_S

AHEAD_MS = 2 * MS_PER_S
"""How far ahead a note is dated while the clock is simulated: until it is read, ticks go on."""
PACE_AT_FIRST = 60.0
"""Simulated seconds a second, before two ticks were seen (the demonstration's own)."""


@dataclass(slots=True)
class LogClock:
    """The clocks of all estates. `simulated`: time is made by the simulator."""

    simulated: bool = False
    _seen: dict[str, tuple[Input, Input]] = field(default_factory=dict)

    def times(self, inputs: Iterable[Input], wall: int) -> dict[str, int]:
        """Each estate's time at the wall clock `wall`, in ms, as far as its ticks tell."""
        found = {}
        for newest in inputs:
            before, last = self._seen.get(newest.view.estate, (newest, newest))
            if newest.written_at > last.written_at:
                before, last = last, newest
            self._seen[newest.view.estate] = (before, last)
            found[newest.view.estate] = self._time(before, last, wall)
        return found

    def _time(self, before: Input, last: Input, wall: int) -> int:
        silent = max(0, wall - last.written_at)
        if not self.simulated:
            return max(wall, last.view.ticked_at + silent)
        span = last.written_at - before.written_at
        ticked = last.view.ticked_at - before.view.ticked_at
        pace = ticked / span if span > 0 else PACE_AT_FIRST
        return last.view.ticked_at + round(pace * (silent + AHEAD_MS))
