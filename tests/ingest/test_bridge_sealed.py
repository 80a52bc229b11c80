"""From a device's push to the log: nobody's name, number or face stands anywhere in clear."""

import json
from pathlib import Path

from aiohttp import ClientSession

from ingest.catalogue import load_catalogue
from ingest.gateway import Gateway
from ingest.key_file import load_keys
from ingest.mapping import Mapper
from ingest.message import Message
from ingest.registry import Registry
from ingest.rejected import RejectedRecord, open_body
from schemas.sealing import subject_context
from schemas.topics import EVENTS, REJECTED
from tests.ingest.bridge_parts import Listening, bridging, url
from tests.ingest.parts import Reader, rumqttd, running, settings, tansu, topics, until

NAME, CARD, NUMBER = "Zhao Mingyue", "8812003355", "110101199003072316"
FACE = b"\xff\xd8\xff\xe0" + b"somebody's face" * 60 + b"\xff\xd9"
CLEAR = [NAME.encode(), CARD.encode(), NUMBER.encode(), b"somebody's face"]
BOUNDARY = {"Content-Type": "multipart/form-data; boundary=b"}


def swipe(minor: int) -> bytes:
    """A terminal's message with the picture of who stood there, as its listening host gets it."""
    told = {
        "macAddress": "02:00:00:00:00:01",
        "dateTime": "2026-03-01T08:00:00+08:00",
        "eventType": "AccessControllerEvent",
        "AccessControllerEvent": {
            "majorEventType": 5, "subEventType": minor, "name": NAME, "cardNo": CARD, "doorNo": 1,
            "IDCardNo": NUMBER, "serialNo": minor,
        },
    }  # fmt: skip
    head = b'--b\r\nContent-Disposition: form-data; name="%b"\r\nContent-Type: %b\r\n\r\n'
    return b"".join(
        (
            head % (b"event_log", b"application/json"), json.dumps(told).encode(), b"\r\n",
            head % (b"Picture", b"image/jpeg"), FACE, b"\r\n--b--\r\n",
        )
    )  # fmt: skip


def files(folder: Path) -> bytes:
    """All that was written to disk."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def test_nothing_about_people_stands_in_clear_on_the_way(tmp_path: Path) -> None:
    data = tmp_path / "data"
    granted, unknown = swipe(1), swipe(60_000)
    with tansu(tmp_path) as kafka, rumqttd() as mqtt:
        await topics(kafka.bootstrap)
        found = settings(
            data, mqtt_port=mqtt.port, bootstrap=kafka.bootstrap, topic_filters=("#",),
            mqtt_version="311",
        )  # fmt: skip
        async with (
            running(Gateway(found, load_catalogue())),
            bridging(data, mqtt.port, bridge_auth=False) as bridge,
            ClientSession() as web,
            Reader(kafka.bootstrap, EVENTS.name) as log,
            Reader(kafka.bootstrap, REJECTED.name) as rejected,
        ):
            with Listening(mqtt.port) as listening:
                await listening.ready()
                for body in (granted, unknown):
                    where = url(bridge, "/push/gate-1/hikvision")
                    async with web.post(where, data=body, headers=BOUNDARY) as answer:
                        assert answer.status == 200
                await until(lambda: len(listening.heard) == 2)
            await log.read_until(lambda _: log.of_type("access.granted"))
            await rejected.read_until(lambda _: rejected.records)

    written = [record.value for record in (*log.records, *rejected.records)]
    heard = [body for _, body in listening.heard]
    for clear in CLEAR:
        assert not [where for where in (*heard, *written, files(data)) if clear in where]

    keys = load_keys(found.master_key)
    (event,) = log.of_type("access.granted")
    scope = keys.estate(event["source"].split("/")[1])
    assert scope.unseal(event["data"]["sealed"]["subject"], subject_context(event["id"])) == CARD
    direct = Mapper(load_catalogue(), Registry()).read(
        Message("devices/gate-1/hikvision", granted, 0)
    )
    assert isinstance(direct, list)
    assert event["id"] == scope.fingerprint(direct[0].id)

    record = RejectedRecord.model_validate_json(rejected.records[0].value)
    assert FACE not in open_body(record, keys, found.objects)


async def test_without_the_key_bodies_go_on_as_they_came(tmp_path: Path) -> None:
    with rumqttd() as mqtt, Listening(mqtt.port) as listening:
        await listening.ready()
        async with (
            bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge,
            ClientSession() as web,
        ):
            await web.post(url(bridge, "/push/gate-1/hikvision"), data=swipe(1), headers=BOUNDARY)
            await until(lambda: listening.heard)
    assert listening.heard == [("devices/gate-1/hikvision", swipe(1))]


async def test_the_bridge_makes_the_key_where_it_must_seal(tmp_path: Path) -> None:
    with rumqttd() as mqtt:
        async with bridging(tmp_path, mqtt.port, bridge_auth=False, bridge_seal=True) as bridge:
            assert bridge.settings.master_key.exists()
