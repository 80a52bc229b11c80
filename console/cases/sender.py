"""Sends acts into the log, for as long as the console runs: each once, in the order of its case.

An act is in the database before it is here, and is marked as sent only when the log has it. What
was tried and not confirmed, before a kill or while Kafka was away, is looked for in the log first.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from console import metrics
from console.cases.rows import act_of
from console.cases.tables import ACT_LEASE, ACTS
from console.database import writing
from console.outbox.log import Log
from console.outbox.notes import Note, Waiting
from console.outbox.stored import until_stored
from schemas import topics
from schemas.acts import Act

LEASE_MS = 15_000
BATCH = 500
POLL_S = 0.5
RETRY_S = 1.0
CLOSE_S = 5.0
log = structlog.get_logger("console.acts")


@dataclass(frozen=True, slots=True)
class Going:
    """An act on its way; `tried_at` once it was tried (ms)."""

    sequence: int
    act: Act
    tried_at: int | None

    @property
    def sought(self) -> Waiting:
        """As the log is searched for it."""
        note = Note(self.act.id, self.act.target, "", "", None, {})
        return Waiting(self.sequence, note, self.tried_at, self.tried_at)


class ActStore:
    """The acts that wait in one database."""

    def __init__(self, engine: Engine, holder: str) -> None:
        """`holder` names this console: of several on one database only one sends at a time."""
        self._engine, self._holder = engine, holder

    def lease(self, now: int) -> bool:
        """Take or keep the right to send; False while another console has it."""
        free = sa.or_(ACT_LEASE.c.holder == self._holder, ACT_LEASE.c.until < now)
        values = {"holder": self._holder, "until": now + LEASE_MS}
        with writing(self._engine) as tx:
            return tx.execute(ACT_LEASE.update().where(free).values(values)).rowcount == 1

    def waiting(self, *, tried: bool) -> list[Going]:
        """Acts that are not known to stand in the log: those that were tried, or the next ones."""
        was_tried = ACTS.c.tried_at.is_not(None) if tried else ACTS.c.tried_at.is_(None)
        query = sa.select(ACTS).where(ACTS.c.sent_at.is_(None), was_tried)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(ACTS.c.sequence).limit(BATCH)).all()
        return [Going(row.sequence, act_of(row), row.tried_at) for row in rows]

    def mark(self, acts: Sequence[Going], **values: int | None) -> None:
        """Remember when acts were tried or sent (ms)."""
        if not acts:
            return
        change = ACTS.update().where(ACTS.c.sequence == sa.bindparam("number")).values(values)
        with writing(self._engine) as tx:
            tx.execute(change, [{"number": one.sequence} for one in acts])

    def waiting_count(self) -> int:
        """How many acts are not known to stand in the log."""
        query = sa.select(sa.func.count()).select_from(ACTS).where(ACTS.c.sent_at.is_(None))
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0


class ActSender:
    """The one who sends. Several consoles on one database take turns by a lease."""

    def __init__(self, store: ActStore, kafka: Log, clock: Callable[[], int]) -> None:
        """`kafka` is the log of acts; `clock` the wall clock in ms."""
        self._store, self._kafka, self._clock = store, kafka, clock
        self._producer: AIOKafkaProducer | None = None
        self._leased_until = 0
        self.fault: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`; every trouble is told in `fault`, and tried again."""
        while not stop.is_set():
            pause = POLL_S
            try:
                pause = 0.0 if await self.turn() else POLL_S
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
            log.warning("acts are kept and not yet in the log, trying again", error=said)
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
        if not await self._leased(self._clock()):
            return False
        metrics.ACTS_WAITING.set(await asyncio.to_thread(self._store.waiting_count))
        await self._settle()
        acts = await asyncio.to_thread(self._store.waiting, tried=False)
        if acts:
            await self._send(acts)
        return len(acts) == BATCH

    async def _leased(self, now: int) -> bool:
        """The lease is renewed in good time, and not at each turn."""
        if self._leased_until - now > LEASE_MS // 2:
            return True
        has = await asyncio.to_thread(self._store.lease, now)
        self._leased_until = now + LEASE_MS if has else 0
        return has

    async def _settle(self) -> None:
        """What is in doubt stands in the log, or is sent anew."""
        doubtful = await asyncio.to_thread(self._store.waiting, tried=True)
        if not doubtful:
            return
        found = {one.note.id for one in await self._kafka.find([one.sought for one in doubtful])}
        there = [one for one in doubtful if one.act.id in found]
        await asyncio.to_thread(self._store.mark, there, sent_at=self._clock())
        lost = [one for one in doubtful if one.act.id not in found]
        await asyncio.to_thread(self._store.mark, lost, tried_at=None)

    async def _send(self, acts: Sequence[Going]) -> None:
        if self._producer is None:
            self._producer = await self._kafka.producer()
        await asyncio.to_thread(self._store.mark, acts, tried_at=self._clock())
        sent = []
        for one in acts:
            key, value = one.act.target.encode(), one.act.model_dump_json().encode()
            sent.append(await self._producer.send(topics.ACTS.name, value, key=key))
        records = [await future for future in sent]
        await until_stored(self._kafka.durable_url, records)
        await asyncio.to_thread(self._store.mark, acts, sent_at=self._clock())
        metrics.ACTS_SENT.inc(len(acts))
