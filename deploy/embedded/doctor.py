"""What `doctor` looks at: each connection once, each finding one line that says how to mend it."""

import asyncio
import os
import shutil
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from deploy.embedded import packets
from deploy.embedded.child import ask
from deploy.embedded.parts import LOOPBACK, Ports
from deploy.embedded.place import told_ports
from deploy.embedded.store import NAME as KEEPER_FILE
from ingest.bridge.passwords import PasswordFileError, read_passwords
from schemas.site_files import load_site
from schemas.topics import ALL_TOPICS, PARTITIONS
from schemas.yaml_file import FileFaults

ROOM_MB_MIN = 1024
MB = 1024 * 1024
WAIT_S = 5.0
# A CONNECT of MQTT 3.1.1 with no client id, a clean session and a keep-alive of 10 s.
CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x0a\x00\x00"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `words` say what is so, or what to mend."""

    what: str
    good: bool
    words: str

    def line(self) -> str:
        """As it is printed."""
        return f"{'ok  ' if self.good else 'MEND'}  {self.what:<12} {self.words}"


async def examine(data: Path, site: Path | None) -> list[Finding]:
    """Look at everything. Never raises: what fails is a finding."""
    told = told_ports(data)
    ports = told[0] if told else None
    steady = [look_at_folder(data), look_at_site(site), look_at_passwords(data)]
    looked = await asyncio.gather(*(look() for look in _connections(ports)))
    return [finding for finding in (*steady, *looked) if finding is not None]


Look = Callable[[], Coroutine[Any, Any, Finding]]


def _connections(ports: Ports | None) -> list[Look]:
    env = os.environ
    kafka = f"{LOOPBACK}:{ports.broker}" if ports else env.get("SC_BOOTSTRAP", "127.0.0.1:9092")
    mqtt_host = LOOPBACK if ports else env.get("SC_MQTT_HOST", LOOPBACK)
    mqtt_port = ports.mqtt_inner if ports else int(env.get("SC_MQTT_PORT", "1883"))
    partitions = PARTITIONS if ports else int(env.get("SC_PARTITIONS", PARTITIONS))
    looks: list[Look] = [
        lambda: look_at_kafka(kafka, partitions),
        lambda: look_at_mqtt(mqtt_host, mqtt_port),
    ]
    if influx := env.get("SC_INFLUX_URL"):
        looks.append(lambda: look_at_http("InfluxDB", f"{influx.rstrip('/')}/health"))
    if ports:
        for name, port in (
            ("broker", ports.durable), ("ingest", ports.ingest_health),
            ("bridge", ports.bridge_health), ("processors", ports.process_health),
            ("sink", ports.sink_health), ("afterwards", ports.afterwards_health),
            ("page", ports.http),
        ):  # fmt: skip
            url = f"http://{LOOPBACK}:{port}/healthz"
            looks.append(lambda name=name, url=url: look_at_http(name, url))  # type: ignore[misc]
    return looks


def look_at_folder(data: Path) -> Finding:
    """Whether the folder can be written to and has room."""
    if not data.is_dir():
        return Finding("folder", False, f"{data} is not there: mend --data, or start the stack")
    if not os.access(data, os.W_OK):
        return Finding("folder", False, f"{data} cannot be written to: mend its owner or rights")
    room = shutil.disk_usage(data).free // MB
    if room < ROOM_MB_MIN:
        return Finding("folder", False, f"{data} has {room} MB left: make room, 1 GB at least")
    keeper = data / KEEPER_FILE
    kept = f", {keeper.stat().st_size // MB} MB kept" if keeper.exists() else ""
    return Finding("folder", True, f"{data}, {room} MB free{kept}")


def look_at_site(site: Path | None) -> Finding | None:
    """Whether the site file holds; nothing where none is given."""
    if site is None:
        return None
    try:
        estates = load_site(site).estates
    except FileFaults as error:
        more = f" (and {len(error.faults) - 1} more)" if len(error.faults) > 1 else ""
        return Finding("site file", False, f"{error.faults[0]}{more}")
    devices = sum(len(estate.devices) for estate in estates)
    return Finding("site file", True, f"{len(estates)} estates, {devices} devices")


def look_at_passwords(data: Path) -> Finding:
    """Whether the devices' passwords can be read."""
    try:
        known = read_passwords(data / "devices.json")
    except PasswordFileError as error:
        return Finding("passwords", False, str(error))
    return Finding("passwords", True, f"{len(known.devices)} devices have one")


async def look_at_kafka(bootstrap: str, partitions: int = PARTITIONS) -> Finding:
    """Whether the broker answers and has the topics, each with so many partitions."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, request_timeout_ms=int(WAIT_S * 1000))
    try:
        await consumer.start()
        there = await consumer.topics()
        counts = {t.name: len(consumer.partitions_for_topic(t.name) or ()) for t in ALL_TOPICS}
    except (KafkaError, OSError):
        why = f"nobody answers at {bootstrap}: start it, or mend SC_BOOTSTRAP"
        return Finding("Kafka", False, why)
    finally:
        await consumer.stop()
    missing = [topic.name for topic in ALL_TOPICS if topic.name not in there]
    if missing:
        why = f"{missing[0]} is missing at {bootstrap}: run `install-topics`"
        return Finding("Kafka", False, why)
    fault = partitions_fault(counts, partitions)
    return Finding("Kafka", not fault, fault or f"{bootstrap}, {len(ALL_TOPICS)} topics")


def partitions_fault(counts: Mapping[str, int], partitions: int) -> str:
    """What is wrong with how many partitions each topic has; empty when each has `partitions`."""
    found = set(counts.values())
    if found == {partitions}:
        return ""
    if len(found) == 1:
        there = found.pop()
        return (
            f"topics have {there} partitions, not {partitions}: give process SC_PARTITIONS={there}"
        )
    odd, there = min(counts.items(), key=lambda one: list(counts.values()).count(one[1]))
    return (
        f"{odd} has {there} partitions, others have not: stop all parts, and once nothing in it is "
        "needed any more delete that topic and run `install-topics`"
    )


async def look_at_mqtt(host: str, port: int) -> Finding:
    """Whether an MQTT broker answers there, by its own words to a stranger."""
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(WAIT_S):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(CONNECT)
            answer = await reader.read(4)
            writer.close()
    except (OSError, TimeoutError):
        return Finding("MQTT", False, f"nobody answers at {where}: start it, or mend SC_MQTT_PORT")
    header = packets.read_header(answer)
    if header is None or header.kind != packets.CONNACK:
        return Finding("MQTT", False, f"{where} does not speak MQTT 3.1.1: mend SC_MQTT_PORT")
    return Finding("MQTT", True, where)


async def look_at_http(what: str, url: str) -> Finding:
    """Whether an address answers 200."""
    status, said = await ask(url)
    if status == 200:
        return Finding(what, True, url)
    if status == 0:
        return Finding(what, False, f"nobody answers at {url}: start it; its log is in DATA/logs")
    return Finding(what, False, f"{url} answers {status} {said or ''}: see its log in DATA/logs")
