"""Readings that came too late still prove that their device speaks.

A device whose clock falls behind stamps the past. Until the gateway has measured that, its readings
are filed as late and nobody is told of what they say. When they were received the gateway's own
clock says, so rules that ask whether a device is there (`Rule.hears`) are told of that moment, in
its order. The log holds both times, and the back-test finds the same moments in it.
"""

import heapq
from typing import NamedTuple

from processors.core.effects import Heard
from processors.core.estate import Estate
from processors.core.reorder import FROM_THE_OFFICE
from processors.core.rule import OLD_NEWS_MS
from schemas.events import Event

NO_PROOF = FROM_THE_OFFICE | {"clock.ticked", "device.offline"}
"""What says nothing of its device being there: a last will is the broker's word."""


def hear(estate: Estate, event: Event) -> None:
    """A reading came too late: what it says is filed, that it was heard is told in its turn."""
    if proves(event):
        heapq.heappush(estate.heard, Heard(event.data.received_at, event.data.device))


def proves(event: Event) -> bool:
    """Whether a reading shows that its device spoke when it was received."""
    data = event.data
    return not (data.retained or data.replayed or event.type in NO_PROOF)


def is_old(event: Event) -> bool:
    """Whether a reading was old news when it was heard, so that it rings nobody."""
    return event.data.received_at - event.at > OLD_NEWS_MS


class _Waiting(NamedTuple):
    """A reading that may have come too late, by when it was received."""

    received_at: int
    at: int
    gateway: str
    device: str


class Hearings:
    """The hearings in one estate's sorted log: of readings that its gateway's clock had passed.

    Live, the watermark says what is late. It goes by the gateways' ticks, and these are in the log.
    """

    def __init__(self) -> None:
        """Nothing has been heard."""
        self._ticks: dict[str, int] = {}
        self._waiting: list[_Waiting] = []

    def follow(self, estate: Estate, event: Event) -> None:
        """The next event of the log, before it is stepped."""
        self.tell_before(estate, event.at)
        data = event.data
        if event.type == "clock.ticked":
            self._ticks[data.gateway or ""] = event.at
        elif data.received_at - event.at > estate.order.lateness_ms and proves(event):
            found = _Waiting(data.received_at, event.at, data.gateway or "", data.device)
            heapq.heappush(self._waiting, found)

    def tell_before(self, estate: Estate, at: int) -> None:
        """Those that were received before a time have their turn with its deadlines."""
        while self._waiting and self._waiting[0].received_at < at:
            found = heapq.heappop(self._waiting)
            ticked = self._ticks.get(found.gateway)
            if ticked is not None and found.at < ticked - estate.order.lateness_ms:
                heapq.heappush(estate.heard, Heard(found.received_at, found.device))
