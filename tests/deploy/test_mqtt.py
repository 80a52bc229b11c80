"""The embedded MQTT broker: what it hears, and what it keeps in order for one who is away."""

import asyncio
import queue
import sys
import tomllib
from itertools import cycle
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from deploy.embedded.mqtt import MqttSettings, configuration
from deploy.embedded.parts import ALL_TOPICS
from tests.deploy.conftest import eventually
from tests.deploy.stack import spawn
from tests.services.process import accepts, free_port

QUEUED = 500


def test_it_hears_loopback_only_in_both_versions() -> None:
    told = tomllib.loads(configuration(MqttSettings(mqtt_port=1, mqtt5_port=2)))
    assert told["v4"]["1"]["listen"] == "127.0.0.1:1"
    assert told["v5"]["1"]["listen"] == "127.0.0.1:2"


async def test_a_gateway_that_was_away_gets_what_came_meanwhile_in_order(tmp_path: Path) -> None:
    """By one filter, that is: by several, messages of their topics overtake each other."""
    port, other = free_port(), free_port()
    told = {"SC_DATA": str(tmp_path), "SC_MQTT_PORT": str(port), "SC_MQTT5_PORT": str(other)}
    argv = [sys.executable, "-m", "deploy.embedded.part", "mqtt"]
    broker = spawn(argv, told, tmp_path / "log")

    async def is_open() -> bool:
        return accepts(port)

    try:
        await eventually(is_open)
        await asyncio.to_thread(be_away, port)
    finally:
        broker.kill()
        broker.wait()
    assert (tmp_path / "log").read_text() == "", "the broker writes no line for every packet"


def be_away(port: int) -> None:
    heard: queue.Queue[bytes] = queue.Queue()
    for turn in range(2):
        gateway = client("gateway", clean=False)
        ready: queue.Queue[Any] = queue.Queue()
        gateway.on_message = lambda _c, _d, message: heard.put(bytes(message.payload))
        gateway.on_connect = lambda _c, _d, flags, _r, _p, ready=ready: ready.put(flags)
        gateway.on_subscribe = lambda *_, ready=ready: ready.put(None)
        gateway.connect("127.0.0.1", port)
        gateway.loop_start()
        assert ready.get(timeout=10).session_present == bool(turn)
        if turn == 0:
            gateway.subscribe(ALL_TOPICS, 1)
            ready.get(timeout=10)
            leave(gateway)
            send(port)
        else:
            assert [heard.get(timeout=10) for _ in range(QUEUED)] == payloads()
            leave(gateway)


def payloads() -> list[bytes]:
    return [b"%d" % number for number in range(QUEUED)]


def send(port: int) -> None:
    device = client("device", clean=True)
    device.connect("127.0.0.1", port)
    device.loop_start()
    topics = ("devices/a/b", "smart-community/gateway/clock", "esprfid/send")
    pairs = zip(cycle(topics), payloads(), strict=False)
    for sent in [device.publish(topic, payload, 1) for topic, payload in pairs]:
        sent.wait_for_publish(10)
    leave(device)


def client(name: str, *, clean: bool) -> Client:
    version = MQTTProtocolVersion.MQTTv311
    return Client(CallbackAPIVersion.VERSION2, name, protocol=version, clean_session=clean)


def leave(guest: Client) -> None:
    guest.disconnect()
    guest.loop_stop()
