"""The one worker of a gateway: what was heard becomes records, acknowledged once Kafka has them.

One batch is at Kafka at a time, and the next is mapped meanwhile. A batch is mapped, its receipts
kept, its records written, its messages acknowledged in the order they came; then the next is
written. So the log has them in order, and nothing is acknowledged that Kafka could still lose. At
rest a message goes at once, under load many go together.
"""

import asyncio
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter

import structlog

from ingest.gateway.announce import AGAIN_AFTER_MS, changed, config_event, is_own
from ingest.gateway.batch import Batch, Record
from ingest.gateway.inbox import Delivery, Happening, Inbox, Opened, Subscribed
from ingest.gateway.intake import Heard, Intake, Outcome
from ingest.gateway.journal import Journal
from ingest.gateway.memory import Memory
from ingest.gateway.metrics import GatewayMetrics
from ingest.gateway.pictures import PictureFolder
from ingest.gateway.receipts import Receipt, digest_of
from ingest.gateway.writer import KafkaWriter
from ingest.link import Connection, Link
from ingest.rejected import SealedObject, keep_object
from ingest.settings import IngestSettings
from ingest.ticks import clock_topic, gap_event, read_tick, tick_event
from schemas.events import Event
from schemas.place import EstateConfig

BATCH_MIN, BATCH_MAX = 50, 250
YIELD_EVERY = 32
OBJECT_RETRY_S = 5.0
_LIVE, _LATER = Heard(live=True), Heard(live=False)

log = structlog.get_logger("ingest.worker")


@dataclass(slots=True)
class _Read:
    """What a run of messages became."""

    batch: Batch = field(default_factory=Batch)
    receipts: list[Receipt] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Flight:
    """A batch on its way to Kafka: its messages, how many events, and the writing of it."""

    run: list[Delivery]
    events: int
    writing: "asyncio.Task[None]"


@dataclass(slots=True)
class Worker:
    """See the module. `ready` is the connection whose subscription stands; only on that one may
    ticks be sent, because a tick before it could claim what was never heard.
    """

    settings: IngestSettings
    inbox: Inbox
    intake: Intake
    memory: Memory
    journal: Journal
    pictures: PictureFolder
    writer: KafkaWriter
    link: Link
    metrics: GatewayMetrics
    configs: dict[str, EstateConfig]
    ready: Connection | None = None
    last_tick_s: float | None = None
    stalled: bool = False
    _announced_at: int = 0
    _next: tuple[Intake, dict[str, EstateConfig]] | None = None
    _sent_s: float = 0.0
    _understood: int = 0
    _flight: "_Flight | None" = None

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            # A simulated clock stands at 0 until the simulator speaks: announced then, by
            # `_keep_announced`, and not in the year 1970.
            await self._announce(list(self.configs.values()) if self.memory.clock.now() else [])
            while True:
                await self._linger()
                found = await self._take()
                await self._keep_announced()
                if isinstance(found, list):
                    batch = await self._read_all(found)
                    await self._land()
                    await self._launch(found, batch)
                else:
                    await self._land()
                    await self._happened(found)
        finally:
            if self._flight is not None:
                self._flight.writing.cancel()

    def adopt(self, intake: Intake, configs: dict[str, EstateConfig]) -> None:
        """Map with a new site, from the next batch on."""
        self._next = (intake, configs)

    async def _linger(self) -> None:
        """At most one small batch in `linger_s`, so that a stream makes fuller records."""
        until = self._sent_s + self.settings.linger_s
        loop = asyncio.get_running_loop()
        if self._flight is not None and loop.time() < until:
            await asyncio.wait({self._flight.writing}, timeout=until - loop.time())
            if self._flight.writing.done():
                await self._land()
        if self.inbox.held < BATCH_MIN and loop.time() < until:
            await asyncio.sleep(until - loop.time())

    async def _take(self) -> list[Delivery] | Happening:
        """The next to do. While there is nothing, the batch at Kafka lands as soon as it can.

        Of many only half are taken, so that the broker sends on while those are written.
        """
        count = min(BATCH_MAX, max(BATCH_MIN, self.inbox.held // 2))
        taking = asyncio.ensure_future(self.inbox.take(count))
        try:
            if self._flight is not None:
                both = {taking, self._flight.writing}
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                if not taking.done():
                    await self._land()
            return await taking
        finally:
            taking.cancel()

    async def _keep_announced(self) -> None:
        """A new site is announced before anything is mapped by it; the standing one once a day."""
        if self._next is not None:
            await self._land()
            (self.intake, configs), self._next = self._next, None
            new, self.configs = changed(self.configs, configs), configs
            await self._announce(new)
        elif self.memory.clock.now() - self._announced_at >= AGAIN_AFTER_MS:
            await self._land()
            await self._announce(list(self.configs.values()))

    async def _announce(self, configs: list[EstateConfig]) -> None:
        at = self.memory.clock.now()
        events = [config_event(config, self.settings.gateway, at) for config in configs]
        self._announced_at = at
        await self._deliver(Batch(events).rounds() or [[]])

    async def _happened(self, happening: Happening) -> None:
        """The connection began, is subscribed, or ended."""
        self.ready = None
        match happening:
            case Opened(_, session_present):
                self.memory.opened(session_present=session_present)
                self.journal.resumed(session_present=session_present)
            case Subscribed(connection, at, filters):
                await self._tell_gap(self.memory.subscribed(at, filters))
                self.ready = connection
            case _:
                self.memory.keeper.closed()

    async def _tell_gap(self, gap: tuple[int, int] | None) -> None:
        """Before anything of a new session is written: what may be missing from the log."""
        if gap is not None:
            names = sorted(self.memory.estates | set(self.configs))
            events = [gap_event(gap, name, self.settings.gateway) for name in names]
            await self._deliver(Batch(events).rounds())

    async def _read_all(self, run: list[Delivery]) -> "_Read":
        read = _Read()
        for index, delivery in enumerate(run):
            if index % YIELD_EVERY == YIELD_EVERY - 1:
                await asyncio.sleep(0)
            outcome, receipt = self._read(delivery)
            read.batch.add(outcome)
            if receipt is not None:
                read.receipts.append(receipt)
        self.metrics.understood.inc(self._understood)
        self._understood = 0
        return read

    async def _launch(self, run: list[Delivery], read: "_Read") -> None:
        """Send a batch off; only one is on its way at a time."""
        self.memory.met({event.estate for event in read.batch.events} - set(self.configs))
        self.journal.heard(read.receipts)
        await self._keep_objects(read.batch.objects)
        await self._keep_pictures(read.batch)
        self._sent_s = asyncio.get_running_loop().time()
        writing = asyncio.ensure_future(self._deliver(read.batch.rounds()))
        self._flight = _Flight(run, len(read.batch.events), writing)

    async def _land(self) -> None:
        """Wait until the batch at Kafka is safe there, and acknowledge its messages."""
        if self._flight is None:
            return
        flight = self._flight
        await flight.writing
        self._flight = None
        self.metrics.events.inc(flight.events)
        self._acknowledge(flight.run)

    def _read(self, delivery: Delivery) -> tuple[Outcome, Receipt | None]:
        """What a delivery becomes, and its receipt if the broker waits for an acknowledgement."""
        message = delivery.message
        digest = digest_of(message.topic, message.payload)
        first = self.journal.receipts.first(digest, delivery.packet, duplicate=delivery.duplicate)
        if first is not None:
            self.metrics.repeated.inc()
            message = replace(message, received_at=first.at)
            heard = Heard(live=False, corrections=first.corrections)
        else:
            heard = _LIVE if self.memory.keeper.live and not delivery.duplicate else _LATER
        if is_own(message):
            outcome = Outcome(events=self._tick(delivery))
        else:
            outcome = self.intake.read(message, heard)
            self._count(outcome)
        if not delivery.packet:
            return outcome, None
        receipt = Receipt(
            digest, delivery.packet, message.received_at, outcome.corrections, first is not None
        )
        return outcome, receipt

    def _tick(self, delivery: Delivery) -> list[Event]:
        """Our own tick came back, behind all that stood before it: tell each estate."""
        message = delivery.message
        tick = read_tick(message.payload)
        if message.topic != clock_topic(self.settings.gateway) or tick is None:
            return []
        if not self.memory.keeper.returned(tick, self.memory.clock.now()):
            return []
        self.last_tick_s = asyncio.get_running_loop().time()
        if self.memory.keeper.live:
            self.journal.settle()
        estates = sorted(self.memory.estates | set(self.configs))
        return [tick_event(tick, estate, self.settings.gateway) for estate in estates]

    def _count(self, outcome: Outcome) -> None:
        for why in outcome.missed:
            self.metrics.pictures.labels(why).inc()
        if outcome.refusal is not None:
            adapter = outcome.refusal.record.adapter or "none"
            self.metrics.rejected.labels(adapter).inc()
        elif outcome.events:
            self._understood += 1
        else:
            self.metrics.silent.inc()

    async def _keep_objects(self, objects: list[SealedObject]) -> None:
        """Large bodies go to disk before their records; while the disk is full, nothing goes on."""
        for kept in objects:
            while True:
                try:
                    await asyncio.to_thread(keep_object, self.settings.objects, kept)
                    break
                except OSError as error:
                    log.error("object_not_kept", name=kept.name, error=str(error))
                    await asyncio.sleep(OBJECT_RETRY_S)

    async def _keep_pictures(self, batch: Batch) -> None:
        """Pictures go to disk before the events that link them; those that cannot are left out."""
        if not batch.pictures:
            return
        lost = await asyncio.to_thread(self.pictures.keep, batch.pictures)
        for picture in batch.pictures:
            outcome = "not_kept" if picture.link in lost else "kept"
            self.metrics.pictures.labels(outcome).inc()
        batch.unlink(lost)

    async def _deliver(self, rounds: list[list[Record]]) -> None:
        """Write, however long it takes. After `stall_s` the broker is let go: it queues on its own
        disk what would only stand in our memory, and is wanted again as soon as Kafka answers.
        """
        writing = asyncio.ensure_future(self.writer.write(rounds))
        try:
            done, _ = await asyncio.wait({writing}, timeout=self.settings.stall_s)
            if not done:
                self.stalled = True
                self.metrics.stalls.inc()
                log.error("kafka_away", bootstrap=self.settings.bootstrap)
                self.link.let_go("Kafka does not answer")
            await writing
        finally:
            writing.cancel()
        if self.stalled:
            self.stalled = False
            self.link.want()

    def _acknowledge(self, run: list[Delivery]) -> None:
        """In the order of hearing. On a connection that is gone there is nothing to acknowledge:
        the broker sends the messages again, and their receipts wait for that.
        """
        acked = 0
        for connection, deliveries in groupby(run, attrgetter("connection")):
            acked += connection.ack_all([d.packet for d in deliveries if d.packet])
        if acked:
            self.journal.acknowledge(acked)
            self.metrics.acked.inc(acked)
        self.inbox.release(run)
        self.metrics.held.set(self.inbox.held)
