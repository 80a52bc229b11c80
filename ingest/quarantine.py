"""Devices that no site file names: what they said is kept, bounded, so that they can be adopted.

Their events go on under an estate of their own (`schemas.site_faults.UNREGISTERED`), so a duress
alarm of a terminal that nobody registered yet still rings, and nothing they say touches what is
judged of registered estates. Pure but for the keys; `ingest.gateway.quarantine_store` keeps it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ingest.message import Message, Rejected
from ingest.notes import NAME_MAX, Example, Note
from schemas.events import Event
from schemas.sealing import Keys, ScopeKeys
from schemas.site_faults import UNREGISTERED

DEVICES_MAX = 500
"""A sender that invents names must not fill the disk; who was silent longest goes first."""
EXAMPLES_MAX = 4
EXAMPLE_BYTES_MAX = 8 * 1024
"""Larger messages carry pictures; what matters of them is that they came, and how large."""
EXAMPLES_KEPT_MS = 7 * 86_400_000
NOTES_KEPT_MS = 30 * 86_400_000
_SCOPE = "\x00quarantine"
"""No estate can be called so."""


@dataclass(slots=True)
class Quarantine:
    """The notes by name. `changed` and `gone` are what a store has not seen yet."""

    keys: Keys
    notes: dict[str, Note] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    def understood(self, message: Message, events: Iterable[Event]) -> None:
        """A message was read; whatever of it is a registered device's does not matter here."""
        by_name: dict[str, list[Event]] = {}
        for event in events:
            if event.estate == UNREGISTERED:
                by_name.setdefault(event.data.device, []).append(event)
        for name, said in by_name.items():
            note = self._note(name, message)
            is_new = any(event.type not in note.types for event in said)
            note.hear(message.topic, message.received_at, said)
            if is_new:
                self._keep(note, message)

    def refused(self, message: Message, why: Rejected, name: str) -> None:
        """A message of a device that is not registered was not understood."""
        note = self._note(name, message)
        before = len(note.reasons)
        note.refuse(message.topic, message.received_at, why)
        if len(note.reasons) > before:
            self._keep(note, message)

    def release(self, is_known: Callable[[str, str, str | None], bool]) -> list[str]:
        """Let those go that are registered now, by topic or by the name they are noted under.

        `is_known` is asked by topic, that name and an adapter that refused it. A note under the
        name of a topic goes too where an entry says it is a device's own: what is still nobody's
        is noted again with its next message.
        """
        known = [
            note.name
            for note in self.notes.values()
            if any(
                is_known(topic, note.name, adapter)
                for topic in note.topics
                for adapter in note.refused_by or (None,)
            )
        ]
        for name in known:
            self._drop(name)
        return known

    def prune(self, now: int) -> None:
        """Let go what is too old, by the gateway's clock in ms since the epoch."""
        for note in list(self.notes.values()):
            if note.last_at < now - NOTES_KEPT_MS:
                self._drop(note.name)
            elif any(e.received_at < now - EXAMPLES_KEPT_MS for e in note.examples):
                young = [e for e in note.examples if e.received_at >= now - EXAMPLES_KEPT_MS]
                note.examples = young
                self.changed.add(note.name)

    def _note(self, name: str, message: Message) -> Note:
        name = name[:NAME_MAX]
        note = self.notes.get(name)
        if note is None:
            at = message.received_at
            note = self.notes[name] = Note(name=name, first_at=at, last_at=at)
            self.gone.discard(name)
            if len(self.notes) > DEVICES_MAX:
                others = (n for n in self.notes.values() if n is not note)
                self._drop(min(others, key=lambda n: n.last_at).name)
        self.changed.add(name)
        return note

    def _drop(self, name: str) -> None:
        del self.notes[name]
        self.changed.discard(name)
        self.gone.add(name)

    def _keep(self, note: Note, message: Message) -> None:
        """Keep a message that says something new, sealed."""
        if len(note.examples) >= EXAMPLES_MAX:
            return
        size, sealed = len(message.payload), ""
        if size <= EXAMPLE_BYTES_MAX:
            sealed = example_keys(self.keys).seal_bytes(message.payload, example_context(note.name))
        note.examples.append(
            Example(topic=message.topic, received_at=message.received_at, size=size, sealed=sealed)
        )


def example_keys(keys: Keys) -> ScopeKeys:
    """The keys that examples are sealed with."""
    return keys.estate(_SCOPE)


def example_context(name: str) -> str:
    """The context an example is sealed under: the device it came from."""
    return f"quarantine/{name}"
