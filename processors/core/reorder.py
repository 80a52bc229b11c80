"""Order of arrival to order of events: a watermark, a buffer, and a memory for duplicates.

One estate has one watermark. It moves only by what stands in the log: the gateways' ticks, and
min(time, received_at) of each reading whose device has a clock, less the lateness. Where several
gateways feed an estate it is the slowest of those that are alive, so that one's backlog is not late
because another has none.

An event is late if its time lies before the watermark when it arrives. Whatever arrives in time is
released in the order (time, cause before effect, device sequence, id), strictly before the
watermark: nothing that may still arrive can belong between two released events.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from schemas.base import MS_PER_S
from schemas.events import Event, order_key

GATEWAY_HOLD_MS = 90 * MS_PER_S
"""How long a silent gateway holds the watermark back while another goes on (our judgement)."""
REMEMBER_MS = 10 * 60 * MS_PER_S
"""How long ids are remembered; a duplicate older than this is late as well."""
HELD_MAX = 200_000
"""Events held for one estate; beyond it the oldest are released early, and counted."""
CHUNK_MS = 60 * MS_PER_S
FROM_THE_OFFICE = frozenset(
    {"register.changed", "watch.changed", "report.filed", "config.activated"}
)
"""What people write, perhaps ahead of its time. It proves nothing of how far the devices' input is,
so it never moves the watermark."""
BEGINNING = -(2**62)

Verdict = Literal["held", "duplicate", "late"]
Held = tuple[tuple[int, int, int, str], int, Event]


@dataclass(slots=True)
class Watermark:
    """How far one estate's input is, by its gateways' `heads`: below `watermark` all is judged."""

    lateness_ms: int
    watermark: int = BEGINNING
    heads: dict[str, int] = field(default_factory=dict)

    def move(self, event: Event) -> bool:
        """Go by an event that arrives; whether that moved the watermark."""
        if event.type in FROM_THE_OFFICE or _without_clock(event):
            return False
        name = event.data.gateway or ""
        head = min(event.at, event.data.received_at)
        if head <= self.heads.get(name, BEGINNING):
            return False
        self.heads[name] = head
        alive = self._slowest_alive() - self.lateness_ms
        if alive <= self.watermark:
            return False
        self.watermark = alive
        return True

    def _slowest_alive(self) -> int:
        heads = [head for name, head in self.heads.items() if name] or list(self.heads.values())
        newest = max(heads)
        return min(head for head in heads if head >= newest - GATEWAY_HOLD_MS)


@dataclass(slots=True)
class Reorder(Watermark):
    """The order of one estate. `forced` counts events released early for want of room."""

    held: list[Held] = field(default_factory=list)
    seen: dict[int, set[str]] = field(default_factory=dict)
    forced: int = 0

    def offer(self, event: Event, offset: int = 0) -> Verdict:
        """Take an arriving event in, or say why not. Moves the watermark."""
        verdict = self._judge(event)
        if verdict == "held":
            heapq.heappush(self.held, (order_key(event), offset, event))
        if self.move(event):
            self._forget()
        if len(self.held) > HELD_MAX and self.next_time() is None:
            self._make_room()
        return verdict

    def _make_room(self) -> None:
        """Release the oldest tenth before its time: memory is bounded, and this is counted."""
        oldest = heapq.nsmallest(max(1, HELD_MAX // 10), self.held)
        self.watermark = max(self.watermark, oldest[-1][2].at + 1)
        self.forced += len(oldest)

    def _judge(self, event: Event) -> Verdict:
        minute = event.at // CHUNK_MS
        chunk = self.seen.get(minute)
        if chunk is not None and event.id in chunk:
            return "duplicate"
        if event.at < self.watermark - REMEMBER_MS:
            return "late"
        if chunk is None:
            chunk = self.seen[minute] = set()
        chunk.add(event.id)
        return "held" if event.at >= self.watermark else "late"

    def _forget(self) -> None:
        oldest = (self.watermark - REMEMBER_MS) // CHUNK_MS
        if self.seen and min(self.seen) < oldest:
            for chunk in [minute for minute in self.seen if minute < oldest]:
                del self.seen[chunk]

    def next_time(self) -> int | None:
        """When the next event to be released happened, or None if none is due."""
        if self.held and self.held[0][2].at < self.watermark:
            return self.held[0][2].at
        return None

    def pop(self) -> tuple[int, Event]:
        """The next event in order, and the offset it came with."""
        _, offset, event = heapq.heappop(self.held)
        return offset, event

    def waiting(self) -> Iterator[tuple[int, Event]]:
        """The held events with their offsets, in no order."""
        return ((offset, event) for _, offset, event in self.held)


def _without_clock(event: Event) -> bool:
    """Whether a gateway's clock gave the time of a reading.

    In a backlog that is when it was heard, while older readings stand behind it. How far the input
    is, the gateway's ticks say, which stand behind all of it.
    """
    data = event.data
    return data.time_from == "received" and bool(data.gateway) and event.type != "clock.ticked"
