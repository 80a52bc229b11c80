"""Sends what the outbox holds, for as long as the console runs.

A change is in the database before it is here, and is marked as written only when the log has it.
What was tried and not confirmed, before a kill or while Kafka was away, is looked for in the log
and written again only if it is not there, with a new time: rules pass by what comes late. So each
change stands in the log once, under an id that says which change it is.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from sqlalchemy import Engine

from console import metrics
from console.devices import Views
from console.outbox.announcing import Announcing, Speaker
from console.outbox.clock import LogClock
from console.outbox.lease import Lease
from console.outbox.log import Log
from console.outbox.notes import event_of
from console.outbox.sender import Sender
from console.outbox.store import OutboxStore, by_estate
from console.outbox.tables import OUTBOX_LEASE
from schemas.events import Event


@dataclass(frozen=True, slots=True)
class Times:
    """The wall clock in ms, and what is known of the estates' clocks.

    `simulated`: time in the log is the simulator's.
    """

    wall: Callable[[], int]
    views: Views
    simulated: bool = False


class Outbox(Sender):
    """The one who sends changes."""

    def __init__(
        self, engine: Engine, kafka: Log, times: Times, speaker: Speaker, holder: str
    ) -> None:
        """`holder` is this console's name among those on the database."""
        super().__init__(kafka, Lease(engine, OUTBOX_LEASE, holder), times.wall, "changes")
        self._views = times.views
        self._store = OutboxStore(engine)
        self._announcing = Announcing(engine, self._store, speaker)
        self._clock = LogClock(times.simulated)

    async def _send_some(self, now: int) -> bool:
        await asyncio.to_thread(self._announcing.meet, now)
        metrics.OUTBOX.set(await asyncio.to_thread(self._store.waiting_count))
        producer = await self._open()
        await self._settle()
        if await self._send(producer):
            return True
        if self._announcing.must_look(now):
            await self._look(now)
        return await self._announce(producer, now)

    async def _open(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._announcing.look_at_once()
        return await super()._open()

    async def _settle(self) -> None:
        """What is in doubt stands in the log, or is written anew."""
        doubtful = await asyncio.to_thread(self._store.in_doubt)
        if not doubtful:
            return
        found = await self._kafka.find(doubtful)
        await asyncio.to_thread(self._store.sent, found, self._wall())
        lost = [one for one in doubtful if one not in found]
        await asyncio.to_thread(self._store.unstamp, lost)

    async def _send(self, producer: AIOKafkaProducer) -> bool:
        waiting = await asyncio.to_thread(self._store.stamp, self._now(), self._wall())
        if waiting:
            events = {
                estate: [event_of(one.note, one.stamped_at or 0, one.sequence) for one in some]
                for estate, some in by_estate(waiting)
            }
            await self._write(producer, events)
            await asyncio.to_thread(self._store.sent, waiting, self._wall())
        return bool(waiting)

    def _now(self) -> dict[str, int]:
        return self._clock.times(list(self._views.inputs.values()), self._wall())

    async def _write(self, producer: AIOKafkaProducer, events: dict[str, list[Event]]) -> None:
        written = dict(await self._kafka.write(producer, events))
        metrics.WRITTEN.inc(sum(map(len, events.values())))
        places = {estate: (record.partition, record.offset) for estate, record in written.items()}
        await asyncio.to_thread(self._store.keep_places, places)

    async def _look(self, now: int) -> None:
        estates = await asyncio.to_thread(self._store.estates)
        placed = [one for one in estates if one.offset is not None]
        await self._announcing.compare(self._kafka, placed)
        await asyncio.to_thread(self._store.trim, now)

    async def _announce(self, producer: AIOKafkaProducer, now: int) -> bool:
        """One estate whose turn it is; whether there was one."""
        estate = await asyncio.to_thread(self._announcing.due, now)
        if estate is None:
            return False
        stamp = max(self._now().get(estate.id, now), estate.stamped_at + 1)
        notes = await asyncio.to_thread(self._announcing.notes, estate.id, stamp)
        if notes:
            await self._write(producer, {estate.id: [event_of(note, stamp) for note in notes]})
        await asyncio.to_thread(self._announcing.done, estate.id, stamp, now)
        return True
