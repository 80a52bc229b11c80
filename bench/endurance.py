"""Ten million events through the whole embedded product: does memory stay under its limit?

`smart-community up` runs in a folder of its own. The simulated estate's events, with the gateway's
ticks between them, go in envelopes straight into its Kafka as fast as the processors take them,
stored by the keeper before the next. Every part is weighed each 10 s.

    python -m bench.endurance [--events 200000] [--tick-s 10] [--minutes 100] [--log FILE]

What is read: the most memory of each part (the broker's own limit is SC_MEMORY_LIMIT_MB, 512), how
often the broker made way, keeper.db, and that every event was taken in. Stops by itself.
"""

import argparse
import asyncio
import logging
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TextIO

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from deploy.embedded.broker import BrokerSettings
from deploy.embedded.parts import Ports
from deploy.embedded.place import told_ports
from deploy.embedded.process import rss_bytes
from deploy.simulation.estate import Estate, load_estate
from deploy.simulation.events import EventWriter
from deploy.simulation.timeline import GATEWAY, Timeline
from ingest.gateway.batch import Record
from ingest.gateway.writer import KafkaWriter
from ingest.key_file import load_keys
from ingest.settings import IngestSettings
from schemas.events import ENVELOPE_EVENTS_MAX
from schemas.topics import ALERTS, APP, EVENTS
from tests.e2e.product import Stack
from tests.services.process import descendants

MB = 1024 * 1024
SAMPLE_S = 10.0
ENVELOPES = 8
"""Records written at once."""
AHEAD = 160
"""Records that may wait for the processors, so that what is measured is theirs to hold."""
LOOK_S = 0.1
DAY_EVENTS = 60_000
"""About what a day of the estate says without ticks; the run begins so that it ends in the past."""
SETTLE_S = 600.0
ENDED = "ended with"
WHY = ("; ending", "ends the process")
"""What `up` says of a part that ended, and what a part says before it ends itself."""


@dataclass
class Weights:
    """What was weighed: the most bytes of each part, and which processes the broker has been."""

    most: dict[str, int] = field(default_factory=dict)
    brokers: set[int] = field(default_factory=set)

    def look(self, stack: Stack) -> dict[str, int]:
        """The parts' bytes now; a part is its process and those that it started."""
        now: dict[str, int] = {}
        for name, pid in stack.pids().items():
            below = descendants(pid)
            now[name] = rss_bytes(pid)
            if name == "broker":
                now["tansu"] = max(map(rss_bytes, below), default=0)
                self.brokers |= {child for child in below if rss_bytes(child) > 10 * MB}
        for name, weight in now.items():
            self.most[name] = max(self.most.get(name, 0), weight)
        return now


@dataclass
class Run:
    """One run: the stack, what went in, and where its story is written."""

    stack: Stack
    ports: Ports
    out: TextIO
    weights: Weights = field(default_factory=Weights)
    began: float = field(default_factory=time.monotonic)
    events: int = 0
    ticks: int = 0
    lag: int = 0

    def say(self, line: str) -> None:
        """One line with the time since the beginning."""
        print(f"{time.monotonic() - self.began:7.0f} s  {line}", file=self.out, flush=True)


def envelopes(estate: Estate, data: Path, seed: int, asked: tuple[int, int], run: Run,
              ) -> Iterator[Record]:  # fmt: skip
    """Records of the simulated estate until so many events are told; ticks are counted apart."""
    count, tick_s = asked
    writer = EventWriter(estate, load_keys(data / "master.key"))
    day = (datetime.now(UTC) - timedelta(days=count / DAY_EVENTS + 2)).date()
    arrivals = Timeline.of_day(estate, seed, day, tick_s).arrivals()
    key = estate.site.id.encode()
    while run.events < count:
        some = list(islice(arrivals, ENVELOPE_EVENTS_MAX))
        ticks = sum(arrival.fact.device == GATEWAY for arrival in some)
        run.ticks += ticks
        run.events += len(some) - ticks
        yield Record(EVENTS.name, key, b"[" + b",".join(map(writer.line, some)) + b"]")


class Lag:
    """How many records of the log the processors have not finished with."""

    def __init__(self, ports: Ports) -> None:
        """Nobody is asked yet."""
        self._bootstrap = f"127.0.0.1:{ports.broker}"
        self._consumer: AIOKafkaConsumer | None = None

    async def now(self, partition: int) -> int | None:
        """Records between the commit and the end; None while the broker makes way."""
        try:
            consumer = await self._started()
            where = TopicPartition(EVENTS.name, partition)
            consumer.assign([where])
            ends = await consumer.end_offsets([where])
            return int(ends[where]) - int(await consumer.committed(where) or 0)
        except (KafkaError, OSError, TimeoutError):
            await self.close()
            return None

    async def close(self) -> None:
        """Let go of the broker."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(KafkaError, OSError, TimeoutError):
                await consumer.stop()

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._bootstrap, group_id=APP, enable_auto_commit=False
            )
            try:
                await consumer.start()
            except BaseException:
                await consumer.stop()
                raise
            self._consumer = consumer
        return self._consumer


async def feed(run: Run, records: Iterator[Record], until: float) -> bool:
    """Write all records at the processors' pace; whether that was done before `until`."""
    bootstrap = f"127.0.0.1:{run.ports.broker}"
    durable = f"http://127.0.0.1:{run.ports.durable}"
    writer = KafkaWriter(IngestSettings(bootstrap=bootstrap, durable_url=durable), _nothing)
    lag, partition = Lag(run.ports), await _partition(run.ports)
    try:
        while batch := list(islice(records, ENVELOPES)):
            await writer.write([batch])
            if not await _waited(run, lag, partition, (AHEAD, until)):
                return False
        run.say(f"{run.events} events are in the log; waiting for the processors")
        return await _waited(run, lag, partition, (1, time.monotonic() + SETTLE_S))
    finally:
        await writer.close()
        await lag.close()


def _nothing() -> None:
    """A write that is tried again is no news here."""


async def _partition(ports: Ports) -> int:
    """The partition of the estate: where aiokafka's partitioner puts its key."""
    from aiokafka.partitioner import DefaultPartitioner

    parts = list(range(12))
    key = load_estate().site.id.encode()
    return int(DefaultPartitioner()(key, parts, parts))


async def _waited(run: Run, lag: Lag, partition: int, bounds: tuple[int, float]) -> bool:
    most, until = bounds
    while time.monotonic() < until:
        found = await lag.now(partition)
        if found is not None:
            run.lag = max(0, found)
            if found <= most:
                return True
        await asyncio.sleep(LOOK_S)
    return False


async def sample(run: Run) -> None:
    """Weigh each 10 s and tell it."""
    while True:
        now = await asyncio.to_thread(run.weights.look, run.stack)
        kept = (run.stack.data / "keeper.db").stat().st_size // MB
        told = " ".join(f"{name} {weight // MB}" for name, weight in sorted(now.items()))
        run.say(f"{run.events} events, {run.ticks} ticks, {run.lag} records behind, "
                f"keeper.db {kept} MB; MB: {told}")  # fmt: skip
        await asyncio.sleep(SAMPLE_S)


def alerts(data: Path) -> int:
    """How many alerts the keeper knows."""
    with sqlite3.connect(f"file:{data / 'keeper.db'}?mode=ro", uri=True) as db:
        return int(db.execute(f'SELECT count(*) FROM "{ALERTS.name}"').fetchone()[0])


def tell(run: Run, *, done: bool) -> None:
    """What came of it."""
    took = time.monotonic() - run.began
    limit = BrokerSettings().memory_limit_mb
    broker = run.weights.most.get("tansu", 0) // MB
    run.say(
        f"{'done' if done else 'stopped by the clock'}: {run.events} events and {run.ticks} ticks "
        f"in {took / 60:.1f} min ({run.events / took:.0f} events/s), "
        f"{alerts(run.stack.data)} alerts, {len(run.weights.brokers)} brokers, keeper.db "
        f"{(run.stack.data / 'keeper.db').stat().st_size // MB} MB"
    )
    run.say(f"broker at most {broker} MB of {limit}: {'under' if broker <= limit else 'OVER'}")
    for name, weight in sorted(run.weights.most.items()):
        over = " OVER" if weight // MB > limit else ""
        run.say(f"  {name:12} at most {weight // MB:5} MB{over}")


async def play(run: Run, records: Iterator[Record], minutes: float) -> bool:
    """Feed and weigh."""
    sampling = asyncio.create_task(sample(run))
    try:
        return await feed(run, records, run.began + minutes * 60)
    finally:
        sampling.cancel()


def main() -> None:
    """Start the stack, run, stop it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--tick-s", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=100.0)
    parser.add_argument("--log", type=argparse.FileType("w"), default=sys.stdout)
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with Stack(data, "up", "--no-auth") as stack:
            found = told_ports(data)
            assert found is not None
            run = Run(stack, found[0], asked.log)
            records = envelopes(load_estate(), data, asked.seed, (asked.events, asked.tick_s), run)
            done = asyncio.run(play(run, records, asked.minutes))
            tell(run, done=done)
        said = stack.said().splitlines()
        run.say(f"parts that ended by themselves: {sum(ENDED in line for line in said)}")
        for line in [line for line in said if any(word in line for word in (ENDED, *WHY))][:60]:
            run.say("  " + line)
    raise SystemExit(0 if done else 1)


if __name__ == "__main__":
    with suppress(subprocess.CalledProcessError):
        main()
