"""A bridge between HTTP clients and a real MQTT broker, and a subscriber that keeps what came."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from ingest.bridge.service import Bridge
from ingest.message import Message
from tests.ingest.parts import settings, until
from tests.services.process import LOOPBACK

LIMIT = 64 * 1024
HEARD_AT = 1_772_500_000_000


@dataclass
class Listening:
    """A subscriber that keeps what came."""

    port: int
    heard: list[tuple[str, bytes]] = field(default_factory=list)

    def __enter__(self) -> "Listening":
        self._ready = False
        self._client = client = paho.Client(CallbackAPIVersion.VERSION2)
        client.on_message = lambda _c, _d, m: self.heard.append((m.topic, bytes(m.payload)))
        client.on_subscribe = lambda *_: setattr(self, "_ready", True)
        client.connect(LOOPBACK, self.port)
        client.loop_start()
        client.subscribe("devices/#", qos=1)
        return self

    def messages(self) -> list[Message]:
        """What came, as a gateway hears it."""
        return [Message(topic, body, HEARD_AT) for topic, body in self.heard]

    async def ready(self) -> None:
        await until(lambda: self._ready)

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@asynccontextmanager
async def bridging(data: Path, port: int, **changes: Any) -> AsyncIterator[Bridge]:
    usual: dict[str, Any] = {
        "mqtt_port": port, "bridge_port": 0, "mqtt_version": "311", "bridge_body_bytes": LIMIT,
    }  # fmt: skip
    bridge = Bridge(settings(data, **usual | changes))
    stop = asyncio.Event()
    task = asyncio.create_task(bridge.run(stop))
    try:
        await until(lambda: bool(bridge.health()["ok"]) or task.done())
        yield bridge
    finally:
        stop.set()
        await task


def url(bridge: Bridge, path: str) -> str:
    return f"http://{LOOPBACK}:{bridge.port}{path}"
