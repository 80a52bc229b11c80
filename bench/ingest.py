"""Messages a second through the gateway, beside a bare paho subscriber, in one run.

In two ways: `live`, while a publisher sends as fast as the broker confirms, and `drained`, from the
queue of a persistent session that was away. Both subscribers speak MQTT 3.1.1, hear the same
messages with QoS 1 and acknowledge each by hand; the gateway also maps, seals and writes to Kafka
(Tansu) before it does. Publisher, brokers and subscriber share the machine, so the ratios count and
not the figures: by the clock, and (`cpu`) of the subscriber's own processor time, which neither the
brokers nor others on the machine matter to, since each of them is a process of its own. Rounds go
by turns, with who is first changing; of each figure the median is told, and of the ratios the
lowest too.

    python -m bench.ingest --messages 20000 --rounds 3
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import paho.mqtt.client as paho
import structlog
from iotcore import Broker
from paho.mqtt.enums import CallbackAPIVersion

from bench.one_device import site_of_one
from deploy.embedded.mqtt import MqttSettings, configuration
from ingest.catalogue import load_catalogue
from ingest.gateway import Gateway
from ingest.settings import IngestSettings
from tests.ingest.parts import Publisher, Tansu, running, tansu, topics, until
from tests.services.process import LOOPBACK, free_port

TOPIC = "devices/gate-1/hikvision"
BARE = "bare-subscriber"
LONG_S = 180.0


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
    def cpu_us(self) -> float:
        """Microseconds of the processor a message."""
        return self.cpu_s / self.messages * 1e6

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
    site = json.dumps(site_of_one("gate-1", "hikvision_isapi"))
    (data / "site.yaml").write_text(site, encoding="utf-8")
    return data / "site.yaml"


def understood(gateway: Gateway) -> float:
    """How many messages became events. Asked of the one counter, because to collect all figures
    fifty times a second would be a cost of its own.
    """
    (counter,) = gateway.metrics.understood.collect()
    return counter.samples[0].value


async def gateway_rate(data: Path, port: int, bootstrap: str, count: int, *, live: bool) -> Rate:
    """How fast the gateway is, from the first message heard to the last acknowledged."""
    found = IngestSettings(
        data=data, gateway="gw", mqtt_port=port, bootstrap=bootstrap, topic_filters=("#",),
        mqtt_version="311", site=written(data),
    )  # fmt: skip  # All else as shipped.
    gateway = Gateway(found, load_catalogue())
    if not live:
        async with running(gateway):
            pass
        await fill(port, count)
        gateway = Gateway(found, load_catalogue())
    async with running(gateway):
        publishing = asyncio.ensure_future(fill(port, count) if live else asyncio.sleep(0))
        await until(lambda: understood(gateway) > 0, LONG_S)
        began, before, used = time.perf_counter(), understood(gateway), time.process_time()
        await until(lambda: understood(gateway) >= count and not gateway.inbox.held, LONG_S)
        seconds, used = time.perf_counter() - began, time.process_time() - used
        await publishing
    return Rate(round(count - before), seconds, used)


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """The embedded stack's MQTT broker, configured as there; its port."""
    found = MqttSettings(data=folder, mqtt_port=free_port(), mqtt5_port=free_port())
    (folder / "rumqttd.toml").write_text(configuration(found), encoding="utf-8")
    with Broker(config_path=str(folder / "rumqttd.toml")):
        yield found.mqtt_port


async def round_of(kafka: Tansu, folder: Path, count: int, number: int) -> dict[str, float]:
    """Both measures in both ways, and their ratios."""
    found: dict[str, float] = {}
    for way, live in (("live", True), ("drained", False)):
        rates: dict[str, Rate] = {}
        for who in ("bare", "gateway") if number % 2 else ("gateway", "bare"):
            with broker(folder) as port:
                if who == "bare":
                    rates[who] = await bare_rate(port, count, live=live)
                else:
                    data, bootstrap = folder / f"{way}-{number}", kafka.bootstrap
                    rates[who] = await gateway_rate(data, port, bootstrap, count, live=live)
        by_clock, by_cpu = rates["gateway"].beside(rates["bare"])
        found |= {f"{way}_{who}_per_s": rate.per_s for who, rate in rates.items()}
        found |= {f"{way}_{who}_cpu_us": rate.cpu_us for who, rate in rates.items()}
        found |= {f"{way}_ratio": by_clock, f"{way}_cpu_ratio": by_cpu}
    return found


async def main(count: int, rounds: int) -> dict[str, float]:
    """The median of each figure over the rounds, and the lowest of each ratio."""
    with tempfile.TemporaryDirectory() as folder, tansu(Path(folder)) as kafka:
        await topics(kafka.bootstrap)
        all_found = [await round_of(kafka, Path(folder), count, n) for n in range(1, rounds + 1)]
    told: dict[str, float] = {"messages": count, "rounds": rounds}
    for name in all_found[0]:
        values = [found[name] for found in all_found]
        told[name] = round(median(values), 2 if name.endswith("ratio") else None)
        if name.endswith("ratio"):
            told[f"{name}_min"] = round(min(values), 2)
    return told


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--publish-to", type=int, metavar="PORT", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    if chosen.publish_to:
        asyncio.run(publish(chosen.publish_to, chosen.messages))
    else:
        print(json.dumps(asyncio.run(main(chosen.messages, chosen.rounds))))
