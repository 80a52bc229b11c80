"""What was heard of one device, in few words: enough to write its entry for the site file. Pure.

The gateway keeps such notes of devices that no site names (the quarantine), and `devices learn`
makes them of all it hears. They hold no card, plate, name or picture: types, channels, topics and
counts only. What a device said word for word is an example, and whoever keeps it seals it.
"""

from collections.abc import Iterable
from statistics import median

from pydantic import BaseModel, ConfigDict, Field

from ingest.message import Rejected
from ingest.topics import push_device
from schemas.base import MS_PER_S
from schemas.event_data import CredentialData
from schemas.events import Event

KINDS_MAX = 32
"""Different topics, channels, types or reasons that are kept of one device."""
NAME_MAX = 128
TEXT_MAX = 300
OFF_KEPT = 20
FACE_TYPES = ("face.recognized",)


class Example(BaseModel):
    """One message as it came, sealed; `sealed` is empty where it was too large to be kept."""

    topic: str
    received_at: int
    size: int
    sealed: str = ""


class Beats(BaseModel):
    """Heartbeats heard, and when the first and the last were received, in ms since the epoch."""

    count: int = 0
    first_at: int = 0
    last_at: int = 0

    @property
    def every_s(self) -> int | None:
        """The mean time between two of at least three, in seconds."""
        if self.count < 3:
            return None
        return max(1, round((self.last_at - self.first_at) / (self.count - 1) / MS_PER_S))


class Note(BaseModel):
    """One device. Times are receipts in ms since the epoch; the dicts count.

    `off_ms` are the last receipts minus the device's times, `untimed` readings whose time the
    device told without a zone that we know, `timeless` those without any. `last_will`: it, or its
    broker for it, has said goodbye.
    """

    model_config = ConfigDict(extra="ignore")

    name: str
    estate: str = ""
    first_at: int
    last_at: int
    messages: int = 0
    rejected: int = 0
    topics: dict[str, int] = Field(default_factory=dict)
    adapters: dict[str, int] = Field(default_factory=dict)
    types: dict[str, int] = Field(default_factory=dict)
    channels: dict[str, int] = Field(default_factory=dict)
    reasons: dict[str, int] = Field(default_factory=dict)
    refused_by: dict[str, int] = Field(default_factory=dict)
    off_ms: list[int] = Field(default_factory=list)
    untimed: int = 0
    timeless: int = 0
    faces: int = 0
    last_will: bool = False
    beats: Beats = Field(default_factory=Beats)
    examples: list[Example] = Field(default_factory=list)

    @property
    def push_name(self) -> str | None:
        """The name it pushes under, if it pushes by HTTP."""
        return next(filter(None, map(push_device, self.topics)), None)

    @property
    def names_itself(self) -> bool:
        """Whether its name stands in what it says, and not only in the topic."""
        topics = {topic.strip().strip("/").replace("/", ".")[:NAME_MAX] for topic in self.topics}
        return self.name not in topics | {self.push_name}

    @property
    def adapter(self) -> str | None:
        """The adapter that understood most of it."""
        return max(self.adapters, key=lambda name: self.adapters[name], default=None)

    @property
    def off_s(self) -> float | None:
        """How far its clock is behind ours, in seconds, below zero ahead; None while unknown."""
        return median(self.off_ms) / MS_PER_S if self.off_ms else None

    def hear(self, topic: str, at: int, events: Iterable[Event]) -> None:
        """One message that was understood, and what it became."""
        self._heard(topic, at)
        for event in events:
            _count(self.types, event.type)
            _count(self.adapters, event.data.adapter)
            _count(self.channels, event.data.channel)
            if _tells_a_face(event):
                self.faces += 1
            if event.type == "device.offline":
                self.last_will = True
            if event.type == "device.heartbeat":
                self._beat(at)
            self._time(event)

    def refuse(self, topic: str, at: int, why: Rejected) -> None:
        """One message that was not understood."""
        self._heard(topic, at)
        self.rejected += 1
        where = f" ({why.path})" if why.path not in ("", "$") else ""
        by = f"{why.adapter}: " if why.adapter else ""
        _count(self.reasons, f"{by}{why.reason}{where}"[:TEXT_MAX])
        _count(self.refused_by, why.adapter)

    def _heard(self, topic: str, at: int) -> None:
        self.messages += 1
        if at > self.last_at:
            self.last_at = at
        elif at < self.first_at:
            self.first_at = at
        _count(self.topics, topic[:TEXT_MAX])

    def _beat(self, at: int) -> None:
        beats = self.beats
        self.beats = Beats(
            count=beats.count + 1, first_at=beats.first_at or at, last_at=max(beats.last_at, at)
        )

    def _time(self, event: Event) -> None:
        data = event.data
        if data.device_time is None:
            self.timeless += 1
        elif data.time_from == "received" and data.time_doubt is None:
            self.untimed += 1
        elif not (data.replayed or data.retained):
            # What was taken off the time already is part of the clock's error.
            told = event.at - data.corrected_ms
            self.off_ms = [*self.off_ms[1 - OFF_KEPT :], data.received_at - told]


def _tells_a_face(event: Event) -> bool:
    by_face = isinstance(event.data, CredentialData) and event.data.method == "face"
    return by_face or event.type in FACE_TYPES


def _count(counts: dict[str, int], key: str | None) -> None:
    if key is not None and (key in counts or len(counts) < KINDS_MAX):
        counts[key] = counts.get(key, 0) + 1
