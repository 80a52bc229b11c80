"""The gateway between the brokers of the wheels: rumqttd, which speaks 3.1.1, and Tansu."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from iotcore import Broker

from ingest.clock import DEMO_CLOCK_TOPIC
from ingest.gateway import Gateway
from ingest.gateway.quarantine_store import read_notes
from ingest.skew import SAMPLES
from schemas.base import parse_instant
from tests.ingest.images import base64_of, jpeg
from tests.ingest.parts import (
    Proxy,
    Publisher,
    Reader,
    Tansu,
    figure,
    probe_catalogue,
    rumqttd,
    running,
    settings,
    tansu,
    topics,
    until,
)

AT = 1_772_000_000_000


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tansu]:
    with tansu(tmp_path_factory.mktemp("tansu")) as broker:
        asyncio.run(topics(broker.bootstrap))
        yield broker


@pytest.fixture
def mqtt() -> Iterator[Broker]:
    with rumqttd() as broker:
        yield broker


@dataclass
class Scene:
    """A gateway's surroundings in one test. Its readings carry a mark of their own."""

    data: Path
    mqtt: Broker
    kafka: Tansu
    devices: Publisher
    log: Reader
    rejected: Reader

    def gateway(self, **changes: Any) -> Gateway:
        usual: dict[str, Any] = {
            "mqtt_port": self.mqtt.port, "bootstrap": self.kafka.bootstrap, "kafka_timeout_s": 1.0,
            "topic_filters": ("#",), "mqtt_version": "311",
        }  # fmt: skip
        return Gateway(settings(self.data, **usual | changes), probe_catalogue())

    def publish(self, count: int, *, start: int = 0) -> None:
        for number in range(start, start + count):
            reading = {"type": "door.opened", "device": "d", "sequence": number}
            self.devices.send("probe/d", reading | {"native": self.mark})

    @property
    def mark(self) -> str:
        return self.data.name

    @property
    def sequences(self) -> list[int]:
        """The readings' numbers as they stand in the log."""
        return [event["data"]["sequence"] for event in self.readings]

    @property
    def readings(self) -> list[dict[str, Any]]:
        return [e for e in self.log.of_type("door.opened") if e["data"].get("native") == self.mark]

    async def have(self, count: int) -> None:
        await self.log.read_until(lambda _: len(set(self.sequences)) >= count)


@pytest.fixture
async def scene(tmp_path: Path, mqtt: Broker, kafka: Tansu) -> AsyncIterator[Scene]:
    log = Reader(kafka.bootstrap, "community.events")
    async with log, Reader(kafka.bootstrap, "community.rejected") as rejected:
        scene = Scene(tmp_path, mqtt, kafka, Publisher(mqtt.port), log, rejected)
        yield scene
        scene.devices.close()


@asynccontextmanager
async def once(scene: Scene, **changes: Any) -> AsyncIterator[Gateway]:
    async with running(scene.gateway(**changes)) as gateway:
        yield gateway


async def test_readings_stand_in_the_log_in_their_order(scene: Scene) -> None:
    async with once(scene) as gateway:
        scene.publish(600)
        await scene.have(600)
        await until(lambda: gateway.inbox.held == 0)

    assert scene.sequences == list(range(600))


async def test_a_broker_without_mqtt_5_is_spoken_to_in_3(scene: Scene) -> None:
    async with once(scene, mqtt_version="auto"):
        scene.publish(1)
        await scene.have(1)


async def test_what_is_not_understood_is_kept_and_acknowledged(scene: Scene) -> None:
    async with once(scene) as gateway:
        scene.devices.send("probe/d", b"{ no json of " + scene.mark.encode())
        await scene.rejected.read_until(lambda reader: reader.records)
        await until(lambda: gateway.inbox.held == 0)

    records = [json.loads(record.value) for record in scene.rejected.records]
    assert any(r["reason"].startswith("is not JSON") and r["topic"] == "probe/d" for r in records)


async def test_readings_sent_while_the_gateway_was_away_come_before_its_next_tick(
    scene: Scene,
) -> None:
    async with once(scene):
        scene.publish(1)
        await scene.have(1)
    scene.publish(500, start=1)
    await scene.devices.confirmed()
    async with once(scene):
        await scene.have(501)
        seen = len(scene.log.of_type("clock.ticked"))
        await scene.log.read_until(lambda log: len(log.of_type("clock.ticked")) >= seen + 2)

    events = scene.log.events
    last_reading = max(i for i, e in enumerate(events) if e["data"].get("native") == scene.mark)
    away = parse_instant(scene.readings[1]["data"]["received_at"])
    ticks = [i for i, e in enumerate(events) if e["type"] == "clock.ticked" and is_after(e, away)]
    assert ticks
    assert min(ticks) > last_reading


def is_after(event: dict[str, Any], instant: int) -> bool:
    return parse_instant(event["time"]) >= instant


async def test_a_restart_with_its_session_claims_no_gap(scene: Scene) -> None:
    async with once(scene) as gateway:
        first = gateway.memory.keeper.since
    async with once(scene) as gateway:
        assert gateway.memory.keeper.since == first is not None


async def test_a_restarted_broker_that_forgot_us_is_a_gap(scene: Scene) -> None:
    async with once(scene) as gateway:
        first = gateway.memory.keeper.since
        scene.mqtt.stop()
        await until(lambda: gateway.worker.ready is None)
        scene.mqtt.start()
        await until(lambda: gateway.worker.ready is not None)
        assert (gateway.memory.keeper.since or 0) > (first or 0)
        scene.devices.close()
        scene.devices = Publisher(scene.mqtt.port)
        scene.publish(1)
        await scene.have(1)


async def test_a_cut_connection_loses_nothing_and_invents_nothing(scene: Scene) -> None:
    async with Proxy(scene.mqtt.port) as proxy, once(scene, mqtt_port=proxy.port) as gateway:
        for burst in range(3):
            scene.kafka.freeze()
            try:
                scene.publish(300, start=burst * 300)
                await until(lambda: gateway.inbox.held >= 100)
                proxy.cut()
            finally:
                scene.kafka.thaw()
            await scene.have(300 * (burst + 1))
            await until(lambda: gateway.worker.ready is not None)
        assert figure(gateway, "repeated_messages_total") > 0

    assert sorted(set(scene.sequences)) == list(range(900))
    copies = Counter((event["id"], json.dumps(event)) for event in scene.readings)
    assert sum(copies.values()) > len(copies) == 900


async def test_with_kafka_hanging_nothing_is_acknowledged_and_nothing_lost(scene: Scene) -> None:
    async with once(scene) as gateway:
        scene.publish(1)
        await scene.have(1)
        await until(lambda: gateway.inbox.held == 0)
        acked = figure(gateway, "acknowledged_messages_total")
        scene.kafka.freeze()
        try:
            scene.publish(300, start=1)
            await until(lambda: figure(gateway, "kafka_retries_total") > 0)
            assert figure(gateway, "acknowledged_messages_total") == acked
            assert gateway.inbox.held <= gateway.settings.in_flight
        finally:
            scene.kafka.thaw()
        await scene.have(301)
        await until(lambda: gateway.inbox.held == 0)

    assert sorted(set(scene.sequences)) == list(range(301))


async def test_with_kafka_away_for_long_the_broker_is_let_go_and_taken_up_again(
    scene: Scene,
) -> None:
    async with once(scene, stall_s=0.3) as gateway:
        since = gateway.memory.keeper.since
        scene.kafka.freeze()
        try:
            scene.publish(300)
            await until(lambda: gateway.link.connection is None and gateway.worker.stalled)
        finally:
            scene.kafka.thaw()
        await scene.have(300)
        await until(lambda: gateway.worker.ready is not None)
        assert gateway.memory.keeper.since == since

    assert len({event["id"] for event in scene.readings}) == 300


async def test_more_than_may_be_held_is_left_with_the_broker(scene: Scene) -> None:
    async with once(scene, in_flight=50) as gateway:
        scene.kafka.freeze()
        try:
            scene.publish(500)
            await scene.devices.confirmed()
            await until(lambda: gateway.inbox.is_full)
            assert gateway.inbox.held <= 51
        finally:
            scene.kafka.thaw()
        await scene.have(500)

    assert sorted(set(scene.sequences)) == list(range(500))


async def test_a_clock_four_minutes_ahead_is_measured_and_taken_off(scene: Scene) -> None:
    async with once(scene) as gateway:
        await until(lambda: gateway.memory.keeper.live)
        for number in range(SAMPLES + 1):
            at = gateway.memory.clock.now() + 240_000
            reading = {"type": "door.opened", "device": "d", "sequence": number, "at": at}
            scene.devices.send("probe/d", reading | {"native": scene.mark})
            await scene.devices.confirmed()
        await scene.have(SAMPLES + 1)

    times = [
        [parse_instant(e["time"]), parse_instant(e["data"]["received_at"])] for e in scene.readings
    ]
    sources = [event["data"].get("time_from") for event in scene.readings]
    assert sources[: SAMPLES - 1] == [None] * (SAMPLES - 1)  # The default: by the receipt.
    assert sources[SAMPLES] == "device"
    assert all(received - 30_000 < time <= received for time, received in times)


SITE = """
version: 1
estates:
  - id: %s
    name: {zh: 湖畔, en: Lakeside}
    lateness_s: %s
    places: [{id: gate, kind: gate, name: {zh: 门, en: Gate}}]
    devices: [{id: %s, adapter: probe, ids: [d], place: gate}]
"""


async def test_a_site_is_announced_before_anything_is_mapped_by_it(scene: Scene) -> None:
    site = scene.data / "site.yaml"
    site.write_text(SITE % (scene.mark, 2, "door-1"))
    async with once(scene, site=site, site_poll_s=0.05):
        scene.publish(1)
        await scene.have(1)
        site.write_text(SITE % (scene.mark, 30, "door-two"))
        await scene.log.read_until(lambda _: len(configs(scene)) == 2)
        scene.publish(1, start=1)
        await scene.have(2)

    ours = [e for e in scene.log.events if e["source"].startswith(f"/{scene.mark}/")]
    happened = [e["type"] for e in ours if e["type"] != "clock.ticked"]
    assert happened == ["config.activated", "door.opened"] * 2
    assert [e["data"]["config"]["lateness_s"] for e in configs(scene)] == [2.0, 30.0]
    assert [event["data"]["device"] for event in scene.readings] == ["door-1", "door-two"]


async def test_who_is_in_no_site_speaks_for_itself_until_it_is_adopted(scene: Scene) -> None:
    site, part = scene.data / "site.yaml", scene.data / "adopted.yaml"
    site.write_text("include: ['adopted*.yaml']\n" + SITE % (scene.mark, 2, "other"))
    site.write_text(site.read_text().replace("ids: [d]", "ids: [e]"))
    async with once(scene, site=site, site_poll_s=0.05) as gateway:
        scene.publish(1)
        await scene.have(1)
        assert list(gateway.quarantine.notes) == ["d"]

        part.write_text("devices:\n  nowhere: []\n")
        await until(lambda: figure(gateway, "site_faults") == 1)
        assert "adopted.yaml:2: devices.nowhere: 'nowhere' is not" in str(gateway.health()["site"])
        adopted = "{id: door-1, adapter: probe, ids: [d], place: gate}"
        part.write_text(f"devices:\n  {scene.mark}:\n    - {adopted}\n")
        await until(lambda: not gateway.quarantine.notes)
        await until(lambda: figure(gateway, "site_faults") == 0)
        await until(lambda: gateway.worker.intake.mapper.registry.knows("x", "d"))
        scene.publish(1, start=1)
        await scene.have(2)

    assert [event["source"] for event in scene.readings] == ["/estate/d", f"/{scene.mark}/door-1"]
    assert read_notes(scene.data / "gw.quarantine.db") == []


async def test_what_an_unregistered_device_said_outlives_the_gateway(scene: Scene) -> None:
    async with once(scene):
        scene.publish(2)
        await scene.have(2)
    (note,) = read_notes(scene.data / "gw.quarantine.db")

    assert (note.name, note.messages, note.types) == ("d", 2, {"door.opened": 2})
    assert scene.gateway().quarantine.notes == {"d": note}


def configs(scene: Scene) -> list[dict[str, Any]]:
    found = scene.log.of_type("config.activated")
    return [event for event in found if event["data"]["place"] == scene.mark]


async def test_in_a_demo_the_simulator_tells_the_time(scene: Scene) -> None:
    async with once(scene, demo=True, gateway="demo"):
        scene.devices.send(DEMO_CLOCK_TOPIC, {"at": AT})
        scene.publish(1)
        scene.devices.send(DEMO_CLOCK_TOPIC, {"at": "2026-02-25T06:13:21Z"})
        await scene.have(1)
        await scene.log.read_until(lambda _: len(demo_ticks(scene)) == 2)

    (reading,) = scene.readings
    assert parse_instant(reading["data"]["received_at"]) == AT
    assert [parse_instant(event["time"]) for event in demo_ticks(scene)] == [AT, AT + 1000]


def demo_ticks(scene: Scene) -> list[dict[str, Any]]:
    return [e for e in scene.log.of_type("clock.ticked") if e["data"]["device"] == "demo"]


def with_picture(scene: Scene) -> dict[str, Any]:
    shown = {"name": "n.jpg", "kind": "scene", "content": base64_of(jpeg(scene.mark.encode()))}
    reading = {"type": "door.opened", "device": "d", "sequence": 0, "native": scene.mark}
    return reading | {"pictures": [shown]}


async def test_a_picture_is_on_disk_when_its_event_stands_in_the_log(scene: Scene) -> None:
    async with once(scene, pictures_spare_bytes=0) as gateway:
        scene.devices.send("probe/d", with_picture(scene))
        await scene.have(1)
        (event,) = scene.readings
        (kept,) = (scene.data / "pictures" / "estate").glob("*/*.jpg")

        assert event["data"]["pictures"] == [f"picture:{kept.name}"]
        assert kept.read_bytes() == jpeg(scene.mark.encode())
        assert gateway.health()["pictures"] == "kept"


async def test_a_picture_that_cannot_be_kept_costs_no_event(scene: Scene) -> None:
    (scene.data / "in-the-way").write_text("no folder")
    async with once(scene, pictures=scene.data / "in-the-way") as gateway:
        scene.devices.send("probe/d", with_picture(scene))
        await scene.have(1)
        (event,) = scene.readings

        assert "pictures" not in event["data"]
        told = gateway.health()
        assert told["ok"]
        assert told["pictures"] != "kept"
        counted = {"outcome": "not_kept"}
        name = "smart_community_ingest_pictures_total"
        assert gateway.metrics.registry.get_sample_value(name, counted) == 1
