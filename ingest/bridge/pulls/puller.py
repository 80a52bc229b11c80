"""What every way of asking has in common: what it is given, and why it may end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ingest.bridge.config import PullEntry


@dataclass(frozen=True, slots=True)
class Puller:
    """One device to be asked. `tell` takes a body that is a message; `stands` says that the device
    answers; `drop` that something of its stream was left out.
    """

    entry: PullEntry
    password: str
    bytes_max: int
    tell: Callable[[bytes], Awaitable[None]]
    stands: Callable[[], None]
    drop: Callable[[], None]


class PullDenied(Exception):
    """The device does not take our name or password; asking again soon could lock us out."""


class PullEnded(Exception):
    """The connection ended or cannot be followed; one line on why."""
