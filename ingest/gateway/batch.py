"""What goes to Kafka of a run of messages, and in which order. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from ingest.gateway.intake import Outcome
from ingest.pictures import TakenPicture
from ingest.rejected import SealedObject
from schemas.events import Event, pack
from schemas.sightings import Sighting, encode_sightings
from schemas.topics import EVENTS, REJECTED, SIGHTINGS


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record."""

    topic: str
    key: bytes
    value: bytes


@dataclass(slots=True)
class Batch:
    """The outcomes of a run of messages, in their order."""

    events: list[Event] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    others: list[Record] = field(default_factory=list)
    objects: list[SealedObject] = field(default_factory=list)
    pictures: list[TakenPicture] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Take in what one message became."""
        self.events.extend(outcome.events)
        self.pictures.extend(outcome.pictures)
        self.sightings.extend(outcome.sightings)
        if refusal := outcome.refusal:
            record = refusal.record
            self.others.append(Record(REJECTED.name, record.device.encode(), record.to_json()))
            if refusal.object is not None:
                self.objects.append(refusal.object)

    def unlink(self, lost: set[str]) -> None:
        """Take links to pictures that are not there out of the events."""
        if lost:
            self.events = [_without(event, lost) for event in self.events]
            self.sightings = [_unlinked(seen, lost) for seen in self.sightings]

    def rounds(self) -> list[list[Record]]:
        """Records in rounds, each to be acknowledged before the next is sent.

        A round holds one envelope of each estate. So an estate's envelopes stand in the log in
        order even if one must be sent again, and no tick overtakes what was heard before it.
        """
        by_estate: dict[str, list[Event]] = {}
        for event in self.events:
            by_estate.setdefault(event.estate, []).append(event)
        lanes = [_envelopes(estate, events) for estate, events in by_estate.items()]
        rounds = [[r for r in turn if r is not None] for turn in zip_longest(*lanes)]
        others = [*map(_sighted, self.sightings), *self.others]
        if others:
            rounds = rounds or [[]]
            rounds[0].extend(others)
        return rounds


def _sighted(seen: Sighting) -> Record:
    return Record(SIGHTINGS.name, seen.plate.skeleton.encode(), encode_sightings([seen]))


def _unlinked(seen: Sighting, lost: set[str]) -> Sighting:
    left = tuple(link for link in seen.pictures if link not in lost)
    return seen.model_copy(update={"pictures": left})


def _without(event: Event, lost: set[str]) -> Event:
    if lost.isdisjoint(event.data.pictures):
        return event
    left = tuple(link for link in event.data.pictures if link not in lost)
    data = event.data.model_copy(update={"pictures": left})
    return event.model_copy(update={"data": data})


def _envelopes(estate: str, events: list[Event]) -> Iterable[Record]:
    return [Record(EVENTS.name, estate.encode(), value) for value in pack(events)]
