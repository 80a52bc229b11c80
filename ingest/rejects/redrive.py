"""Messages that were not understood, through the mapping once more: the same way, the same ids.

A message goes through the gateway's own intake (mapping, clock, seal) with the topic and the
receipt it had. So its events are those it would have become at once, under the name of the gateway
that heard it. They are marked `replayed`: old news, which rings nobody and moves no watermark.
Plates are not written into the sightings again: those live for a day from their reading.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.gateway.batch import Batch
from ingest.gateway.intake import Heard, Intake, Outcome
from ingest.message import Message, in_message
from ingest.rejected import RejectedRecord, open_body
from ingest.rejects.entries import Entry
from ingest.sealed_text import opened
from schemas.events import Event
from schemas.sealing import Keys, SealError

IntakeOf = Callable[[str], Intake]
"""The intake as the gateway of a name has it."""


@dataclass(frozen=True, slots=True)
class Driven:
    """One entry and what becomes of it now: events (perhaps none), or the reason why not yet.

    `adapter` is the one that read or refused it now, None if none claims it, or that cannot be told
    as it becomes nothing.
    """

    entry: Entry
    outcome: Outcome = field(default_factory=Outcome)
    refused: str | None = None
    adapter: str | None = None

    def is_of(self, adapters: Collection[str]) -> bool:
        """Whether it is one of these adapters': it refused it, or it takes it now."""
        if self.entry.adapter in adapters or self.adapter in adapters:
            return True
        return self.refused is None and not self.outcome.events


@dataclass(frozen=True, slots=True)
class Vault:
    """What opens bodies: the keys, and the folder of the large ones."""

    keys: Keys
    objects: Path

    def open(self, record: RejectedRecord) -> bytes:
        """The message as it came, what the bridge sealed in it open. Raises SealError, or OSError
        where its file is gone.
        """
        body = open_body(record, self.keys, self.objects)
        return opened(body, record.topic, self.keys)


def drive(entry: Entry, vault: Vault, intake_of: IntakeOf) -> Driven:
    """What one entry becomes with the mapping as it stands now."""
    record = entry.record
    if record is None:
        return Driven(entry, refused=f"was set aside by {entry.stage}, not by the mapping")
    try:
        body = vault.open(record)
    except (SealError, OSError) as error:
        return Driven(entry, refused=f"its body cannot be opened: {error}")
    message = Message(record.topic, body, record.received_at, record.retained)
    outcome = intake_of(record.gateway).read(message, Heard(live=False))
    if outcome.refusal is not None:
        told = outcome.refusal.record
        return Driven(entry, refused=in_message(told.reason, told.path), adapter=told.adapter)
    told_again = replace(outcome, events=[_replayed(e) for e in outcome.events], sightings=[])
    return Driven(entry, told_again, adapter=next((e.data.adapter for e in outcome.events), None))


def _replayed(event: Event) -> Event:
    data = event.data.model_copy(update={"replayed": True})
    return event.model_copy(update={"data": data})


def batch_of(driven: Iterable[Driven]) -> Batch:
    """What goes to Kafka, in the order the messages were first heard."""
    batch = Batch()
    for one in sorted(driven, key=lambda d: (d.entry.at, d.entry.id)):
        if one.refused is None:
            batch.add(one.outcome)
    return batch


def summary(driven: Iterable[Driven]) -> list[str]:
    """One line a group: how many of its messages become what, and how many stay, and why."""
    groups: dict[str, list[Driven]] = {}
    for one in driven:
        groups.setdefault(one.entry.group, []).append(one)
    return [_told(name, own) for name, own in groups.items()]


def _told(name: str, own: list[Driven]) -> str:
    understood = [one for one in own if one.refused is None]
    types = Counter(event.type for one in understood for event in one.outcome.events)
    parts = [f"{name}  {len(own)} from {own[0].entry.sender}:"]
    if understood:
        words = ", ".join(f"{count} {word}" for word, count in types.most_common())
        parts.append(f"{len(understood)} become {words or 'nothing to tell'}")
    if stay := Counter(one.refused for one in own if one.refused is not None):
        why, _ = stay.most_common(1)[0]
        parts.append(f"{'; ' if understood else ''}{stay.total()} stay: {why}")
    return " ".join(parts).replace(" ; ", "; ")
