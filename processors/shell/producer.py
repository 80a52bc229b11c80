"""Sending with certainty: every record is awaited, and a batch is over only when all are written.

A failing send is tried again in place, the same bytes, with growing pauses; after a limit the
process ends, because an unwritten output must never be followed by an acknowledged input.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

log = structlog.get_logger()
GIVE_UP_AFTER_S = 120.0
FATAL = 70
"""Exit code that asks the supervisor for a fresh process (EX_SOFTWARE)."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record to write. A value of None is a tombstone."""

    topic: str
    key: str
    value: bytes | None
    partition: int | None = None


def make_producer(bootstrap: str) -> AIOKafkaProducer:
    """A producer that waits for all replicas and packs what is sent together."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        linger_ms=0,
        max_batch_size=1024 * 1024,
        max_request_size=8 * 1024 * 1024,
        request_timeout_ms=20_000,
    )


class Writer:
    """Writes batches of records."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        """The producer must be started by the caller."""
        self._producer = producer

    async def write(self, records: Sequence[Record]) -> None:
        """Return when every record is written. Ends the process if that cannot be."""
        waiting = list(records)
        loop = asyncio.get_running_loop()
        give_up, pause = loop.time() + GIVE_UP_AFTER_S, 0.1
        while waiting:
            waiting = await self._try(waiting)
            if not waiting:
                return
            if loop.time() > give_up:
                log.critical("outputs cannot be written; ending the process", count=len(waiting))
                os._exit(FATAL)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _try(self, records: list[Record]) -> list[Record]:
        try:
            futures = [
                await self._producer.send(
                    record.topic, record.value, key=record.key.encode(), partition=record.partition
                )
                for record in records
            ]
        except KafkaError as error:
            log.warning("sending failed; trying again", error=repr(error))
            return records
        results = await asyncio.gather(*futures, return_exceptions=True)
        return [r for r, done in zip(records, results, strict=True) if _failed(r, done)]


def _failed(record: Record, done: object) -> bool:
    if not isinstance(done, BaseException):
        return False
    if isinstance(done, MessageSizeTooLargeError):
        log.critical("a record is too large for its topic", topic=record.topic, key=record.key)
        os._exit(FATAL)
    log.warning("a record was not written; trying again", topic=record.topic, error=repr(done))
    return True
