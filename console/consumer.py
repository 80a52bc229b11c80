"""Reads alerts and views from the log into the office, from where the last run ended.

No consumer group: each console reads all of it, and its own database says how far it got. A log
that is not the one we read (an embedded broker that was started anew) is read from its beginning;
ids and revisions make that harmless.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from console import metrics
from console.batch import Position, Record
from console.health import Fault
from console.office import Office, StoreFault
from schemas.base import MS_PER_S
from schemas.topics import ALERTS, VIEWS

TOPICS = (ALERTS.name, VIEWS.name)
FETCH_WAIT_MS = 100
GET_WAIT_MS = 250
RECORDS_MAX = 500
ANSWER_S = 5.0
# A log that answers no fetch for so long (one comes each 100 ms) is looked at anew.
QUIET_MS = 2000
RETRY_S = 1.0
RETRY_BACKOFF_MS = 100
log = structlog.get_logger()


class LogQuiet(RuntimeError):
    """The log no longer answers: it must be found again, and where we are in it."""


def is_same_log(kept: Position, offset: int, timestamp: int) -> bool:
    """Whether a record is the last one we took in, as we kept its place and timestamp.

    A record further on proves nothing: compaction may have removed ours, or the log is a new one.
    """
    return offset == kept.offset - 1 and timestamp == kept.timestamp


class LogConsumer:
    """Follows the log until told to stop; every trouble is told in the office's `reading`."""

    def __init__(self, office: Office) -> None:
        """Reads into an office."""
        self._office = office
        self._reading = office.reading

    async def run(self, stop: asyncio.Event) -> None:
        """Reads until `stop`, starting over after each trouble."""
        while not stop.is_set():
            try:
                await self._session(stop)
            except LogQuiet:
                continue
            except (KafkaError, OSError, TimeoutError) as error:
                self._trouble("broker", error)
            except StoreFault as error:
                self._trouble("store", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RETRY_S)

    def _trouble(self, fault: Fault, error: Exception) -> None:
        if self._reading.fault != fault:
            what = str(error) or type(error).__name__
            log.warning("alerts cannot be read, trying again", fault=fault, error=what)
        self._reading.fault = fault
        metrics.UP.set(0)

    async def _session(self, stop: asyncio.Event) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._office.settings.bootstrap, group_id=None,
            enable_auto_commit=False, auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_WAIT_MS, retry_backoff_ms=RETRY_BACKOFF_MS,
            max_partition_fetch_bytes=ALERTS.record_bytes_max,
        )  # fmt: skip
        try:
            async with asyncio.timeout(ANSWER_S):
                await consumer.start()
            session = _Session(consumer, self._office)
            await session.find_place(stop)
            while not stop.is_set():
                await session.step()
        finally:
            await _close(consumer)


async def _close(consumer: AIOKafkaConsumer) -> None:
    """Stops a consumer whose broker may be gone.

    A fetch that waits to be tried again would throw its cancellation at whoever stops the consumer
    (aiokafka 0.14): so nothing is left to fetch first, and the stop has a task of its own.
    """
    consumer.unsubscribe()
    await asyncio.sleep(RETRY_BACKOFF_MS * 2 / MS_PER_S)
    stopping = asyncio.create_task(consumer.stop())
    await asyncio.wait({stopping}, timeout=ANSWER_S)
    if not stopping.done():
        stopping.cancel()
    elif not stopping.cancelled() and (error := stopping.exception()) is not None:
        log.warning("the log was not left in good order", error=repr(error))


class _Session:
    """One connected stretch of reading."""

    def __init__(self, consumer: AIOKafkaConsumer, office: Office) -> None:
        self._consumer = consumer
        self._office = office
        self._doubted: dict[TopicPartition, Position] = {}
        self._goal: dict[TopicPartition, int] = {}
        self._began = office.clock()

    async def find_place(self, stop: asyncio.Event) -> None:
        """Waits for the topics and goes to where we stopped, one record before it to look."""
        while not set(TOPICS) <= await asyncio.wait_for(self._consumer.topics(), ANSWER_S):
            if stop.is_set():
                return
            await asyncio.sleep(RETRY_S)
        self._consumer.subscribe(TOPICS)
        async with asyncio.timeout(ANSWER_S):
            while not self._consumer.assignment():  # noqa: ASYNC110  # aiokafka tells nobody.
                await asyncio.sleep(0.01)
        kept = await self._office.positions()
        for partition in self._consumer.assignment():
            position = kept.get((partition.topic, partition.partition))
            if position is not None:
                self._doubted[partition] = position
                self._consumer.seek(partition, position.offset - 1)

    async def step(self) -> None:
        """Takes in what has come. Raises LogQuiet, StoreFault or TimeoutError."""
        got = await self._consumer.getmany(timeout_ms=GET_WAIT_MS, max_records=RECORDS_MAX)
        records: list[Record] = []
        for partition, some in got.items():
            records += map(_record, await self._known_removed(partition, some))
        if records:
            await self._office.take(records)
        async with asyncio.timeout(ANSWER_S):
            places = {p: await self._consumer.position(p) for p in self._consumer.assignment()}
        await self._look(places, is_idle=not got)

    async def _known_removed(
        self, partition: TopicPartition, got: Sequence[ConsumerRecord]
    ) -> Sequence[ConsumerRecord]:
        """The records without the one before our place; none of them if the log is another one."""
        kept = self._doubted.pop(partition, None)
        if kept is None:
            return got
        if is_same_log(kept, got[0].offset, got[0].timestamp):
            return got[1:]
        await self._begin_anew(partition)
        return []

    async def _begin_anew(self, partition: TopicPartition) -> None:
        log.info("another log than before, read from its beginning", partition=str(partition))
        self._doubted.pop(partition, None)
        async with asyncio.timeout(ANSWER_S):
            await self._consumer.seek_to_beginning(partition)

    async def _look(self, places: dict[TopicPartition, int], *, is_idle: bool) -> None:
        """Compares our places with the ends that the last fetches told."""
        behind = 0
        for partition, place in places.items():
            end = self._consumer.highwater(partition)
            if end is None:
                continue
            self._goal.setdefault(partition, end)
            behind += max(0, end - place)
            # The record we look for must stand before the end; our place may be the end itself.
            if place > end or (place == end and partition in self._doubted):
                await self._begin_anew(partition)
        if is_idle and self._quiet_ms() > QUIET_MS:
            raise LogQuiet
        self._tell(places, behind)

    def _quiet_ms(self) -> int:
        answered = (self._consumer.last_poll_timestamp(p) for p in self._consumer.assignment())
        return self._office.clock() - min(at or self._began for at in answered)

    def _tell(self, places: dict[TopicPartition, int], behind: int) -> None:
        reading = self._office.reading
        reading.behind = behind
        if len(self._goal) == len(places):
            reading.fault = None
            reached = (places[partition] >= goal for partition, goal in self._goal.items())
            reading.caught_up = reading.caught_up or all(reached)
        metrics.UP.set(reading.fault is None)
        metrics.BEHIND.set(behind)


def _record(record: ConsumerRecord) -> Record:
    return Record(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp,
        record.key or b"",
        record.value,
    )
