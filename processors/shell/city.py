"""The second stage beside the Faust app: sightings in, alerts out, over all estates.

A plain consumer, because its state is so small that the topic itself is the recovery: it holds no
more than a day, so a partition that is taken over is read from its beginning. What lies below the
group's commit was told before and only fills the memory; what lies above it is told, written, and
then committed. Killed anywhere between, the next one says the same under the same ids.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from processors.core.city import City, CityRule
from processors.core.rule import Params
from processors.core.series import opened_point
from processors.shell import metrics
from processors.shell.outputs import refused
from processors.shell.producer import Record, Writer
from processors.shell.settings import ProcessorSettings
from schemas.alerts import Alert
from schemas.base import MS_PER_S
from schemas.events import EventError
from schemas.sightings import decode_sightings
from schemas.topics import ALERTS, POINTS, SIGHTING_LIFE_MS, SIGHTINGS

POLL_MS = 500
RECORDS_MAX = 500
FORGET_EVERY_S = 60.0
STILL_S = 60.0
"""Silent for longer than this, the stage is said to stand still."""

log = structlog.get_logger("processors.city")


def _wall_ms() -> int:
    return round(time.time() * MS_PER_S)


@dataclass(slots=True)
class Held:
    """A partition in hand, read from its beginning. What lies below `told` has been told already;
    None: that is still to be asked.
    """

    city: City
    told: int | None = None


@dataclass(slots=True)
class CityStage:
    """Judges sightings. `now_ms` is the wall clock: it only forgets, it judges nothing."""

    settings: ProcessorSettings
    rules: tuple[tuple[CityRule, Params], ...]
    writer: Writer
    now_ms: Callable[[], int] = _wall_ms
    held: dict[int, Held] = field(default_factory=dict)
    alive_at: float = field(default_factory=time.monotonic)
    _forgot_at: float = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Judge until `stop` is set. Raises what Kafka raises for good."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.bootstrap, group_id=self.settings.city_group,
            enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=200,
            session_timeout_ms=self._session_ms, heartbeat_interval_ms=self._session_ms // 3,
            max_poll_interval_ms=600_000,
        )  # fmt: skip
        consumer.subscribe([SIGHTINGS.name], listener=_Handover(self, consumer))
        await consumer.start()
        try:
            while not stop.is_set():
                await self._round(consumer)
                self.alive_at = time.monotonic()
        finally:
            await consumer.stop()

    @property
    def _session_ms(self) -> int:
        return round(self.settings.session_timeout_s * MS_PER_S)

    def trouble(self) -> str | None:
        """None, or one line on what is wrong, for /healthz."""
        still = time.monotonic() - self.alive_at
        return f"nothing across estates is judged for {still:.0f} s" if still > STILL_S else None

    async def _round(self, consumer: AIOKafkaConsumer) -> None:
        batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_MAX)
        # Whose records these are is settled before anything is awaited: a partition that comes
        # back in between begins anew, and must not go on from here.
        work = [(spot, found, self.held.get(spot.partition)) for spot, found in batches.items()]
        self._forget()
        for spot, records, held in work:
            if held is not None:
                await self._take(consumer, spot, records, held)

    async def _take(
        self,
        consumer: AIOKafkaConsumer,
        spot: TopicPartition,
        records: list[ConsumerRecord],
        held: Held,
    ) -> None:
        if held.told is None:
            held.told = await consumer.committed(spot) or 0
        await self.writer.write(list(self._judged(held, held.told, records)))
        after = records[-1].offset + 1
        if after <= held.told:
            return
        held.told = after
        try:
            await consumer.commit({spot: after})
        except KafkaError as error:
            # Another worker has the partition, or the next commit says it: told again at worst.
            log.info("not_committed", partition=spot.partition, error=repr(error))

    def _judged(self, held: Held, told: int, records: Iterable[ConsumerRecord]) -> Iterator[Record]:
        """What is to be written of these records; those told before only fill the memory."""
        oldest = self.now_ms() - SIGHTING_LIFE_MS
        for record in records:
            if record.timestamp >= oldest:
                written = list(_outcome(held.city, record))
                yield from written if record.offset >= told else ()

    def _forget(self) -> None:
        """No key of the city lives for longer than a day, here neither."""
        now = time.monotonic()
        if now - self._forgot_at < FORGET_EVERY_S:
            return
        self._forgot_at = now
        for held in self.held.values():
            held.city.forget(self.now_ms() - SIGHTING_LIFE_MS + round(FORGET_EVERY_S * MS_PER_S))
        metrics.SIGHTINGS_HELD.set(sum(held.city.held for held in self.held.values()))


def _outcome(city: City, record: ConsumerRecord) -> Iterator[Record]:
    """The records that one record of sightings makes."""
    try:
        sightings = decode_sightings(record.value or b"[]")
    except EventError as error:
        metrics.REFUSED.inc()
        key = f"{SIGHTINGS.name}/{record.partition}/{record.offset}"
        yield refused(key, str(error), record.value or b"", record.partition)
        return
    metrics.SIGHTINGS.inc(len(sightings))
    for sighting in sightings:
        for alert in city.take(sighting, record.timestamp):
            yield from _records(alert, record.partition)


def _records(alert: Alert, partition: int) -> Iterator[Record]:
    """The alert for the feed, and as counted, for the series."""
    body = alert.model_dump_json(exclude_defaults=True).encode()
    yield Record(ALERTS.name, alert.id, body, partition)
    if alert.revision == 1:
        metrics.ALERTS.labels(alert.rule, alert.severity, alert.delivery).inc()
        point = b"[" + opened_point(alert).model_dump_json().encode() + b"]"
        yield Record(POINTS.name, f"points/{partition}", point, partition)


class _Handover(ConsumerRebalanceListener):  # type: ignore[misc]
    """Begins what is taken over anew, and forgets what another has now."""

    def __init__(self, stage: CityStage, consumer: AIOKafkaConsumer) -> None:
        self._stage, self._consumer = stage, consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """See ConsumerRebalanceListener."""
        for spot in revoked:
            self._stage.held.pop(spot.partition, None)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """See ConsumerRebalanceListener."""
        for spot in assigned:
            self._stage.held[spot.partition] = Held(City(self._stage.rules))
            self._consumer.seek(spot, 0)
