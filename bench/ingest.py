"""Messages a second through the gateway, beside a bare paho subscriber, in one run.

Twice each: `live`, while a publisher sends as fast as the broker confirms, and `drained`, from the
queue of a persistent session that was away. Both subscribers acknowledge each message by hand; the
gateway also maps, seals and writes to Kafka (Tansu) before it does. Publisher, brokers and
subscriber share the machine, so the ratios count and not the figures: by the clock, and (`cpu`) of
the subscriber's own processor time, which neither the brokers nor others on the machine matter to.

    python -m bench.ingest --messages 20000
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from ingest.catalogue import load_catalogue
from ingest.gateway import Gateway
from tests.ingest.parts import Publisher, figure, rumqttd, running, settings, tansu, topics, until
from tests.services.process import LOOPBACK

TOPIC = "devices/gate-1/hikvision"
BARE = "bare-subscriber"
HEARD = "understood_messages_total"
LONG_S = 180.0
SITE = """
version: 1
estates:
  - id: north-court
    name: {zh: 北苑, en: North Court}
    timezone: Asia/Shanghai
    places: [{id: gate-door, kind: door, name: {zh: 人行门, en: Pedestrian Door}}]
    devices: [{id: gate-1, adapter: hikvision_isapi, place: gate-door, kind: reader}]
"""
"""A registered device, as nearly all are."""


@dataclass(frozen=True)
class Rate:
    """How many messages in how many seconds, by the clock and of the processor."""

    messages: int
    seconds: float
    cpu_s: float

    def beside(self, other: "Rate") -> tuple[float, float]:
        """This rate as a share of another, by the clock and by the processor."""
        theirs, ours = other.cpu_s / other.messages, self.cpu_s / self.messages
        return self.per_s / other.per_s, theirs / ours

    @property
    def per_s(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


def reading(number: int) -> dict[str, Any]:
    """A face terminal's grant, as its listening host gets it; the person and card are invented."""
    second = f"{number // 1000 % 60:02d}"
    return {
        "ipAddress": "192.0.2.10",
        "macAddress": "02:00:00:00:00:01",
        "channelID": 1,
        "dateTime": f"2026-03-01T08:00:{second}+08:00",
        "activePostCount": 1,
        "eventType": "AccessControllerEvent",
        "eventState": "active",
        "eventDescription": "Access Controller Event",
        "AccessControllerEvent": {
            "deviceName": "Access Controller",
            "majorEventType": 5,
            "subEventType": 75,
            "cardNo": f"{number:010d}",
            "cardReaderNo": 1,
            "doorNo": 1,
            "employeeNoString": str(number),
            "serialNo": number,
            "currentVerifyMode": "face",
            "currentEvent": True,
        },
    }


async def fill(port: int, count: int) -> None:
    """Publish `count` readings from a process of its own, until the broker has confirmed all."""
    argv = [sys.executable, "-m", "bench.ingest", "--publish-to", str(port)]
    process = await asyncio.create_subprocess_exec(*argv, "--messages", str(count))
    if await process.wait() != 0:
        raise RuntimeError("the publisher failed; its words stand above")


async def publish(port: int, count: int) -> None:
    """What that process does."""
    devices = Publisher(port)
    for number in range(count):
        devices.send(TOPIC, reading(number))
        if number % 500 == 499:
            await devices.confirmed()
    await devices.confirmed()
    devices.close()


@contextmanager
def bare(port: int, heard: Callable[[], None]) -> Any:
    """The least that keeps a session, acknowledges by hand and counts."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id=BARE, clean_session=False, manual_ack=True
    )

    def on_message(_client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        client.ack(message.mid, 1)
        heard()

    def on_connect(*_: Any) -> None:
        client.subscribe("devices/#", qos=1)

    client.on_message = on_message
    client.on_connect = on_connect
    client.connect(LOOPBACK, port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


async def bare_rate(port: int, count: int, *, live: bool) -> Rate:
    """How fast a bare subscriber is."""
    times: list[float] = []
    used = time.process_time()
    subscribed: list[None] = []
    with bare(port, lambda: times.append(time.perf_counter())) as client:
        client.on_subscribe = lambda *_: subscribed.append(None)
        await until(lambda: subscribed)
        if live:
            await asyncio.gather(fill(port, count), until(lambda: len(times) >= count, LONG_S))
    if not live:
        await fill(port, count)
        used = time.process_time()
        with bare(port, lambda: times.append(time.perf_counter())):
            await until(lambda: len(times) >= count, LONG_S)
    return Rate(count, times[-1] - times[0], time.process_time() - used)


def written(data: Path) -> Path:
    """The site file of the one device."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "site.yaml").write_text(SITE, encoding="utf-8")
    return data / "site.yaml"


async def gateway_rate(data: Path, port: int, bootstrap: str, count: int, *, live: bool) -> Rate:
    """How fast the gateway is, from the first message heard to the last acknowledged."""
    found = settings(
        data, mqtt_port=port, bootstrap=bootstrap, topic_filters=("#",), mqtt_version="311",
        site=written(data),
    )  # fmt: skip
    gateway = Gateway(found, load_catalogue())
    if not live:
        async with running(gateway):
            pass
        await fill(port, count)
        gateway = Gateway(found, load_catalogue())
    async with running(gateway):
        publishing = asyncio.ensure_future(fill(port, count) if live else asyncio.sleep(0))
        await until(lambda: figure(gateway, HEARD) > 0, LONG_S)
        began, before, used = time.perf_counter(), figure(gateway, HEARD), time.process_time()
        await until(lambda: figure(gateway, HEARD) >= count and not gateway.inbox.held, LONG_S)
        seconds, used = time.perf_counter() - began, time.process_time() - used
        await publishing
    return Rate(round(count - before), seconds, used)


async def main(count: int) -> dict[str, float]:
    """Both measures in both ways, and their ratios."""
    found: dict[str, float] = {"messages": count}
    with tempfile.TemporaryDirectory() as folder, tansu(Path(folder)) as kafka:
        await topics(kafka.bootstrap)
        for way, live in (("live", True), ("drained", False)):
            with rumqttd() as mqtt:
                plain = await bare_rate(mqtt.port, count, live=live)
            data = Path(folder) / way
            with rumqttd() as mqtt:
                ours = await gateway_rate(data, mqtt.port, kafka.bootstrap, count, live=live)
            found[f"{way}_bare_per_s"] = round(plain.per_s)
            found[f"{way}_gateway_per_s"] = round(ours.per_s)
            ratio, by_cpu = ours.beside(plain)
            found[f"{way}_ratio"] = round(ratio, 2)
            found[f"{way}_cpu_ratio"] = round(by_cpu, 2)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--publish-to", type=int, metavar="PORT", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    if chosen.publish_to:
        asyncio.run(publish(chosen.publish_to, chosen.messages))
    else:
        print(json.dumps(asyncio.run(main(chosen.messages))))
