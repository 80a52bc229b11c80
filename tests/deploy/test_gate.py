"""The devices' door before a real rumqttd: who gets in, by which version, and what passes."""

import asyncio
import queue
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from deploy.embedded.gate import GateSettings, run_gate
from ingest.bridge.passwords import set_password
from tests.deploy.conftest import eventually
from tests.deploy.stack import spawn
from tests.services.process import accepts, free_port

VERSIONS = [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5]
WAIT_S = 10


@dataclass
class Doors:
    """The devices' port, and the loopback ports behind it."""

    outer: int
    inner: int


@asynccontextmanager
async def gate(folder: Path, *, auth: bool) -> AsyncIterator[Doors]:
    ports = GateSettings(
        data=folder, gate_port=free_port(), gate_auth=auth,
        mqtt_port=free_port(), mqtt5_port=free_port(),
    )  # fmt: skip
    told = {
        "SC_DATA": str(folder), "SC_MQTT_PORT": str(ports.mqtt_port),
        "SC_MQTT5_PORT": str(ports.mqtt5_port),
    }  # fmt: skip
    argv = [sys.executable, "-m", "deploy.embedded.part", "mqtt"]
    broker = spawn(argv, told, folder / "mqtt.log")
    stop = asyncio.Event()
    try:

        async def open_both() -> bool:
            return accepts(ports.mqtt_port) and accepts(ports.mqtt5_port)

        await eventually(open_both)
        running = asyncio.create_task(run_gate(ports, stop))

        async def is_open() -> bool:
            return await asyncio.to_thread(accepts, ports.gate_port)

        await eventually(is_open)
        yield Doors(ports.gate_port, ports.mqtt_port)
        stop.set()
        await running
    finally:
        broker.kill()
        broker.wait()


class Guest:
    """One MQTT client, driven from a thread of its own."""

    def __init__(
        self, version: MQTTProtocolVersion, name: str = "", login: tuple[str, str] | None = None
    ) -> None:
        self.client = Client(CallbackAPIVersion.VERSION2, name, protocol=version)
        if login:
            self.client.username_pw_set(*login)
        self.answers: queue.Queue[str] = queue.Queue()
        self.heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.subscribed = threading.Event()
        self.lost = threading.Event()
        self.client.on_connect = lambda *told: self.answers.put(str(told[3]))
        self.client.on_message = lambda _c, _d, m: self.heard.put((m.topic, bytes(m.payload)))
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.on_disconnect = lambda *_: self.lost.set()

    def comes(self, port: int) -> str:
        """Knock; the answer."""
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        return self.answers.get(timeout=WAIT_S)


@contextmanager
def guest(*args: object, **named: object) -> Iterator[Guest]:
    made = Guest(*args, **named)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.client.disconnect()
        made.client.loop_stop()


@pytest.mark.parametrize("version", VERSIONS)
async def test_both_versions_come_in_by_one_port(
    tmp_path: Path, version: MQTTProtocolVersion
) -> None:
    async with gate(tmp_path, auth=False) as doors:
        await asyncio.to_thread(exchange, doors, version)


def exchange(doors: Doors, version: MQTTProtocolVersion) -> None:
    with guest(VERSIONS[0]) as gateway, guest(version) as camera:
        assert gateway.comes(doors.inner) == "Success"
        gateway.client.subscribe("#", 1)
        assert gateway.subscribed.wait(WAIT_S)
        assert camera.comes(doors.outer) == "Success"
        large = b"p" * 3_000_000
        for payload in (b"1", large):
            camera.client.publish("devices/cam/hikvision", payload, 1).wait_for_publish(WAIT_S)
            assert gateway.heard.get(timeout=WAIT_S) == ("devices/cam/hikvision", payload)


async def test_a_password_holds_from_the_moment_it_is_given(tmp_path: Path) -> None:
    async with gate(tmp_path, auth=True) as doors:
        for version in VERSIONS:
            assert await knock(doors, version, ("cam", "right")) != "Success"
        set_password(tmp_path / "devices.json", "cam", "right")
        for version in VERSIONS:
            assert await knock(doors, version, ("cam", "right")) == "Success"
            for login in (("cam", "wrong"), ("other", "right"), None):
                assert await knock(doors, version, login) != "Success"


async def knock(
    doors: Doors, version: MQTTProtocolVersion, login: tuple[str, str] | None, name: str = ""
) -> str:
    with guest(version, name, login) as visitor:
        return await asyncio.to_thread(visitor.comes, doors.outer)


async def test_nobody_takes_the_gateways_name(tmp_path: Path) -> None:
    async with gate(tmp_path, auth=False) as doors:
        answer = await knock(doors, VERSIONS[0], None, "smart-community-embedded")
        assert answer == "Client identifier not valid"


async def test_a_device_that_wants_to_hear_all_is_let_go(tmp_path: Path) -> None:
    set_password(tmp_path / "devices.json", "cam", "right")
    async with gate(tmp_path, auth=True) as doors:
        with guest(VERSIONS[0], "", ("cam", "right")) as camera:
            assert await asyncio.to_thread(camera.comes, doors.outer) == "Success"
            camera.client.subscribe("#", 1)
            assert await asyncio.to_thread(camera.lost.wait, WAIT_S)
            assert not camera.subscribed.is_set()


async def test_a_stranger_who_says_nothing_or_nonsense_is_let_go(tmp_path: Path) -> None:
    async with gate(tmp_path, auth=True) as doors:
        reader, writer = await asyncio.open_connection("127.0.0.1", doors.outer)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await asyncio.wait_for(reader.read(), WAIT_S) == b""
        writer.close()
