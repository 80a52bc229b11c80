"""Before a demonstration begins: its register is entered at the office, and the log gets its past.

The register is entered as an import enters it. What it tells the rules is told here before the
last nights, because they must be judged by it; the console tells all of it again by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from console.audit.chain import Signed
from console.outbox.notes import Note, event_of
from console.register.desk import Desk
from console.register.kinds import KINDS
from console.register.telling import notes_of
from deploy.simulation.before import NIGHTS, WEEK, Before, unwatched
from deploy.simulation.events import EventWriter
from deploy.simulation.facts import CONSOLE, Fact
from deploy.simulation.register import Registry
from deploy.simulation.stage import HOUR
from deploy.simulation.timeline import Arrival
from schemas.events import ENVELOPE_EVENTS_MAX
from schemas.sealing import Keys

WHO, WHY = "demo", "示范小区的登记数据 / the demonstration's register"


def enter_register(desk: Desk, registry: Registry, at: int) -> list[Note]:
    """Enter all of it at an instant of the wall clock (ms); what the rules are told of it.

    Raises NoKey. What is entered already stays as it is and is not told.
    """
    signed = Signed(WHO, WHY, at)
    notes: list[Note] = []
    for name, entries in registry.entries():
        kind = KINDS[name]
        for planned in desk.enter(kind, desk.rows(kind, entries), signed):
            if planned.change == "added":
                notes.extend(notes_of(kind, planned))
    return notes


@dataclass(frozen=True, slots=True)
class Past:
    """The log of an estate before a demonstration begins, sealed under `keys`."""

    before: Before
    keys: Keys

    def envelopes(self, notes: list[Note]) -> Iterator[bytes]:
        """Its records in order of time."""
        batch: list[dict[str, Any]] = []
        for event in self._events(notes):
            batch.append(event)
            if len(batch) == ENVELOPE_EVENTS_MAX:
                yield orjson.dumps(batch)
                batch = []
        if batch:
            yield orjson.dumps(batch)

    def _events(self, notes: list[Note]) -> Iterator[dict[str, Any]]:
        before = self.before
        writer = EventWriter(before.estate, self.keys)
        week_ago, nights = (before.starts(days) - HOUR for days in (WEEK, NIGHTS))
        yield self._configuration(writer, week_ago)
        yield from _told(notes, week_ago, permits=True)
        yield from map(writer.plain, before.week_ago())
        yield from _told(notes, nights, permits=False)
        yield from map(writer.plain, before.nights())

    def _configuration(self, writer: EventWriter, at: int) -> dict[str, Any]:
        estate = self.before.estate
        config = unwatched(estate.config)
        told = writer.plain(Arrival(at, Fact(at, "config.activated", CONSOLE, estate.site.id)))
        told["data"] |= {"hash": config.digest, "config": config.model_dump(mode="json")}
        return told


def _told(notes: list[Note], at: int, *, permits: bool) -> Iterator[dict[str, Any]]:
    """Permits, or all others: vehicles are told of for longer than homes."""
    for sequence, note in enumerate(notes):
        if (note.body["record"] == "permit") is permits:
            yield orjson.loads(event_of(note, at, sequence).to_json())
