"""How simulated time follows real time. Pure: real time is handed in."""

from dataclasses import dataclass

STEP_MAX_S = 0.5
"""A longer real pause (a machine asleep, a broker away) is not made up for in one go."""


@dataclass(slots=True)
class Pace:
    """A clock that runs `speed` times as fast as the one it is shown. `now` is in ms."""

    now: int
    speed: float
    _seen_s: float | None = None

    def advance(self, real_s: float) -> int:
        """The simulated instant at a reading of a monotonic clock in seconds."""
        if self._seen_s is not None:
            step_s = min(max(0.0, real_s - self._seen_s), STEP_MAX_S)
            self.now += round(step_s * self.speed * 1000)
        self._seen_s = real_s
        return self.now
