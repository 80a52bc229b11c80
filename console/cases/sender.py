"""Sends acts into the log, for as long as the console runs: each once, in the order of its case.

An act is in the database before it is here, and is marked as sent only when the log has it. What
was tried and not confirmed, before a kill or while Kafka was away, is looked for in the log first.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from aiokafka import AIOKafkaProducer
from sqlalchemy import Engine

from console import metrics
from console.cases.rows import act_of
from console.cases.tables import ACT_LEASE, ACTS
from console.database import writing
from console.outbox.lease import Lease
from console.outbox.log import Log
from console.outbox.notes import Note, Waiting
from console.outbox.sender import Sender
from console.outbox.stored import until_stored
from schemas import topics
from schemas.acts import Act

BATCH = 500


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

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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


class ActSender(Sender):
    """The one who sends acts."""

    def __init__(self, engine: Engine, kafka: Log, clock: Callable[[], int], holder: str) -> None:
        """`kafka` is the log of acts; `holder` this console's name among those on the database."""
        super().__init__(kafka, Lease(engine, ACT_LEASE, holder), clock, "acts")
        self._store = ActStore(engine)

    async def _send_some(self, now: int) -> bool:
        metrics.ACTS_WAITING.set(await asyncio.to_thread(self._store.waiting_count))
        await self._settle()
        acts = await asyncio.to_thread(self._store.waiting, tried=False)
        if acts:
            await self._send(await self._open(), acts)
        return len(acts) == BATCH

    async def _settle(self) -> None:
        """What is in doubt stands in the log, or is sent anew."""
        doubtful = await asyncio.to_thread(self._store.waiting, tried=True)
        if not doubtful:
            return
        found = {one.note.id for one in await self._kafka.find([one.sought for one in doubtful])}
        there = [one for one in doubtful if one.act.id in found]
        await asyncio.to_thread(self._store.mark, there, sent_at=self._wall())
        lost = [one for one in doubtful if one.act.id not in found]
        await asyncio.to_thread(self._store.mark, lost, tried_at=None)

    async def _send(self, producer: AIOKafkaProducer, acts: Sequence[Going]) -> None:
        await asyncio.to_thread(self._store.mark, acts, tried_at=self._wall())
        sent = []
        for one in acts:
            key, value = one.act.target.encode(), one.act.model_dump_json().encode()
            sent.append(await producer.send(topics.ACTS.name, value, key=key))
        records = [await future for future in sent]
        await until_stored(self._kafka.durable_url, records)
        await asyncio.to_thread(self._store.mark, acts, sent_at=self._wall())
        metrics.ACTS_SENT.inc(len(acts))
