"""What happens at a device, before it is written as an event or as a device's own message."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

CONSOLE = "console"
"""The device name of what people enter at the console: permits and watch entries."""

Cause = Literal["incident", "habit"]


class Fact(NamedTuple):
    """One thing that happened, at `at` (ms since the epoch, true time).

    `subject` is clear: a card, a person's number or a plate. `sequence` is the device's own running
    number where it has one; it is given when the facts of a day are put in order. `began` is when
    what it tells of began, for devices that tell again and again of one thing.
    """

    at: int
    type: str
    device: str
    place: str
    channel: str | None = None
    direction: str | None = None
    subject: str | None = None
    sequence: int | None = None
    confidence: float | None = None
    fields: Mapping[str, Any] = {}
    began: int | None = None


class Truth(NamedTuple):
    """A situation, by its name in the catalogue of situations, that somebody made happen.

    `at` is when its condition is first met, in ms since the epoch; `began_at` when it began to be.
    `cause` is `incident` for what was injected and `habit` for what people do without malice and a
    rule still counts (a family that shares one swipe).
    """

    rule: str
    place: str
    subject: str | None
    began_at: int
    at: int
    cause: Cause = "incident"
