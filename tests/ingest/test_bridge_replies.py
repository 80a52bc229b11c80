"""Answers on MQTT between a device, the bridge, a gateway's session and a real mosquitto, with the
access list that is shipped.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.bridge.service import Bridge
from ingest.mapping import Mapper
from ingest.message import Message
from ingest.registry import Registry
from ingest.settings import IngestSettings
from ingest.topics import RELAY
from schemas.events import Event
from tests.ingest.bridge_parts import bridging
from tests.ingest.cases import shipped
from tests.ingest.parts import until
from tests.repo.tree import ROOT
from tests.services import mosquitto as mosquitto_service
from tests.services.fixtures import running
from tests.services.mosquitto import Mosquitto
from tests.services.process import LOOPBACK

pytestmark = pytest.mark.services
GATE = "1299523"
USERS = {"gateway": "g", "bridge": "b", GATE: "d", "stranger": "s"}
RECORD = {
    "operator": "RecPush",
    "info": {
        "customId": "E-17", "personId": "22", "RecordID": "389", "VerifyStatus": "1",
        "PersonType": "0", "similarity1": "94.000000", "Sendintime": 1, "personName": "Nobody",
        "facesluiceId": GATE, "time": "2026-03-01 08:00:00",
    },
}  # fmt: skip
ACL = ROOT / "deploy/compose/acl"


class Client:
    """A client of the broker under a name of the access list; keeps what it hears."""

    def __init__(self, port: int, user: str, *filters: str, keeps: bool = False) -> None:
        """`keeps`: its session goes on while it is away, as a gateway's does."""
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=user, protocol=MQTTProtocolVersion.MQTTv5
        )
        self.heard: list[tuple[str, bytes]] = []
        self.subscribed = not filters
        client.username_pw_set(user, USERS[user])
        client.on_message = lambda _c, _d, m: self.heard.append((m.topic, bytes(m.payload)))
        client.on_subscribe = lambda *_: setattr(self, "subscribed", True)
        wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        wishes.SessionExpiryInterval = 3600 if keeps else 0
        client.connect(LOOPBACK, port, clean_start=not keeps, properties=wishes)
        client.loop_start()
        if filters:
            client.subscribe([(pattern, 1) for pattern in filters])

    def tell(self, topic: str, content: Any, *, retain: bool = False) -> None:
        """Publish JSON, with QoS 0 as face gates do."""
        self._client.publish(topic, json.dumps(content), retain=retain)

    def close(self) -> None:
        """Go away; the session stays if it was to."""
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    def start(data: Path) -> Mosquitto:
        users = mosquitto_service.write_password_file(tmp_path / "users", USERS)
        return mosquitto_service.start(data, users, extra=[f"acl_file {ACL}"])

    with running(start, tmp_path / "mqtt") as service:
        yield service


@asynccontextmanager
async def answering(data: Path, port: int) -> AsyncIterator[Bridge]:
    """A bridge that has subscribed, speaking MQTT 5 under its own name."""
    own = {"mqtt_version": "5", "mqtt_user": "bridge", "mqtt_password": USERS["bridge"]}
    async with bridging(data, port, **own) as bridge:
        await until(lambda: bridge.listens)
        yield bridge


def face_filters() -> list[str]:
    """What a gateway subscribes to for face gates, by its own settings."""
    return [prefix + "mqtt/face/#" for prefix in IngestSettings().topic_prefixes]


def records_of(gateway: Client) -> list[tuple[str, bytes]]:
    """The records a gateway has heard; it hears the bridge's answers to the gate as well."""
    return [told for told in gateway.heard if told[0].endswith("/Rec")]


def events_of(heard: list[tuple[str, bytes]]) -> list[Event]:
    """What a gateway makes of messages."""
    mapper, found = Mapper(shipped(), Registry(None)), []
    for topic, payload in heard:
        read = mapper.read(Message(topic.removeprefix(RELAY), payload, 1_800_000_000_000))
        assert isinstance(read, list), read
        found += read
    return found


async def test_a_record_is_answered_once_a_gateway_that_is_away_holds_it(
    tmp_path: Path, broker: Mosquitto
) -> None:
    gateway = Client(broker.port, "gateway", *face_filters(), keeps=True)
    await until(lambda: gateway.subscribed)
    gateway.close()
    device = Client(broker.port, GATE, f"mqtt/face/{GATE}")
    await until(lambda: device.subscribed)
    async with answering(tmp_path, broker.port):
        device.tell(f"mqtt/face/{GATE}/Rec", RECORD)
        await until(lambda: device.heard)
        gateway = Client(broker.port, "gateway", *face_filters(), keeps=True)
        await until(lambda: gateway.heard)
        device.tell(f"mqtt/face/{GATE}/Rec", RECORD)
        await until(lambda: len(records_of(gateway)) >= 3)
    device.close()
    gateway.close()

    (topic, answer) = device.heard[0]
    said = {"PushAckType": 2, "SnapOrRecordID": 389}
    assert (topic, json.loads(answer)["info"]) == (f"mqtt/face/{GATE}", said)
    records = records_of(gateway)
    assert records[0][0] == f"relay/mqtt/face/{GATE}/Rec"
    events = events_of(records)
    assert len(events) >= 3
    assert len({event.id for event in events}) == 1
    assert events[0].type == "access.granted"


async def test_a_record_that_no_gateway_would_hold_is_not_answered(
    tmp_path: Path, broker: Mosquitto
) -> None:
    device = Client(broker.port, GATE, f"mqtt/face/{GATE}")
    await until(lambda: device.subscribed)
    async with answering(tmp_path, broker.port):
        device.tell(f"mqtt/face/{GATE}/Rec", RECORD)
        device.tell("mqtt/face/basic", {"operator": "Online", "info": {"facesluiceId": GATE}})
        await until(lambda: device.heard)
        await asyncio.sleep(0.3)
    device.close()

    assert [json.loads(answer)["operator"] for _, answer in device.heard] == ["Online-Ack"]


async def test_what_the_broker_retained_is_old_and_not_answered(
    tmp_path: Path, broker: Mosquitto
) -> None:
    gateway = Client(broker.port, "gateway", *face_filters())
    device = Client(broker.port, GATE, f"mqtt/face/{GATE}")
    await until(lambda: device.subscribed and gateway.subscribed)
    device.tell(f"mqtt/face/{GATE}/Rec", RECORD, retain=True)
    await until(lambda: gateway.heard)
    async with answering(tmp_path, broker.port):
        device.tell("mqtt/face/basic", {"operator": "Online", "info": {"facesluiceId": GATE}})
        await until(lambda: device.heard)
        await asyncio.sleep(0.3)
    device.close()
    gateway.close()

    assert [json.loads(answer)["operator"] for _, answer in device.heard] == ["Online-Ack"]


async def test_answers_are_for_the_device_alone_and_never_kept(
    tmp_path: Path, broker: Mosquitto
) -> None:
    stranger = Client(broker.port, "stranger", "mqtt/face/+", "#")
    device = Client(broker.port, GATE, f"mqtt/face/{GATE}")
    await until(lambda: device.subscribed and stranger.subscribed)
    async with answering(tmp_path, broker.port):
        device.tell("mqtt/face/basic", {"operator": "Online", "info": {"facesluiceId": GATE}})
        await until(lambda: device.heard)
    late = Client(broker.port, "gateway", "mqtt/face/#")
    await until(lambda: late.subscribed)
    await asyncio.sleep(0.3)
    for client in (stranger, device, late):
        client.close()

    assert (stranger.heard, late.heard) == ([], [])


async def test_a_gateway_makes_nothing_of_an_answer(tmp_path: Path, broker: Mosquitto) -> None:
    gateway = Client(broker.port, "gateway", *face_filters())
    device = Client(broker.port, GATE)
    await until(lambda: gateway.subscribed)
    async with answering(tmp_path, broker.port):
        device.tell(f"mqtt/face/{GATE}/Rec", RECORD)
        await until(lambda: f"mqtt/face/{GATE}" in dict(gateway.heard))
    device.close()
    gateway.close()

    answers = [told for told in gateway.heard if told[0] == f"mqtt/face/{GATE}"]
    assert events_of(answers) == []
