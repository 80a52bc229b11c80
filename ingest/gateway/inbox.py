"""What the broker handed over and the worker has not finished: in order, and bounded.

One queue carries messages and what happened to the connection, because their order matters: a
message belongs to the connection before it, a backlog stands behind the opening that brought it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from ingest.link import Connection
from ingest.message import Message

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from ingest.quick import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it came. `packet` is its id on that connection; 0 needs no acknowledgement."""

    connection: Connection
    packet: int
    message: Message
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection began."""

    connection: Connection
    session_present: bool


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The broker confirmed at this instant that its session holds these filters."""

    connection: Connection
    at: int
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """A connection ended."""

    connection: Connection


Happening = Opened | Subscribed | Closed


class Inbox:
    """The hand-over from the link to the worker.

    `held` counts deliveries from their arrival until `release`; at the bound `full` is called, and
    `room` when there is room again.
    """

    def __init__(self, count_max: int, bytes_max: int) -> None:
        """Bounds on deliveries held, in number and in bytes of payload."""
        self._count_max = count_max
        self._bytes_max = bytes_max
        self._items: deque[Delivery | Happening] = deque()
        self._some = asyncio.Event()
        self.held = 0
        self.held_bytes = 0
        self.full: Callable[[], None] = lambda: None
        self.room: Callable[[], None] = lambda: None

    @property
    def is_full(self) -> bool:
        """Whether no more should be read."""
        return self.held >= self._count_max or self.held_bytes >= self._bytes_max

    def put(self, item: Delivery | Happening) -> None:
        """Add at the end. Nothing is ever refused: who sends too fast is paused, not dropped."""
        self._items.append(item)
        self._some.set()
        if isinstance(item, Delivery):
            self.held += 1
            self.held_bytes += len(item.message.payload)
            if self.is_full:
                self.full()

    async def take(self, count: int) -> list[Delivery] | Happening:
        """Wait for something; a happening alone, or the deliveries before the next one."""
        while not self._items:
            self._some.clear()
            await self._some.wait()
        first = self._items.popleft()
        if not isinstance(first, Delivery):
            return first
        run = [first]
        while len(run) < count and self._items and isinstance(self._items[0], Delivery):
            run.append(self._items.popleft())  # type: ignore[arg-type]
        return run

    def release(self, run: list[Delivery]) -> None:
        """Deliveries were dealt with."""
        was_full = self.is_full
        self.held -= len(run)
        self.held_bytes -= sum(len(delivery.message.payload) for delivery in run)
        if was_full and not self.is_full:
            self.room()
