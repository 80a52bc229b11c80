"""Tells everyone who listens that alerts changed, in the order in which the store took them.

The last changes are kept in memory; who has fallen further behind reads them from the store. So no
listener has a queue of its own, and a slow one costs nobody anything.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.alerts import Alert

KEPT = 2000


@dataclass(frozen=True, slots=True)
class Change:
    """An alert as the store took it; `sequence` only grows."""

    sequence: int
    alert: Alert


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at a picture of an alert at an instant (ms): `who` came in from `address`."""

    at: int
    who: str
    address: str
    alert: str
    picture: str


class Changes:
    """The latest changes, and a way to wait for more."""

    def __init__(self, last: int = 0, kept: int = KEPT) -> None:
        """`last` is the sequence of the newest change that is already known to all."""
        self.last = last
        self._forgotten = last
        self._recent: deque[Change] = deque(maxlen=kept)
        self._more = asyncio.Event()

    def publish(self, changes: Sequence[Change]) -> None:
        """Adds changes and wakes all who wait."""
        for change in changes:
            if len(self._recent) == self._recent.maxlen:
                self._forgotten = self._recent[0].sequence
            self._recent.append(change)
            self.last = change.sequence
        if changes:
            woken, self._more = self._more, asyncio.Event()
            woken.set()

    def since(self, sequence: int) -> list[Change] | None:
        """The changes after a sequence; None if some of them are no longer kept here."""
        if sequence < self._forgotten:
            return None
        return [change for change in self._recent if change.sequence > sequence]

    async def wait(self, sequence: int, timeout_s: float) -> bool:
        """Waits until there is a change after a sequence; False if the time ran out."""
        more = self._more
        if self.last > sequence:
            return True
        try:
            await asyncio.wait_for(more.wait(), timeout_s)
        except TimeoutError:
            return False
        return True
