"""Records to Kafka: acknowledged by all replicas, or tried again for as long as it takes."""

import asyncio
import contextlib
from collections.abc import Callable

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

from ingest.gateway.batch import Record
from ingest.gateway.durable import DurableCheck
from ingest.kafka import kafka_connection
from ingest.settings import IngestSettings

RETRY_MIN_S, RETRY_MAX_S = 0.2, 10.0
REQUEST_BYTES_MAX = 4 * 1024 * 1024
STOP_WITHIN_S = 5.0

log = structlog.get_logger("ingest.writer")


class KafkaWriter:
    """A producer that is made anew when it breaks. One batch at a time, so order needs no care.

    The producer is not idempotent: Tansu has no such thing, and a record written twice holds the
    same event ids.
    """

    def __init__(self, settings: IngestSettings, on_retry: Callable[[], None]) -> None:
        """Nothing is opened before the first write."""
        self._settings = settings
        self._on_retry = on_retry
        self._durable = DurableCheck(settings.durable_url)
        self._producer: AIOKafkaProducer | None = None
        self.ready = False

    async def write(self, rounds: list[list[Record]]) -> None:
        """Return once Kafka has acknowledged every record, round after round.

        A round without a record returns once there is a connection to Kafka.
        """
        for records in rounds:
            await self._until_written(records)

    async def _until_written(self, records: list[Record]) -> None:
        delay = RETRY_MIN_S
        left = await self._send(records)
        while left is None or left:
            self.ready = False
            self._on_retry()
            await asyncio.sleep(delay)
            delay = min(delay * 2, RETRY_MAX_S)
            left = await self._send(records if left is None else left)
        self.ready = True

    async def close(self) -> None:
        """Stop the producer; what was not acknowledged is sent again by the broker's redelivery."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError, TimeoutError, OSError):
                await asyncio.wait_for(producer.stop(), STOP_WITHIN_S)
        await self._durable.close()

    async def _send(self, records: list[Record]) -> list[Record] | None:
        """Try once; the records that Kafka has not acknowledged, None if none could be sent."""
        futures: list[asyncio.Future[RecordMetadata]] = []
        try:
            producer = await self._started()
            for record in records:
                sent = await producer.send(record.topic, record.value, key=record.key)
                futures.append(sent)  # Those before a fault are needed.
        except (KafkaError, OSError, TimeoutError) as error:
            for future in futures:
                future.add_done_callback(_forget)
            await self._failed(error)
            return None
        answers = await asyncio.gather(*futures, return_exceptions=True)
        errors = [answer for answer in answers if isinstance(answer, BaseException)]
        if errors:
            await self._failed(errors[0])
        lost = await self._durable.lost([a for a in answers if isinstance(a, RecordMetadata)])
        return [
            record
            for record, answer in zip(records, answers, strict=True)
            if not isinstance(answer, RecordMetadata) or (answer.topic, answer.partition) in lost
        ]

    async def _failed(self, error: BaseException) -> None:
        """A producer whose sender died answers every send with an error that cannot be retried."""
        log.warning("kafka_refused", error=repr(error))
        if not getattr(error, "retriable", False):
            await self.close()

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(**_options(self._settings))
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer


def _forget(future: "asyncio.Future[RecordMetadata]") -> None:
    """Take the answer of a record that is sent again anyway."""
    if not future.cancelled():
        future.exception()


def _options(settings: IngestSettings) -> dict[str, object]:
    """What aiokafka is told. The batch size is one partition's share of one request."""
    return {
        **kafka_connection(settings),
        "acks": "all",
        "linger_ms": 0,
        "max_batch_size": 1024 * 1024,
        "max_request_size": REQUEST_BYTES_MAX,
    }
