"""What was pulled from one device and the broker has not confirmed: in order, and bounded.

A device that is asked keeps nothing for us, so what it told waits here while the broker is away.
When it is full, the device's connection is read no further, and its own buffers fill. What the
broker refuses while it is there (too large, not allowed) is dropped after some tries and counted,
so that it does not stand before all that follows.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

WAITING_BYTES = 8 * 1024 * 1024
AGAIN_AFTER_S = 1.0
REFUSALS_MAX = 10
AWAY = ("not connected", "connection lost", "No matching subscribers")
"""What a publish says that failed because the broker, or the gateway behind it, is away."""

Publish = Callable[[str, bytes], Awaitable[str | None]]


class Outbox:
    """Messages of one device on their way to the broker."""

    def __init__(
        self,
        publish: Publish,
        drop: Callable[[], None],
        bytes_max: int = WAITING_BYTES,
        again_after_s: float = AGAIN_AFTER_S,
    ) -> None:
        """Nothing waits yet; `drop` hears of what was given up."""
        self._publish = publish
        self._drop = drop
        self._bytes_max = bytes_max
        self._again_after_s = again_after_s
        self._items: deque[tuple[str, bytes]] = deque()
        self._some, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()
        self.held_bytes = 0

    async def put(self, topic: str, payload: bytes) -> None:
        """Add at the end; waits while there is no room."""
        await self._room.wait()
        self._items.append((topic, payload))
        self.held_bytes += len(payload)
        self._some.set()
        if self.held_bytes >= self._bytes_max:
            self._room.clear()

    async def run(self) -> None:
        """Publish one after another until cancelled; each until the broker has confirmed it."""
        while True:
            while not self._items:
                self._some.clear()
                await self._some.wait()
            topic, payload = self._items[0]
            await self._send(topic, payload)
            self._items.popleft()
            self.held_bytes -= len(payload)
            if self.held_bytes < self._bytes_max:
                self._room.set()

    async def _send(self, topic: str, payload: bytes) -> None:
        refusals = 0
        while (failure := await self._publish(topic, payload)) is not None:
            refusals += failure not in AWAY
            if refusals >= REFUSALS_MAX:
                self._drop()
                return
            await asyncio.sleep(self._again_after_s)
