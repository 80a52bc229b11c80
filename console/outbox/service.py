"""Sends what the outbox holds, for as long as the console runs.

A change is in the database before it is here, and is marked as written only when the log has it.
What was tried and not confirmed, before a kill or while Kafka was away, is looked for in the log
and written again only if it is not there, with a new time: rules pass by what comes late. So each
change stands in the log once, under an id that says which change it is.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from console import metrics
from console.devices import Views
from console.outbox.announcing import Announcing, Speaker
from console.outbox.clock import LogClock
from console.outbox.log import Log
from console.outbox.notes import event_of
from console.outbox.store import LEASE_MS, OutboxStore, by_estate
from schemas.events import Event

POLL_S = 0.5
RETRY_S = 1.0
CLOSE_S = 5.0
log = structlog.get_logger("console.outbox")


@dataclass(frozen=True, slots=True)
class Times:
    """The wall clock in ms, and what is known of the estates' clocks.

    `simulated`: time in the log is the simulator's.
    """

    wall: Callable[[], int]
    views: Views
    simulated: bool = False


class Outbox:
    """The one who sends. Several consoles on one database take turns by a lease."""

    def __init__(
        self, engine: Engine, kafka: Log, times: Times, speaker: Speaker, holder: str
    ) -> None:
        """`holder` is this console's name among those on the database."""
        self._kafka, self._times = kafka, times
        self._store = OutboxStore(engine, holder)
        self._announcing = Announcing(engine, self._store, speaker)
        self._clock = LogClock(times.simulated)
        self._producer: AIOKafkaProducer | None = None
        self._leased_until = 0
        self.fault: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`; every trouble is told in `fault`, and tried again."""
        while not stop.is_set():
            pause = POLL_S
            try:
                if await self.turn():
                    pause = 0.0
                self.fault = None
            except (KafkaError, OSError, TimeoutError, SQLAlchemyError) as error:
                await self._failed(error)
                pause = RETRY_S
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
        await self.close()

    async def _failed(self, error: Exception) -> None:
        said = (str(error) or type(error).__name__).splitlines()[0]
        if self.fault is None:
            log.warning("changes are kept and not yet in the log, trying again", error=said)
        self.fault = said
        await self.close()

    async def close(self) -> None:
        """Let Kafka go."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(producer.stop(), CLOSE_S)

    async def turn(self) -> bool:
        """One turn; whether there may be more to do at once."""
        now = self._times.wall()
        if not await self._leased(now):
            return False
        await asyncio.to_thread(self._announcing.meet, now)
        metrics.OUTBOX.set(await asyncio.to_thread(self._store.waiting_count))
        if self._producer is None:
            self._producer = await self._kafka.producer()
            self._announcing.look_at_once()
        await self._settle()
        if await self._send(self._producer):
            return True
        if self._announcing.must_look(now):
            await self._look(now)
        return await self._announce(self._producer, now)

    async def _leased(self, now: int) -> bool:
        """The lease is renewed in good time, and not at each turn."""
        if self._leased_until - now > LEASE_MS // 2:
            return True
        has = await asyncio.to_thread(self._store.lease, now)
        self._leased_until = now + LEASE_MS if has else 0
        return has

    async def _settle(self) -> None:
        """What is in doubt stands in the log, or is written anew."""
        doubtful = await asyncio.to_thread(self._store.in_doubt)
        if not doubtful:
            return
        found = await self._kafka.find(doubtful)
        await asyncio.to_thread(self._store.sent, found, self._times.wall())
        lost = [one for one in doubtful if one not in found]
        await asyncio.to_thread(self._store.unstamp, lost)

    async def _send(self, producer: AIOKafkaProducer) -> bool:
        waiting = await asyncio.to_thread(self._store.stamp, self._now(), self._times.wall())
        if waiting:
            events = {
                estate: [event_of(one.note, one.stamped_at or 0, one.sequence) for one in some]
                for estate, some in by_estate(waiting)
            }
            await self._write(producer, events)
            await asyncio.to_thread(self._store.sent, waiting, self._times.wall())
        return bool(waiting)

    def _now(self) -> dict[str, int]:
        return self._clock.times(list(self._times.views.inputs.values()), self._times.wall())

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
