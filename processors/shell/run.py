"""Running the processors until told to stop."""

import asyncio
import gc
import os
import time

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from faust import App

from processors.rules.catalogue import city_rules, rules_and_views
from processors.shell import metrics
from processors.shell.app import build_app
from processors.shell.city import CityStage
from processors.shell.health import serve_health
from processors.shell.producer import FATAL, Record, Writer, make_producer
from processors.shell.settings import ProcessorSettings
from processors.shell.watchdog import Limits, Vitals, watch
from processors.shell.worker import Worker
from schemas.topics import EVENTS, VIEWS
from schemas.views import RuleView, encode_view, view_key

COLLECT_AFTER = 50_000
"""Python's collector of cycles looks through what is young after so many objects, not after 700:
state and events have no cycles, and there are hundred thousands of them."""

log = structlog.get_logger()


async def run_processors(settings: ProcessorSettings, stop: asyncio.Event) -> None:
    """Correlate until `stop` is set. Ends the process (exit 70) if Faust stops by itself."""
    gc.set_threshold(COLLECT_AFTER, 50, 100)
    producer = make_producer(settings.bootstrap)
    await producer.start()
    writer = Writer(producer)
    worker = Worker(rules_and_views(), writer)
    await _show_rules(worker, writer)
    vitals = Vitals()
    app = build_app(settings, worker)
    city = CityStage(settings, city_rules(settings.city_rules), writer)
    health = await serve_health(
        settings.process_port, lambda: _why_not(worker, vitals) or city.trouble()
    )
    await app.start()
    watch(vitals, Limits(settings.ready_within_s, settings.stuck_after_s,
                         memory_max_mb=settings.memory_max_mb))  # fmt: skip
    pulse = asyncio.create_task(_pulse(settings, worker, vitals))
    ended = asyncio.create_task(app.wait_until_stopped())
    across = asyncio.create_task(city.run(stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({ended, stopping, pulse, across}, return_when=asyncio.FIRST_COMPLETED)
    if not stop.is_set():
        why = repr(across.exception()) if across.done() else "Faust ended by itself"
        log.critical("a part of the processors ended; ending the process", why=why)
        os._exit(FATAL)
    pulse.cancel()
    await asyncio.gather(_stop(app), _ended(across))
    await producer.stop()
    await health.cleanup()


async def _stop(app: App) -> None:
    try:
        await asyncio.wait_for(app.stop(), timeout=8)
    except TimeoutError:
        log.warning("Faust did not stop in time; what is unfinished will be read again")


async def _ended(across: asyncio.Task[None]) -> None:
    await asyncio.wait({across}, timeout=8)
    if not across.done():
        log.warning("the stage across estates did not stop in time; it will be read again")


async def _show_rules(worker: Worker, writer: Writer) -> None:
    rules = (rule for rule in worker.machine.rules.rules if not rule.read_model)
    views = [RuleView(rule=rule.id, title=rule.title) for rule in rules]
    await writer.write([Record(VIEWS.name, view_key(v), encode_view(v), 0) for v in views])


def _why_not(worker: Worker, vitals: Vitals) -> str | None:
    if not vitals.ready:
        return "no partition is assigned yet"
    return None if worker.assigned else "another worker has all partitions"


async def _pulse(settings: ProcessorSettings, worker: Worker, vitals: Vitals) -> None:
    """Tell the watchdog once a second that the loop runs, how far it is, and what waits."""
    probe = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap, enable_auto_commit=False)
    await probe.start()
    try:
        while True:
            vitals.loop_at, vitals.progress_at = time.monotonic(), worker.progress_at
            vitals.ready = vitals.ready or bool(worker.assigned)
            metrics.PARTITIONS.set(len(worker.assigned))
            vitals.lag = await _lag(probe, worker)
            await asyncio.sleep(1)
    finally:
        await probe.stop()


async def _lag(probe: AIOKafkaConsumer, worker: Worker) -> int:
    mine = {n: a.partition.seen for n, a in worker.assigned.items()}
    spots = {n: TopicPartition(EVENTS.name, n) for n in mine}
    if not spots:
        return 0
    try:
        ends = await asyncio.wait_for(probe.end_offsets(list(spots.values())), timeout=10)
    except Exception:  # the broker is away: that is no fault of this worker
        return 0
    return sum(max(0, ends[spots[n]] - 1 - seen) for n, seen in mine.items())
