"""What a device said while it was tried, and what the mapping makes of it. Pure.

A trial is either live (somebody swipes cards while we listen) or a recording. In a recording the
times of receipt may be missing; whatever needs them is then left untried.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ingest.mapping import Mapper
from ingest.message import Message, Rejected
from schemas.events import Event

StepName = Literal["granted", "again", "denied", "outage"]
AS_CONFIGURED = ""

NO_HAPPENING = frozenset(
    {
        "device.heartbeat", "device.online", "device.offline", "device.state_reported",
        "device.described", "device.clock_set", "device.operated", "meter.read",
        "person.counted", "vehicle.counted", "object.counted",
    }
)  # fmt: skip
"""What a device says of itself, and running totals: told anew, they do no harm."""

PASSAGES = frozenset(
    {"access.granted", "access.presented", "person.passed", "plate.read", "vehicle.entered",
     "vehicle.exited", "vehicle.seen", "face.recognized", "barrier.opened", "door.opened"}
)  # fmt: skip
"""What somebody who is let in causes; any one shows that the device was heard."""

REFUSALS = frozenset({"access.denied", "access.presented"})


@dataclass(frozen=True, slots=True)
class Heard:
    """One message. `timed`: its time of receipt is known, and not made up for a file."""

    message: Message
    timed: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """A step that a person was asked for: when it was asked, and when they said it was done (ms).

    For the outage: when the device was cut off, and when it was put back.
    """

    step: StepName
    asked: int
    done: int


@dataclass(frozen=True, slots=True)
class Told:
    """A message and what it became."""

    heard: Heard
    result: list[Event] | Rejected

    @property
    def events(self) -> list[Event]:
        """Its events; none where it was rejected."""
        return [] if isinstance(self.result, Rejected) else self.result


@dataclass(frozen=True)
class Trial:
    """Everything that is judged.

    `mappers` are the mapping as configured (under "") and, by name, as it would be with each known
    fault of a clock set for this device. `lateness_ms` is the estate's, `heartbeat_s` what the site
    file says of the device; `placed`: there is a site file, so where things stand can be judged.
    """

    device: str
    heard: tuple[Heard, ...]
    mappers: Mapping[str, Mapper]
    adapter: str | None = None
    marks: tuple[Mark, ...] = ()
    live: bool = False
    lateness_ms: int = 2000
    heartbeat_s: int | None = None
    placed: bool = False

    @cached_property
    def told(self) -> list[Told]:
        """Each message with what it becomes as configured."""
        return [Told(h, self.read(h.message)) for h in self.heard]

    def read(self, message: Message, fault: str = AS_CONFIGURED) -> list[Event] | Rejected:
        """What a message becomes, as configured or with a fault of the clock set."""
        return self.mappers[fault].read(message, self.adapter)

    @property
    def events(self) -> Iterator[Event]:
        """All events, in the order of hearing."""
        return (event for told in self.told for event in told.events)

    @cached_property
    def happenings(self) -> list[Event]:
        """What happened, each at its first hearing: without states, heartbeats and totals."""
        found: dict[str, Event] = {}
        for event in self.events:
            if event.type not in NO_HAPPENING:
                found.setdefault(event.id, event)
        return list(found.values())

    def clock_gaps(self, fault: str = AS_CONFIGURED) -> list[int]:
        """Receipt less device time (ms) of each live reading that says its time."""
        gaps: dict[str, int] = {}
        for told in self.told:
            if not told.heard.timed:
                continue
            read = told.events if fault == AS_CONFIGURED else self.read(told.heard.message, fault)
            for event in read if not isinstance(read, Rejected) else ():
                if is_live(event) and event.data.time_from == "device":
                    gaps.setdefault(event.id, event.data.received_at - event.at)
        return list(gaps.values())

    def during(self, step: StepName, within_ms: int) -> tuple[Mark, list[Event]] | None:
        """A step and what was heard from its begin to `within_ms` after its end; None: left out."""
        mark = next((mark for mark in self.marks if mark.step == step), None)
        if mark is None:
            return None
        end = mark.done + within_ms
        heard = (e for e in self.events if mark.asked <= e.data.received_at <= end)
        return mark, [event for event in heard if event.type not in NO_HAPPENING]


def is_live(event: Event) -> bool:
    """Whether the event tells of now: neither from a memory nor kept by the broker."""
    return not (event.data.replayed or event.data.retained)


def median(values: list[int]) -> int:
    """The middle of some numbers, at least one."""
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) // 2


def quantile(values: list[int], share: float) -> int:
    """The value below which about `share` of at least one number lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
