"""The bridge between an HTTP client and a real MQTT broker."""

import gzip
import json
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, DigestAuthMiddleware, encode_basic_auth
from iotcore import Broker

from ingest.bridge.body import BodyTooLarge, BodyUnreadable, unpack
from ingest.bridge.passwords import set_password
from ingest.bridge.service import Bridge, BridgeRefused
from tests.ingest.bridge_parts import LIMIT, Listening, bridging, url
from tests.ingest.parts import rumqttd, settings, until

XML = b"<EventNotificationAlert><eventType>VMD</eventType></EventNotificationAlert>"


@pytest.fixture
def mqtt() -> Iterator[Broker]:
    with rumqttd() as broker:
        yield broker


async def test_a_body_goes_to_mqtt_as_it_is(tmp_path: Path, mqtt: Broker) -> None:
    async with bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge, ClientSession() as web:
        with Listening(mqtt.port) as listening:
            await listening.ready()
            async with web.post(url(bridge, "/push/gate-1/hikvision/event"), data=XML) as answer:
                assert answer.status == 200
            await until(lambda: listening.heard)

    assert listening.heard == [("devices/gate-1/hikvision", XML)]


async def test_dahua_reads_its_result(tmp_path: Path, mqtt: Broker) -> None:
    async with (
        bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge,
        ClientSession() as web,
        web.post(url(bridge, "/push/lane-1/dahua"), data=b"{}") as answer,
    ):
        assert (await answer.json())["Result"] is True


@pytest.mark.parametrize("way", ["digest", "basic"])
async def test_a_device_logs_in(tmp_path: Path, mqtt: Broker, way: str) -> None:
    set_password(tmp_path / "devices.json", "gate-1", "secret")
    digest = (DigestAuthMiddleware("gate-1", "secret"),) if way == "digest" else ()
    basic = {} if digest else {"Authorization": encode_basic_auth("gate-1", "secret")}
    async with bridging(tmp_path, mqtt.port) as bridge, ClientSession() as web:
        for _ in range(3):
            where = url(bridge, "/push/gate-1/hikvision")
            async with web.post(where, data=XML, middlewares=digest, headers=basic) as answer:
                assert answer.status == 200
            async with web.post(url(bridge, "/push/gate-2/hikvision"), data=XML) as answer:
                assert answer.status == 401


async def test_without_a_login_nothing_reaches_mqtt(tmp_path: Path, mqtt: Broker) -> None:
    async with bridging(tmp_path, mqtt.port) as bridge, ClientSession() as web:
        with Listening(mqtt.port) as listening:
            await listening.ready()
            async with web.post(url(bridge, "/push/gate-1/hikvision"), data=XML) as answer:
                assert answer.status == 401
                kinds = [h.split()[0] for h in answer.headers.getall("WWW-Authenticate")]
                assert kinds == ["Digest", "Digest", "Basic"]
            async with web.post(url(bridge, "/push/gate-1/hikvision"), data=XML) as answer:
                assert answer.status == 401
            assert listening.heard == []


async def test_itsapi_knows_its_device_by_the_login(tmp_path: Path, mqtt: Broker) -> None:
    set_password(tmp_path / "devices.json", "lane-1", "secret")
    login = (DigestAuthMiddleware("lane-1", "secret"),)
    async with bridging(tmp_path, mqtt.port) as bridge, ClientSession() as web:
        with Listening(mqtt.port) as listening:
            await listening.ready()
            where = url(bridge, "/NotificationInfo/TollgateInfo")
            async with web.post(where, data=b'{"Picture":{}}', middlewares=login) as answer:
                assert (answer.status, (await answer.json())["Result"]) == (200, True)
            await until(lambda: listening.heard)

    assert listening.heard == [("devices/lane-1/dahua", b'{"Picture":{}}')]


async def test_with_the_broker_away_a_device_is_told_to_come_again(
    tmp_path: Path, mqtt: Broker
) -> None:
    async with bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge, ClientSession() as web:
        mqtt.stop()
        await until(lambda: not bridge.health()["ok"])
        async with web.post(url(bridge, "/push/gate-1/hikvision"), data=XML) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert "not connected" in (await answer.json())["error"]


async def test_a_body_above_the_limit_is_refused(tmp_path: Path, mqtt: Broker) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield bytes(LIMIT // 4)

    async with bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge, ClientSession() as web:
        where = url(bridge, "/push/gate-1/hikvision")
        async with web.post(where, data=bytes(LIMIT + 1)) as answer:
            assert answer.status == 413
        async with web.post(where, data=chunks()) as answer:
            assert answer.status == 413


async def test_a_packed_body_is_unpacked_but_never_beyond_the_limit(
    tmp_path: Path, mqtt: Broker
) -> None:
    async with bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge, ClientSession() as web:
        with Listening(mqtt.port) as listening:
            await listening.ready()
            where, packed = url(bridge, "/push/d/dahua"), {"Content-Encoding": "deflate"}
            async with web.post(where, data=zlib.compress(XML), headers=packed) as answer:
                assert answer.status == 200
            bomb = zlib.compress(bytes(LIMIT + 1))
            async with web.post(where, data=bomb, headers=packed) as answer:
                assert answer.status == 413
            async with web.post(where, data=b"no zlib", headers=packed) as answer:
                assert answer.status == 400
            await until(lambda: listening.heard)

    assert listening.heard == [("devices/d/dahua", XML)]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/push/gate-1/hikvision/keepalive", 200),
        ("HEAD", "/push/gate-1/hikvision", 200),
        ("DELETE", "/push/gate-1/hikvision", 405),
        ("POST", "/push/%2B/hikvision", 404),
        ("POST", "/push/gate-1/%23", 404),
        ("POST", "/NotificationInfo/KeepAlive", 404),
        ("POST", "/", 404),
    ],
)
async def test_what_else_is_asked(
    tmp_path: Path, mqtt: Broker, method: str, path: str, status: int
) -> None:
    async with bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge, ClientSession() as web:
        with Listening(mqtt.port) as listening:
            await listening.ready()
            async with web.request(method, url(bridge, path), data=b"x") as answer:
                assert answer.status == status
            assert listening.heard == []


def test_without_authentication_only_loopback_is_listened_on(tmp_path: Path) -> None:
    with pytest.raises(BridgeRefused, match="bridge_auth"):
        Bridge(settings(tmp_path, bridge_auth=False, bridge_host="0.0.0.0"))


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress, lambda b: zlib.compress(b)[2:-4]])
def test_all_forms_of_deflate_are_read(pack: Any) -> None:
    assert unpack(pack(XML), "gzip", 1000) == XML


@pytest.mark.parametrize(
    ("body", "encoding", "fault"),
    [
        (zlib.compress(bytes(1001)), "deflate", BodyTooLarge),
        (zlib.compress(XML)[:-9], "deflate", BodyUnreadable),
        (XML, "br", BodyUnreadable),
    ],
)
def test_what_cannot_be_unpacked_is_told(
    body: bytes, encoding: str, fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        unpack(body, encoding, 1000)


def test_what_is_not_packed_stays() -> None:
    assert unpack(json.dumps({}).encode(), "", 10) == b"{}"
