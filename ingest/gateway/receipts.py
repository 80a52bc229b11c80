"""When each message was first heard, kept until the broker knows that it was handled.

The time of receipt goes into events, and for a device without a clock even into their ids. A
message that comes again after a lost connection or a crash must therefore get its first receipt
back, or one reading becomes two. This is the pure part; `journal` keeps it on disk.

What comes again is known by its content among the messages we had not acknowledged, in order (a
broker sends those again, rumqttd without marking them). One that we had acknowledged comes again
only if the acknowledgement was lost; it counts as the same only if the broker marks it as a
duplicate and gives it the same packet id, because a device without a clock may well send the same
content anew, and a reading told twice is better than one lost.
"""

from collections import deque
from dataclasses import field
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from ingest.quick import dataclass

ACKNOWLEDGED_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """The first hearing of one message: what it was, when, and the clock corrections in use.

    `packet` is the broker's packet id, `repeat` says that the message has come again since.
    """

    digest: str
    packet: int
    at: int
    corrections: dict[str, int] = field(default_factory=dict)
    repeat: bool = False


def digest_of(topic: str, payload: bytes) -> str:
    """What a message is known by."""
    return blake2b(topic.encode() + b"\x00" + payload, digest_size=16).hexdigest()


class Receipts:
    """The receipts of what may come again.

    `open` are not acknowledged on this connection, `expected` were not on an earlier one and come
    again; both in the order of hearing.
    """

    def __init__(self) -> None:
        """Nothing was heard."""
        self.open: deque[Receipt] = deque()
        self.expected: list[Receipt] = []
        self.acknowledged: deque[Receipt] = deque(maxlen=ACKNOWLEDGED_KEPT)
        self._marked: dict[tuple[str, int], Receipt] = {}

    def heard(self, receipts: list[Receipt]) -> None:
        """Messages were heard and will be acknowledged in this order."""
        self.open.extend(receipts)

    def acknowledge(self, count: int) -> None:
        """The first `count` open messages were acknowledged."""
        for _ in range(min(count, len(self.open))):
            self.acknowledged.append(self.open.popleft())

    def resumed(self, *, session_present: bool) -> None:
        """A connection began. With its session, what is open comes again; without, nothing does.

        What came again last time comes first again, then what has not come yet.
        """
        self.expected = [*self.open, *self.expected] if session_present else []
        marks = self.acknowledged if session_present else ()
        self._marked = {(receipt.digest, receipt.packet): receipt for receipt in marks}
        self.open.clear()

    def first(self, digest: str, packet: int, *, duplicate: bool) -> Receipt | None:
        """The first receipt of a message that came again, None for one that is new."""
        for index, receipt in enumerate(self.expected):
            if receipt.digest == digest:
                return self.expected.pop(index)
        return self._marked.pop((digest, packet), None) if duplicate else None

    def settle(self) -> None:
        """Everything that comes again has come: our own tick went through the whole queue."""
        self.expected.clear()
        self._marked.clear()
