"""The gateway's clock, the only one in the product: instants in milliseconds since the epoch."""

import time
from collections.abc import Callable
from typing import Protocol

import orjson

from schemas.base import MS_PER_S, parse_instant

DEMO_CLOCK_TOPIC = "smart-community/demo/clock"
"""The simulator says its time here, as `{"at": RFC 3339 or milliseconds}`."""


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> int:
        """The instant, in milliseconds since the epoch; never earlier than the last answer."""


class SystemClock:
    """The machine's time, which never goes back.

    It follows the wall clock when that steps forward (a small computer learns the time some seconds
    after it started) and runs on by the monotonic clock when the wall clock steps back: events
    already written cannot be taken back, and a time before them would make all that follows late.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`wall` and `monotonic` answer seconds, as the functions of `time` do."""
        self._wall = wall
        self._monotonic = monotonic
        self._anchor_ms = round(wall() * MS_PER_S)
        self._anchor_s = monotonic()

    def now(self) -> int:
        """See Clock."""
        lapsed = self._monotonic()
        running = self._anchor_ms + round((lapsed - self._anchor_s) * MS_PER_S)
        wall = round(self._wall() * MS_PER_S)
        if wall > running:
            self._anchor_ms, self._anchor_s = wall, lapsed
        return max(wall, running)


class SimulatedClock:
    """The simulator's time: it stands still until the simulator moves it, and never goes back."""

    def __init__(self, start: int = 0) -> None:
        """`start` in milliseconds; everything heard before the first move carries it."""
        self._now = start

    def now(self) -> int:
        """See Clock."""
        return self._now

    def move(self, payload: bytes) -> bool:
        """Take the time of a message on DEMO_CLOCK_TOPIC; whether it moved the clock."""
        try:
            at = parse_instant(orjson.loads(payload)["at"])
        except (orjson.JSONDecodeError, LookupError, TypeError, ValueError):
            return False
        moved = at > self._now
        self._now = max(self._now, at)
        return moved
