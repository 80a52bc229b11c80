"""From `community.points` to the time series: batched, tried for ever, committed after the answer.

InfluxDB away means that points wait in Kafka, never in memory: nothing is polled while a batch is
unwritten. A batch that InfluxDB refuses is halved until the bad points stand alone; those go to the
rejected topic with InfluxDB's own words, and the rest is written. A point lands on itself when it
is written twice, so a repeated batch changes nothing.
"""

import asyncio
import base64
from collections.abc import Sequence
from typing import Protocol

import orjson
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pydantic import TypeAdapter, ValidationError

from processors.shell import metrics
from processors.shell.health import serve_health
from processors.shell.points_file import PointsFile
from processors.shell.producer import Record, Writer, make_producer
from processors.shell.series_store import InfluxSeries, Refused, SeriesAway
from processors.shell.settings import SinkSettings
from schemas.events import explain
from schemas.measurements import BadPoint, Point, check_point
from schemas.topics import POINTS, REJECTED

log = structlog.get_logger()
_POINTS: TypeAdapter[list[Point]] = TypeAdapter(list[Point])


class Series(Protocol):
    """Where points go. `write` raises SeriesAway (try again) or Refused (these points are bad)."""

    async def write(self, points: Sequence[Point]) -> None:
        """Write all of them."""

    async def close(self) -> None:
        """Let go of what is open."""


async def run_sink(settings: SinkSettings, stop: asyncio.Event) -> None:
    """Write points until `stop` is set."""
    series: Series = InfluxSeries(settings) if settings.influx_url else PointsFile(settings.data)
    producer = make_producer(settings.bootstrap)
    consumer = AIOKafkaConsumer(
        POINTS.name, bootstrap_servers=settings.bootstrap, group_id=settings.sink_group,
        enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=200,
        session_timeout_ms=10_000, heartbeat_interval_ms=3_000, max_poll_interval_ms=3_600_000,
    )  # fmt: skip
    sink = Sink(series, Writer(producer), settings)
    health = await serve_health(settings.sink_port, lambda: sink.waiting)
    await producer.start()
    await consumer.start()
    try:
        while not stop.is_set():
            batch = await consumer.getmany(timeout_ms=500, max_records=200)
            if batch:
                await sink.take([record for records in batch.values() for record in records], stop)
            if batch and not stop.is_set():
                await consumer.commit(_after(batch))
    finally:
        await consumer.stop()
        await producer.stop()
        await series.close()
        await health.cleanup()


def _after(batch: dict[TopicPartition, list[ConsumerRecord]]) -> dict[TopicPartition, int]:
    return {spot: records[-1].offset + 1 for spot, records in batch.items()}


class Sink:
    """Turns records into points and sees each point through."""

    def __init__(self, series: Series, writer: Writer, settings: SinkSettings) -> None:
        """`writer` is for what is refused."""
        self._series, self._writer, self._settings = series, writer, settings
        self.waiting: str | None = None

    async def take(self, records: Sequence[ConsumerRecord], stop: asyncio.Event) -> None:
        """Return when every good point is written and every bad one set aside, or `stop` is set."""
        points: list[Point] = []
        for record in records:
            points.extend(await self._read(record))
        size = self._settings.sink_batch
        for start in range(0, len(points), size):
            await self._see_through(points[start : start + size], stop)

    async def _read(self, record: ConsumerRecord) -> list[Point]:
        try:
            found = _POINTS.validate_json(record.value)
        except ValidationError as error:
            await self._set_aside(explain(error), record.value or b"")
            return []
        good = []
        for point in found:
            try:
                check_point(point)
                good.append(point)
            except BadPoint as error:
                await self._set_aside(str(error), point.model_dump_json().encode())
        return good

    async def _see_through(self, points: Sequence[Point], stop: asyncio.Event) -> None:
        pause = 0.5
        while points and not stop.is_set():
            try:
                await self._series.write(points)
                metrics.POINTS.inc(len(points))
                self.waiting = None
                return
            except Refused as error:
                await self._halve(points, str(error), stop)
                return
            except SeriesAway as error:
                self.waiting = f"points wait in Kafka: {error}"
                log.warning("points wait in Kafka", why=str(error), retry_s=pause)
                await _sleep(pause, stop)
                pause = min(pause * 2, self._settings.sink_retry_max_s)

    async def _halve(self, points: Sequence[Point], why: str, stop: asyncio.Event) -> None:
        if len(points) == 1:
            await self._set_aside(why, points[0].model_dump_json().encode())
            return
        middle = len(points) // 2
        await self._see_through(points[:middle], stop)
        await self._see_through(points[middle:], stop)

    async def _set_aside(self, why: str, body: bytes) -> None:
        metrics.BAD_POINTS.inc()
        plain = {"reason": why, "path": "$", "stage": "sink",
                 "body_base64": base64.b64encode(body).decode()}  # fmt: skip
        await self._writer.write([Record(REJECTED.name, "sink", orjson.dumps(plain))])


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), timeout=seconds)
    except TimeoutError:
        return
