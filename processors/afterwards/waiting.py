"""Which estates have late events to be judged, and when it is time. Pure.

A device that comes back tells its backlog in one go, so an estate is judged when nothing more has
come for a while, or when it has waited long enough.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from schemas.events import Event


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds: after the last late event, and after the first."""

    quiet_s: float
    at_most_s: float


@dataclass(slots=True)
class Backlog:
    """The late events of one estate that nobody has judged yet.

    `offset` is where the first of them stands; `oldest` when the earliest of them happened, and
    `newest` when the last of them was heard, both in ms since the epoch.
    """

    estate: str
    partition: int
    offset: int
    first_s: float
    last_s: float
    oldest: int
    newest: int

    def due(self, now_s: float, patience: Patience) -> bool:
        """Whether it is time to judge them."""
        quiet = now_s - self.last_s >= patience.quiet_s
        return quiet or now_s - self.first_s >= patience.at_most_s


@dataclass(slots=True)
class Waiting:
    """All backlogs, and how far each partition has been read."""

    patience: Patience
    backlogs: dict[str, Backlog] = field(default_factory=dict)
    read: dict[int, int] = field(default_factory=dict)

    def heard(self, partition: int, offset: int, events: Iterable[Event], now_s: float) -> None:
        """Take in one record of late events; `now_s` is any clock that only goes forward."""
        self.read[partition] = offset + 1
        for event in events:
            fresh = Backlog(
                event.estate, partition, offset, now_s, now_s, event.at, event.data.received_at
            )
            found = self.backlogs.setdefault(event.estate, fresh)
            found.last_s = now_s
            found.oldest = min(found.oldest, fresh.oldest)
            found.newest = max(found.newest, fresh.newest)

    def due(self, now_s: float) -> Iterator[Backlog]:
        """The backlogs whose time has come."""
        return (b for b in list(self.backlogs.values()) if b.due(now_s, self.patience))

    def judged(self, backlog: Backlog) -> None:
        """One is done with."""
        self.backlogs.pop(backlog.estate, None)

    def commits(self) -> dict[int, int]:
        """By partition the offset from which a restart must read again."""
        found = dict(self.read)
        for backlog in self.backlogs.values():
            found[backlog.partition] = min(found[backlog.partition], backlog.offset)
        return found

    def forget(self, partitions: Iterable[int]) -> None:
        """Partitions that another worker has now."""
        gone = set(partitions)
        self.read = {p: offset for p, offset in self.read.items() if p not in gone}
        self.backlogs = {n: b for n, b in self.backlogs.items() if b.partition not in gone}
