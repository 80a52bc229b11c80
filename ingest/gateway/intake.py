"""What becomes of one message: events that may leave, or a refusal. No network and no clock.

Here the device's clock is judged, personal data sealed and the gateway's name put in; before it
stands the pure mapping, behind it Kafka.
"""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import structlog

from ingest.filters import without_prefix
from ingest.mapping import Mapped, Mapper
from ingest.message import Message, Rejected
from ingest.pictures import Missed, TakenPicture
from ingest.pseudonyms import protect, sighting
from ingest.quarantine import Quarantine
from ingest.quick import changed
from ingest.registry import unregistered_name
from ingest.rejected import Refusal, guess_device, refuse
from ingest.sealed_text import opened
from ingest.skew import URGENT, SkewTable, resolve
from schemas.events import ENVELOPE_BYTES_MAX, Event
from schemas.place import EstateConfig
from schemas.sealing import Keys, SealError
from schemas.sightings import Sighting
from schemas.site_faults import UNREGISTERED

LARGE_PAYLOAD = 64 * 1024
"""Events of a smaller message cannot outgrow an envelope, so only larger ones are measured."""

_STRANGERS = f"/{UNREGISTERED}/"
"""How the source of a device begins that no site names."""

log = structlog.get_logger("ingest.intake")


@dataclass(frozen=True, slots=True)
class Heard:
    """How a message was heard. `live`: as it happened, so that it tells of the device's clock.

    `corrections` are those of its first hearing, None if this is the first.
    """

    live: bool
    corrections: Mapping[str, int] | None = None


@dataclass(slots=True)
class Outcome:
    """What a message became. `corrections` are the clock corrections that were used, by source;
    `pictures` are to be stored before the events, which link them, and `missed` could not be taken.
    """

    events: list[Event] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    refusal: Refusal | None = None
    corrections: dict[str, int] = field(default_factory=dict)
    pictures: list[TakenPicture] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)


@dataclass(slots=True)
class Intake:
    """The way of a message through mapping, clock and pseudonyms.

    `mapper` and `configs` are exchanged when the site changes; `sightings` says whether plates are
    also written under the city's keys. `prefixes` are this gateway's own and unknown to adapters
    and site. `quarantine` notes what devices say that no site names, `heard_at` when each that one
    names was last heard (receipt in ms), by source.
    """

    mapper: Mapper
    keys: Keys
    gateway: str
    skew: SkewTable
    sightings: bool = False
    prefixes: tuple[str, ...] = ("",)
    quarantine: Quarantine | None = None
    configs: Mapping[str, EstateConfig] = field(default_factory=dict)
    heard_at: dict[str, int] = field(default_factory=dict)

    def read(self, message: Message, heard: Heard) -> Outcome:
        """The outcome of one message. Never raises for what the message holds."""
        known = self._known(message)
        result = self._map(self._opened(known))
        if isinstance(result, Rejected):
            return self._refuse(message, known, result)
        outcome = Outcome(pictures=result.pictures, missed=result.missed)
        for event in result.events:
            self._take(event, heard, outcome)
        if too_large := self._too_large(message, outcome.events):
            return self._refuse(message, known, too_large)
        if self.quarantine is not None:
            self.quarantine.understood(known, outcome.events)
        return outcome

    def _opened(self, message: Message) -> Message:
        """The message as its device sent it: values that the bridge sealed in clear. What was not
        sealed here for this device stays, and is read as the text it is.
        """
        try:
            payload = opened(message.payload, message.topic, self.keys)
        except SealError:
            return message
        return message if payload is message.payload else changed(message, payload=payload)

    def _known(self, message: Message) -> Message:
        """The message as adapters and site know it: without this gateway's own prefix."""
        topic = without_prefix(message.topic, self.prefixes)
        return message if topic == message.topic else changed(message, topic=topic)

    def _refuse(self, message: Message, known: Message, why: Rejected) -> Outcome:
        device = guess_device(known.topic)
        sender = self.mapper.registry.sender(known.topic, why.adapter)
        if sender is not None:
            if not message.retained:
                self.heard_at[f"/{sender.estate}/{sender.device}"] = message.received_at
        elif self.quarantine is not None:
            self.quarantine.refused(known, why, unregistered_name(known.topic))
        return Outcome(refusal=refuse(message, why, self.keys, self.gateway, device))

    def _map(self, message: Message) -> Mapped | Rejected:
        """An adapter that fails on a message must not stop the gateway: the broker would send the
        message again, and again. Its fault is logged, the message is kept.
        """
        try:
            return self.mapper.map(message)
        except Exception as error:
            log.error("adapter_failed", topic=message.topic, fault=_where(error))
            return Rejected(f"its adapter failed with {type(error).__name__}; see the log")

    def _take(self, event: Event, heard: Heard, outcome: Outcome) -> None:
        time, changes = event.time, cast(dict[str, Any], {"gateway": self.gateway})
        if event.data.time_from == "device":
            correction = self._correction(event, heard)
            if correction:
                outcome.corrections[event.source] = correction
                changes["corrected_ms"] = correction
            time = self._set_times(event, correction, changes)
        left = protect(event, self.keys, time, changes)
        outcome.events.append(left)
        if event.source.startswith(_STRANGERS):
            return
        if not event.data.retained and event.type != "device.offline":
            self.heard_at[event.source] = event.data.received_at
        if self.sightings:
            seen = sighting(event, left, self.keys, self.configs.get(event.estate))
            outcome.sightings.extend(filter(None, (seen,)))

    @staticmethod
    def _set_times(event: Event, correction: int, changes: dict[str, Any]) -> int:
        """The event's time; when it was seen goes into `changes`, by the same clock."""
        received_at, replayed = event.data.received_at, event.data.replayed
        urgent = event.type in URGENT
        began = resolve(event.time, received_at, correction, replayed=replayed, urgent=urgent)
        changes["time_from"] = began.time_from
        if began.doubt is not None:
            changes["time_doubt"] = began.doubt
        if (observed := event.data.observed_at) is not None:
            seen = resolve(observed, received_at, correction, replayed=replayed, urgent=urgent)
            changes["observed_at"] = seen.time
        return began.time

    def _correction(self, event: Event, heard: Heard) -> int:
        """What to add to the device's time, after this reading was measured if it may be."""
        if event.type == "device.clock_set":
            self.skew.forget(event.source)
            return 0
        if heard.corrections is not None:
            return heard.corrections.get(event.source, 0)
        if heard.live and not (event.data.replayed or event.data.retained):
            self.skew.observe(event.source, event.at, event.data.received_at)
        return self.skew.correction(event.source)

    @staticmethod
    def _too_large(message: Message, events: list[Event]) -> Rejected | None:
        if len(message.payload) < LARGE_PAYLOAD:
            return None
        largest = max((len(event.to_json()) for event in events), default=0)
        if largest <= ENVELOPE_BYTES_MAX:
            return None
        return Rejected(f"becomes an event of {largest} bytes, above {ENVELOPE_BYTES_MAX}")


def _where(error: Exception) -> str:
    """What failed and where, without the values that stood there: those may be people's."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {last.filename}:{last.lineno} in {last.name}"
