"""What a piece of state belongs to."""

from typing import Literal, NamedTuple

ScopeKind = Literal[
    "door",
    "lane",
    "credential",
    "vehicle",
    "device",
    "zone",
    "dwelling",
    "gate",
    "building",
    "estate",
    "pair",
]


class Scope(NamedTuple):
    """A door, a vehicle, a device, a pair of places …"""

    kind: ScopeKind
    id: str

    @classmethod
    def of(cls, key: str) -> "Scope":
        """The scope of a record's key."""
        kind, _, ident = key.partition("|")
        return cls(kind, ident)  # type: ignore[arg-type]

    @property
    def key(self) -> str:
        """The scope as part of a record's key."""
        return f"{self.kind}|{self.id}"
