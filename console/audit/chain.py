"""The chain of the audit log: each entry holds a hash over itself and over the entry before it.

Pure. Whoever changes an entry, or takes one out, breaks the chain behind it. Entries at the end
can be cut off without a trace in those that stay; so the log also remembers its last entry beside
the chain, and a hash that was noted elsewhere proves that nothing up to it was lost.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

BEGINNING = "0" * 64
"""What the first entry of all has before it."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who does something, why, and at which instant (ms)."""

    who: str
    why: str
    at: int


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be written down: `act` (`permits.set`) on `target`, with figures for `detail`."""

    act: str
    target: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the log as it is kept."""

    sequence: int
    at: int
    who: str
    act: str
    target: str
    why: str
    detail: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry, and the one before the first that is still kept."""

    sequence: int = 0
    hash: str = BEGINNING
    base_sequence: int = 0
    base_hash: str = BEGINNING


def linked(head: Head, signed: Signed, said: Iterable[Said]) -> list[Link]:
    """Entries that follow a head, in order."""
    links: list[Link] = []
    sequence, previous = head.sequence, head.hash
    for one in said:
        sequence += 1
        content = (sequence, signed.at, signed.who, one.act, one.target, signed.why, one.detail)
        links.append(Link(*content, previous, _digest(content, previous)))
        previous = links[-1].hash
    return links


def digest_of(link: Link) -> str:
    """The hash that an entry must have: SHA-256 over its values and the one before, as JSON."""
    content = (link.sequence, link.at, link.who, link.act, link.target, link.why, link.detail)
    return _digest(content, link.previous)


def _digest(content: tuple[object, ...], previous: str) -> str:
    return hashlib.sha256(orjson.dumps([*content, previous])).hexdigest()


@dataclass(slots=True)
class Check:
    """Goes along the log from its oldest entry; `fault` is the first thing found wrong.

    `noted`: hashes that somebody wrote down earlier, each of which must be met.
    """

    head: Head
    noted: frozenset[str] = frozenset()
    fault: str | None = None
    _sequence: int = 0
    _hash: str = BEGINNING

    def __post_init__(self) -> None:
        """Begins behind what was let go after its period."""
        self._sequence, self._hash = self.head.base_sequence, self.head.base_hash
        self.noted -= {self._hash}

    def take(self, link: Link) -> None:
        """The next entry."""
        if self.fault is not None:
            return
        if link.sequence != self._sequence + 1:
            missing = f"{self._sequence + 1} to {link.sequence - 1}"
            self.fault = f"entries {missing} are missing"
        elif link.previous != self._hash:
            self.fault = f"entry {link.sequence} does not follow the one before it"
        elif link.hash != digest_of(link):
            self.fault = f"entry {link.sequence} was changed"
        self._sequence, self._hash = link.sequence, link.hash
        self.noted -= {link.hash}

    def end(self) -> str | None:
        """The first fault of the whole log, None where it holds."""
        if self.fault is None and (self._sequence, self._hash) != (
            self.head.sequence,
            self.head.hash,
        ):
            self.fault = f"the log ends at entry {self._sequence}, not at {self.head.sequence}"
        if self.fault is None and self.noted:
            self.fault = f"no entry has the hash {min(self.noted)} that was noted"
        return self.fault
