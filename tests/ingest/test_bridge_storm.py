"""Nothing is lost and nothing is told twice when the broker goes away under many devices."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from iotcore import Broker

from tests.ingest.bridge_parts import Listening, bridging, url
from tests.ingest.parts import rumqttd, until
from tests.ingest.scripted_broker import ScriptedBroker
from tests.ingest.storm import Device, fleet, ids_of, storm, write_settings
from tests.services import mosquitto as mosquitto_service
from tests.services.fixtures import running
from tests.services.mosquitto import Mosquitto

DEVICES = 200
OUTAGE_S = 3.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with running(mosquitto_service.start, tmp_path / "mqtt") as service:
        yield service


@pytest.mark.services
async def test_two_hundred_devices_and_a_broker_that_stops(
    tmp_path: Path, broker: Mosquitto
) -> None:
    devices = fleet(DEVICES, readings=4, again_s=0.5)
    found = await storm(tmp_path, broker, devices, OUTAGE_S, pause_s=1.0)

    assert found.refusals > DEVICES
    assert set(found.ids) == found.wanted
    assert {subject for subject, ids in found.ids.items() if len(ids) > 1} == set()


@pytest.fixture
def mqtt() -> Iterator[Broker]:
    with rumqttd() as running_broker:
        yield running_broker


@pytest.mark.parametrize("kind", ["hikvision", "itsapi", "zkteco", "vzenith"])
async def test_with_the_broker_away_a_device_keeps_what_it_has(
    tmp_path: Path, mqtt: Broker, kind: str
) -> None:
    device = Device(kind, 7, readings=2, again_s=0.1)
    write_settings(tmp_path, [device])
    async with bridging(tmp_path, mqtt.port) as bridge, ClientSession() as web:
        device.base = url(bridge, "")
        mqtt.stop()
        await until(lambda: not bridge.health()["ok"])
        living = asyncio.create_task(device.live(web, 0.05))
        await until(lambda: device.refusals > 5)
        assert not living.done()
        with rumqttd(mqtt.port), Listening(mqtt.port) as listening:
            await listening.ready()
            await living
            await until(lambda: len(ids_of(listening.messages())) == 2)

    ids = ids_of(listening.messages())
    assert {subject: len(found) for subject, found in ids.items()} == {
        device.subject(0): 1, device.subject(1): 1,
    }  # fmt: skip


async def test_a_message_whose_confirmation_was_lost_comes_again_and_is_one_event(
    tmp_path: Path,
) -> None:
    device = Device("hikvision", 7, readings=1, again_s=0.1)
    write_settings(tmp_path, [device])
    async with ScriptedBroker(confirms_publish=False) as broker:
        quick = {"bridge_wait_s": 0.2}
        async with bridging(tmp_path, broker.port, **quick) as bridge, ClientSession() as web:
            device.base = url(bridge, "")
            living = asyncio.create_task(device.live(web, 0.05))
            await until(lambda: device.refusals >= 2)
            broker.confirms_publish = True
            await living
    assert len(broker.published) >= 3
    assert len(set(broker.published)) == 1
