"""Many events in little room, handed back in order. Pure.

An event in memory takes some 3 KB; here it is a line of JSON in a compressed block, and a row of
some 100 bytes that sorts as `order_key` does. Lines become events again a window at a time, while
they are handed out; a log is nearly in order already, so a block is opened about once.
"""

import zlib
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from struct import Struct

from schemas.events import Event, decode, order_key

KEPT_MAX = 400_000
"""Events that are held unless told otherwise: some 150 MB (measured: 0.35 KB each)."""
BLOCK_EVENTS = 128
WINDOW_EVENTS = 1024
"""How many are events at a time while they are handed out."""
BEGINNING = -(2**62)
_FAST = 1
_ORDER, _WHERE = Struct(">QBQ"), Struct(">IB")
_MIDDLE = 2**63
"""Added to signed numbers, so that their bytes sort as they do."""


class Kept:
    """Events, each as it was first added. Beyond `most` the first added go, a block at a time.

    `whole_from` is then the time (ms) from which on nothing is missing; nothing older is handed
    out, so that whoever reads has everything of a span.
    """

    def __init__(self, most: int = KEPT_MAX) -> None:
        """`most` bounds the events held."""
        self._most = max(most, BLOCK_EVENTS)
        self._ids: set[str] = set()
        self._rows: deque[list[bytes]] = deque([[]])
        self._blocks: deque[bytes] = deque()
        self._lines: list[bytes] = []
        self._newest: deque[int] = deque([BEGINNING])
        self._dropped = 0
        self.whole_from = BEGINNING

    def __len__(self) -> int:
        """How many are held."""
        return len(self._ids)

    def __contains__(self, name: str) -> bool:
        """Whether an event of this id is held."""
        return name in self._ids

    def add(self, event: Event) -> bool:
        """Hold an event; False if one of this id is held."""
        if event.id in self._ids:
            return False
        self._ids.add(event.id)
        where = _WHERE.pack(self._dropped + len(self._blocks), len(self._lines))
        self._rows[-1].append(b"%b%b\0%b" % (_order(event), event.id.encode(), where))
        self._lines.append(event.to_json())
        # What the office writes may lie ahead of its time, and must not cut off what is whole.
        self._newest[-1] = max(self._newest[-1], min(event.at, event.data.received_at))
        if len(self._lines) == BLOCK_EVENTS:
            self._close()
            if len(self._ids) > self._most:
                self._drop()
        return True

    def _close(self) -> None:
        self._blocks.append(zlib.compress(b"\n".join(self._lines), _FAST))
        self._lines = []
        self._rows.append([])
        self._newest.append(BEGINNING)

    def _drop(self) -> None:
        self._blocks.popleft()
        self._dropped += 1
        self.whole_from = max(self.whole_from, self._newest.popleft() + 1)
        self._ids.difference_update(
            row[_ORDER.size : -_WHERE.size - 1].decode() for row in self._rows.popleft()
        )

    def in_order(self) -> Iterator[Event]:
        """What is held of the whole span, by `order_key`. Nothing may be added meanwhile."""
        first = _MIDDLE + max(self.whole_from, BEGINNING)
        begin = first.to_bytes(8, "big")
        rows = sorted(row for rows in self._rows for row in rows if row >= begin)
        for at in range(0, len(rows), WINDOW_EVENTS):
            yield from self._opened(rows[at : at + WINDOW_EVENTS])

    def _opened(self, rows: list[bytes]) -> list[Event]:
        """Each block is opened once for the rows of a window, and only their lines are read."""
        by_block: dict[int, list[tuple[int, int]]] = {}
        for number, row in enumerate(rows):
            block, line = _WHERE.unpack_from(row, len(row) - _WHERE.size)
            by_block.setdefault(block, []).append((number, line))
        found: dict[int, Event] = {}
        for block, wanted in by_block.items():
            lines = self._lines_of(block - self._dropped)
            events = decode(b"[" + b",".join(lines[line] for _, line in wanted) + b"]")
            found.update(zip((number for number, _ in wanted), events, strict=True))
        return [found[number] for number in range(len(rows))]

    def _lines_of(self, block: int) -> list[bytes]:
        if block == len(self._blocks):
            return self._lines
        return zlib.decompress(self._blocks[block]).split(b"\n")


def _order(event: Event) -> bytes:
    """What sorts as `order_key` without its id. A sequence beyond 64 bits counts as the last."""
    at, rank, sequence, _ = order_key(event)
    bounded = min(max(sequence, -_MIDDLE), _MIDDLE - 1)
    return _ORDER.pack(at + _MIDDLE, rank, bounded + _MIDDLE)


class Times:
    """Instants of one estate's plain ticks: a day of them, one a second, is 0.7 MB."""

    def __init__(self) -> None:
        """None yet."""
        self._times = array("q")
        self._next = 0

    def add(self, at: int) -> None:
        """One more, in any order."""
        self._times.append(at)

    def begin(self, whole_from: int) -> None:
        """Hand out from the first of a span on."""
        self._times = array("q", sorted(self._times))
        self._next = bisect_left(self._times, whole_from)

    def first_before(self, at: int) -> int | None:
        """The first before a time that was not passed yet; all before that time are passed."""
        begin, self._next = self._next, bisect_left(self._times, at, self._next)
        return self._times[begin] if begin < self._next else None

    @property
    def last(self) -> int | None:
        """The last of all."""
        return self._times[-1] if self._times else None
