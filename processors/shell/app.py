"""The Faust app: group, partitions, agent loop. Built in a function; importing has no effect.

Faust 0.15.3 is used for what it does well and kept from the rest: no windows, no acks on error (the
agent's body never raises), no web server, no topic declaration, no recovery of its own. Why each is
so stands in docs/decisions.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import faust
import structlog
from faust.transport.drivers import aiokafka as driver

from processors.shell.producer import FATAL
from processors.shell.settings import ProcessorSettings
from processors.shell.store import state_table
from processors.shell.worker import Incoming, Worker
from schemas.topics import EVENTS

log = structlog.get_logger()
MAX_MESSAGE = 8 * 1024 * 1024


def build_app(settings: ProcessorSettings, worker: Worker) -> faust.App:
    """An app that feeds the worker. Start it with `await app.start()`; no Faust command line."""
    app = faust.App(
        settings.group,
        broker=f"kafka://{settings.bootstrap}",
        Table=state_table(worker, settings.bootstrap),
        store="memory://",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        broker_commit_interval=settings.commit_interval_s,
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.session_timeout_s / 3,
        broker_rebalance_timeout=30.0,
        broker_request_timeout=180.0,
        broker_max_poll_interval=300.0,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=MAX_MESSAGE,
        producer_acks=-1,
        stream_wait_empty=False,
        stream_buffer_maxsize=1024,
        table_standby_replicas=0,
        recovery_consistency_check=False,
        datadir=str(Path(tempfile.gettempdir()) / "smart-community-faust"),
    )
    app.transport = _transport(app, settings)
    app.Table("state", partitions=settings.partitions)
    _add_agent(app, settings, worker)
    return app


def _add_agent(app: faust.App, settings: ProcessorSettings, worker: Worker) -> None:
    topic = app.topic(EVENTS.name, key_type=bytes, value_type=bytes,
                      key_serializer="raw", value_serializer="raw", internal=False)  # fmt: skip

    @app.agent(topic, concurrency=1, name="correlate")  # type: ignore[untyped-decorator]
    async def correlate(stream: Any) -> None:
        try:
            async for batch in _batches(stream, settings):
                await worker.process(batch)
        except BaseException as error:
            # Leaving the body would make Faust skip and acknowledge what is in hand (F3): the
            # process must end first. Only a stop may pass.
            if _stopping(app, error):
                raise
            log.critical("the worker failed; ending the process", exc_info=True)
            os._exit(FATAL)


async def _batches(stream: Any, settings: ProcessorSettings) -> AsyncIterator[list[Incoming]]:
    taken = stream.noack_take(settings.batch_records, within=settings.batch_within_s)
    async for events in taken:
        yield [
            Incoming(e.message.partition, e.message.offset, e.message.value or b"[]", e)
            for e in events
        ]


def _stopping(app: faust.App, error: BaseException) -> bool:
    return app.should_stop or isinstance(error, asyncio.CancelledError | GeneratorExit)


def _transport(app: faust.App, settings: ProcessorSettings) -> Any:
    """Faust's driver with a shorter fetch wait: it fixes 1.5 s, and some brokers use it up."""

    class Thread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
        def _create_worker_consumer(self, transport: Any) -> Any:
            consumer = super()._create_worker_consumer(transport)
            consumer._fetch_max_wait_ms = settings.fetch_wait_ms
            return consumer

    class Consumer(driver.Consumer):  # type: ignore[misc]
        def _new_consumer_thread(self) -> Any:
            return Thread(self, loop=self.loop, beacon=self.beacon)

    class Transport(driver.Transport):  # type: ignore[misc]
        pass

    Transport.Consumer = Consumer
    return Transport(app.conf.broker_consumer, app, loop=app.loop)
