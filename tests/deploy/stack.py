"""The broker part as its own process, so that it can be killed, and clients to look at it with."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.deploy.conftest import eventually
from tests.services.process import free_port

ROOT = Path(__file__).parents[2]
READ_S = 10.0


@dataclass
class BrokerPart:
    """One data folder, and the part that runs on it or not."""

    data: Path
    port: int
    durable: int
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        argv = [sys.executable, "-m", "deploy.embedded.part", "broker"]
        told = {
            "SC_DATA": str(self.data), "SC_BROKER_PORT": str(self.port),
            "SC_DURABLE_PORT": str(self.durable), **self.env,
        }  # fmt: skip
        self.process = spawn(argv, told, self.data / "part.log")
        await eventually(self.is_ready)

    async def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.data / "part.log").read_text()[-2000:]
        return (await self.health()) != {}

    async def health(self) -> dict[str, object]:
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self.durable}/healthz") as answer,
            ):
                found: dict[str, object] = await answer.json()
                return found
        except aiohttp.ClientError:
            return {}

    def end(self, sign: signal.Signals) -> int:
        """End the part with a signal; its exit status."""
        assert self.process is not None
        self.process.send_signal(sign)
        return self.process.wait(20)

    def tansu(self) -> int:
        """The process id of the part's Tansu."""
        assert self.process is not None
        said = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)],
            capture_output=True, check=True, text=True,
        )  # fmt: skip
        return int(said.stdout.split()[0])

    async def stored(self, topic: str, partition: int, offset: int) -> int:
        """The status of the answer."""
        body = {"topic": topic, "partition": partition, "offset": offset}
        url = f"http://127.0.0.1:{self.durable}/stored"
        async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
            return answer.status

    async def confirm(self, *sent: Any) -> None:
        """Wait until every one of these records is stored."""
        last: dict[tuple[str, int], int] = {}
        for each in sent:
            place = (each.topic, each.partition)
            last[place] = max(last.get(place, 0), each.offset)
        for (topic, partition), offset in last.items():
            assert await self.stored(topic, partition, offset) == 200

    async def send(self, topic: str, *items: tuple[int, str | None, bytes | None]) -> list[Any]:
        """Write (partition, key, value) and return what the broker said."""
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all") as producer:
            waiting = [
                await producer.send(topic, value, key=key.encode() if key else None, partition=p)
                for p, key, value in items
            ]
            return [await each for each in waiting]

    async def read(self, topic: str, partition: int) -> dict[int, tuple[str | None, bytes | None]]:
        """All of a partition but the markers: key and value by offset."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=20
        )
        await consumer.start()
        spot = TopicPartition(topic, partition)
        consumer.assign([spot])
        found: dict[int, tuple[str | None, bytes | None]] = {}
        deadline = time.monotonic() + READ_S
        while await consumer.position(spot) < (consumer.highwater(spot) or 1):
            assert time.monotonic() < deadline
            for record in (await consumer.getmany(timeout_ms=50)).get(spot, []):
                if record.key != b"seed":
                    key = record.key.decode() if record.key else None
                    found[record.offset] = (key, record.value)
        await consumer.stop()
        return found


def spawn(argv: list[str], env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process of the project; its words go to `log`."""
    with log.open("ab") as words:
        whole = {**os.environ, **env}
        return subprocess.Popen(argv, cwd=ROOT, env=whole, stdout=words, stderr=words)


def is_gone(pid: int) -> bool:
    """Whether the process has ended, also when nobody has looked at it since."""
    said = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return not said.stdout.strip() or said.stdout.startswith(b"Z")


@contextmanager
def broker_part(data: Path, **env: str) -> Iterator[BrokerPart]:
    """A part that is not started yet; whatever runs at the end is killed."""
    part = BrokerPart(data, free_port(), free_port(), env)
    try:
        yield part
    finally:
        if part.process is not None and part.process.poll() is None:
            part.end(signal.SIGKILL)
