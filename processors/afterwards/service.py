"""The judge of late events: listens to `community.late`, waits for quiet, tells what was found.

What it commits is judged; what it had only heard is heard again after a crash, and an alert told
twice has the same id. It takes at most a tenth of a core: after each judgement it rests nine times
as long as that took.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError

from processors.afterwards.logs import Logs, Span
from processors.afterwards.settings import AfterwardsSettings
from processors.afterwards.waiting import Backlog, Patience, Waiting
from processors.backtest import no_collector
from processors.core.afterwards import Hearings, Judgement
from processors.core.rule import RuleSet
from processors.core.series import opened_point
from processors.rules.catalogue import shipped_rules
from processors.shell import metrics
from processors.shell.health import serve_health
from processors.shell.producer import Record, Writer, make_producer
from schemas.alerts import Alert
from schemas.base import MS_PER_S, format_instant
from schemas.events import EventError, decode
from schemas.topics import ALERTS, LATE, POINTS

HOUR_MS = 3600 * MS_PER_S
REST = 9
POLL_MS = 500

log = structlog.get_logger("processors.afterwards")


async def run_afterwards(settings: AfterwardsSettings, logs: Logs, stop: asyncio.Event) -> None:
    """Judge late events until `stop` is set."""
    producer = make_producer(settings.bootstrap)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap, group_id=settings.afterwards_group,
        enable_auto_commit=False, auto_offset_reset="earliest",
        session_timeout_ms=30_000, heartbeat_interval_ms=3_000, max_poll_interval_ms=3_600_000,
    )  # fmt: skip
    judge = Judge(settings, logs, Writer(producer), shipped_rules())
    consumer.subscribe([LATE.name], listener=_Handover(judge.waiting))
    health = await serve_health(settings.afterwards_port, lambda: judge.trouble)
    await producer.start()
    await consumer.start()
    try:
        while not stop.is_set():
            await _round(consumer, judge)
    finally:
        await consumer.stop()
        await producer.stop()
        await health.cleanup()


async def _round(consumer: AIOKafkaConsumer, judge: "Judge") -> None:
    for spot, records in (await consumer.getmany(timeout_ms=POLL_MS)).items():
        for record in records:
            judge.heard(spot.partition, record.offset, record.value)
    if await judge.work():
        commits = judge.waiting.commits()
        try:
            await consumer.commit(
                {TopicPartition(LATE.name, p): offset for p, offset in commits.items()}
            )
        except CommitFailedError:
            log.info("handed_over")  # Another worker has the partition and judges it again.


class _Handover(ConsumerRebalanceListener):  # type: ignore[misc]
    """Forgets what another worker will hear again."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """See ConsumerRebalanceListener."""
        self._waiting.forget(spot.partition for spot in revoked)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """See ConsumerRebalanceListener."""


class Judge:
    """Judges one estate at a time. `trouble` is what stands in the way, for /healthz."""

    def __init__(
        self, settings: AfterwardsSettings, logs: Logs, writer: Writer, rules: RuleSet
    ) -> None:
        """The parts are started by the caller."""
        self._settings, self._logs, self._writer, self._rules = settings, logs, writer, rules
        patience = Patience(settings.afterwards_quiet_s, settings.afterwards_wait_max_s)
        self.waiting = Waiting(patience)
        self.trouble: str | None = None
        self._rest_until_s = 0.0

    def heard(self, partition: int, offset: int, value: bytes | None) -> None:
        """One record of the late topic."""
        try:
            events = decode(value or b"[]")
        except EventError as error:
            log.error("late_unreadable", partition=partition, offset=offset, error=str(error))
            events = []
        self.waiting.heard(partition, offset, events, time.monotonic())

    async def work(self) -> bool:
        """Judge the next estate that is due; whether something was settled."""
        idle = not self.waiting.backlogs and bool(self.waiting.read)
        began = time.monotonic()
        if began < self._rest_until_s:
            return False
        backlog = next(self.waiting.due(began), None)
        if backlog is None:
            return idle
        if not await self._judge(backlog):
            return False
        self._rest_until_s = time.monotonic() + REST * (time.monotonic() - began)
        return True

    async def _judge(self, backlog: Backlog) -> bool:
        try:
            alerts = await self._found(backlog)
        except (KafkaError, OSError) as error:
            self.trouble = f"the log cannot be read: {error!r}"
            log.warning("log_away", estate=backlog.estate, error=repr(error))
            return False
        self.trouble = None
        await self._writer.write(list(_records(alerts, backlog.partition)))
        metrics.FOUND_AFTERWARDS.inc(len(alerts))
        log.info("judged_afterwards", estate=backlog.estate, found=len(alerts))
        self.waiting.judged(backlog)
        return True

    async def _found(self, backlog: Backlog) -> list[Alert]:
        """Older than `afterwards_days` is not judged: the log does not hold what lay around it."""
        oldest = backlog.newest - round(self._settings.afterwards_days * 24 * HOUR_MS)
        before = round(self._settings.afterwards_context_h * HOUR_MS)
        since = max(backlog.oldest, oldest) - before
        span = Span(backlog.estate, backlog.partition, since, max(since, oldest))
        hearings = Hearings(self._settings.afterwards_events_max)
        await self._logs.read(span, hearings)
        judged = await asyncio.to_thread(_judged, hearings, self._rules)
        _tell_limits(backlog.estate, judged)
        told = await self._logs.told(span, {alert.id for alert in judged.alerts})
        return [alert for alert in judged.alerts if alert.id not in told]


def _judged(hearings: Hearings, rules: RuleSet) -> Judgement:
    with no_collector():
        return hearings.judge(rules)


def _tell_limits(estate: str, judged: Judgement) -> None:
    """Say what was not judged for want of room."""
    if judged.whole_from is None:
        return
    metrics.NOT_JUDGED.inc(judged.left_out)
    log.warning(
        "log_too_long", estate=estate, judged_from=format_instant(judged.whole_from),
        late_not_judged=judged.left_out, mend="raise SC_AFTERWARDS_EVENTS_MAX",
    )  # fmt: skip


def _records(alerts: list[Alert], partition: int) -> Iterator[Record]:
    """What was found, for the feed, and as counted, for the series."""
    for alert in alerts:
        body = alert.model_dump_json(exclude_defaults=True).encode()
        yield Record(ALERTS.name, alert.id, body, partition)
    if alerts:
        points = b",".join(opened_point(alert).model_dump_json().encode() for alert in alerts)
        yield Record(POINTS.name, f"points/{partition}", b"[" + points + b"]", partition)
