"""Devices as they behave, against a running bridge: how they come in, and what they are told."""

import asyncio
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, DigestAuthMiddleware
from iotcore import Broker

from ingest.bridge.passwords import set_password
from ingest.bridge.service import Bridge
from tests.ingest.bridge_parts import LIMIT, Listening, bridging, url
from tests.ingest.certificates import Authority
from tests.ingest.parts import rumqttd, until
from tests.services.process import LOOPBACK

SERIAL, VIID = "AXZB210760013", "31010600001190000007"
FILE = f"""
version: 1
serials:
  - {{serial: {SERIAL}, make: zkteco, device: north-terminal, addresses: [127.0.0.0/8]}}
  - {{serial: FAR01, make: zkteco, device: far-terminal, addresses: [192.0.2.7]}}
"""


@pytest.fixture
def mqtt() -> Iterator[Broker]:
    with rumqttd() as broker:
        yield broker


async def ask(web: ClientSession, bridge: Bridge, target: str, **more: Any) -> tuple[int, str]:
    """Status and text of one request: POST where there is a body."""
    method = "POST" if "data" in more or "json" in more else "GET"
    async with web.request(method, url(bridge, target), **more) as answer:
        return answer.status, await answer.text()


async def test_a_zkteco_terminal_from_its_address(tmp_path: Path, mqtt: Broker) -> None:
    (tmp_path / "bridge.yaml").write_text(FILE)
    row = b"7\t2026-03-01 08:00:00\t0\t1\r\n"
    async with bridging(tmp_path, mqtt.port) as bridge, ClientSession() as web:
        with Listening(mqtt.port) as listening:
            await listening.ready()
            me = f"SN={SERIAL}"
            status, options = await ask(web, bridge, f"/iclock/cdata?{me}&options=all")
            assert (status, options.split("\r\n")[0]) == (200, f"GET OPTION FROM: {SERIAL}")
            told = await ask(web, bridge, f"/iclock/cdata?{me}&table=ATTLOG&Stamp=9999", data=row)
            assert told == (200, "OK: 1")
            assert await ask(web, bridge, f"/iclock/getrequest?{me}") == (200, "OK")
            assert await ask(web, bridge, f"/iclock/getrequest?{me}") == (200, "OK")
            await until(lambda: len(listening.heard) == 2)

    assert listening.heard == [
        ("devices/north-terminal/zkteco/ATTLOG", row),
        ("devices/north-terminal/zkteco/getrequest", b""),
    ]


SITE = """
version: 1
estates:
  - id: north
    name: {zh: 北苑, en: North}
    timezone: Asia/Kathmandu
    places: [{id: door, kind: door, name: {zh: 门, en: Door}}]
    devices: [{id: north-terminal, adapter: zkteco, place: door}]
"""


async def test_a_terminal_is_told_the_zone_of_its_site(tmp_path: Path, mqtt: Broker) -> None:
    (tmp_path / "bridge.yaml").write_text(FILE)
    (tmp_path / "site.yaml").write_text(SITE)
    site = {"site": tmp_path / "site.yaml"}
    async with bridging(tmp_path, mqtt.port, **site) as bridge, ClientSession() as web:
        _, options = await ask(web, bridge, f"/iclock/cdata?SN={SERIAL}&options=all")

    assert "TimeZone=345" in options.split("\r\n")


@pytest.mark.parametrize("serial", ["FAR01", "NOBODY", ""])
async def test_a_serial_number_alone_is_no_proof(tmp_path: Path, mqtt: Broker, serial: str) -> None:
    (tmp_path / "bridge.yaml").write_text(FILE)
    async with bridging(tmp_path, mqtt.port) as bridge, ClientSession() as web:
        with Listening(mqtt.port) as listening:
            await listening.ready()
            target = f"/iclock/cdata?SN={serial}&table=ATTLOG"
            status, said = await ask(web, bridge, target, data=b"7\t2026-03-01 08:00:00\t0\t1\n")
            assert (status, said.startswith("FAIL")) == (401, True)
            assert listening.heard == []


async def test_a_new_serial_number_holds_without_a_restart(tmp_path: Path, mqtt: Broker) -> None:
    quick = {"site_poll_s": 0.05}
    async with bridging(tmp_path, mqtt.port, **quick) as bridge, ClientSession() as web:
        target = f"/iclock/getrequest?SN={SERIAL}"
        assert (await ask(web, bridge, target))[0] == 401
        (tmp_path / "bridge.yaml").write_text(FILE)
        await until(lambda: bridge.file.content.serials)
        assert (await ask(web, bridge, target))[0] == 200
        (tmp_path / "bridge.yaml").write_text("serials: 5\n")
        await asyncio.sleep(0.2)
        assert (await ask(web, bridge, target))[0] == 200


@pytest.mark.parametrize("way", ["query", "x-token", "bearer"])
async def test_a_device_with_a_field_for_a_url_or_a_header(
    tmp_path: Path, mqtt: Broker, way: str
) -> None:
    set_password(tmp_path / "devices.json", "lane-1", "secret")
    heads = {"query": {}, "x-token": {"X-Token": "{}"}, "bearer": {"Authorization": "Bearer {}"}}
    async with bridging(tmp_path, mqtt.port) as bridge, ClientSession() as web:

        async def status(token: str, device: str = "lane-1") -> int:
            headers = {name: text.format(token) for name, text in heads[way].items()}
            target = f"/push/{device}/milesight" + (f"?token={token}" if way == "query" else "")
            return (await ask(web, bridge, target, data=b"{}", headers=headers))[0]

        assert await status("secret") == 200
        assert await status("guess") == 401
        assert await status("secret", "lane-2") == 401


async def test_a_gat1400_sender_registers_once_and_then_gives_its_name(
    tmp_path: Path, mqtt: Broker
) -> None:
    set_password(tmp_path / "devices.json", "lane-3", "secret")
    named, car = {"User-Identify": VIID}, {"MotorVehicleID": "M1"}
    cars = {"MotorVehicleListObject": {"MotorVehicleObject": [car]}}
    digest = (DigestAuthMiddleware("lane-3", "secret"),)
    async with bridging(tmp_path, mqtt.port) as bridge, ClientSession() as web:
        with Listening(mqtt.port) as listening:
            await listening.ready()
            posted = {"json": cars, "headers": named}
            assert (await ask(web, bridge, "/VIID/MotorVehicles", **posted))[0] == 401
            content = {"RegisterObject": {"DeviceID": VIID}}
            async with web.post(url(bridge, "/VIID/System/Register"), json=content) as answer:
                (challenge,) = answer.headers.getall("WWW-Authenticate")
                assert (answer.status, challenge.split()[0]) == (401, "Digest")
                assert "algorithm=MD5" in challenge
            status, _ = await ask(
                web, bridge, "/VIID/System/Register", json=content, middlewares=digest
            )
            assert status == 200
            status, said = await ask(web, bridge, "/VIID/MotorVehicles", **posted)
            (told,) = json.loads(said)["ResponseStatusListObject"]["ResponseStatusObject"]
            assert (status, told["Id"], told["StatusCode"]) == (200, "M1", 0)
            stranger = {"json": cars, "headers": {"User-Identify": VIID[:-1] + "8"}}
            assert (await ask(web, bridge, "/VIID/MotorVehicles", **stranger))[0] == 401
            await until(lambda: len(listening.heard) == 2)

    topics = [topic for topic, _ in listening.heard]
    assert topics == ["devices/lane-3/gat1400"] * 2
    assert json.loads(listening.heard[1][1]) == cars


async def test_where_nobody_must_log_in_a_gat1400_sender_names_itself_in_the_body(
    tmp_path: Path, mqtt: Broker
) -> None:
    content = {"KeepaliveObject": {"DeviceID": VIID}}
    async with (
        bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge,
        ClientSession() as web,
    ):
        with Listening(mqtt.port) as listening:
            await listening.ready()
            assert (await ask(web, bridge, "/VIID/System/Keepalive", json=content))[0] == 200
            assert (await ask(web, bridge, "/VIID/System/Keepalive", json={}))[0] == 404
            await until(lambda: listening.heard)

    assert [topic for topic, _ in listening.heard] == [f"devices/{VIID}/gat1400"]


async def test_a_device_may_come_by_https(tmp_path: Path, mqtt: Broker) -> None:
    authority = Authority(tmp_path)
    ours = authority.issue("bridge")
    secured = {"bridge_cert": ours.certificate, "bridge_key": ours.key, "bridge_auth": False}
    trust = ssl.create_default_context(cafile=authority.file)
    async with bridging(tmp_path, mqtt.port, **secured) as bridge, ClientSession() as web:
        where = url(bridge, "/push/gate-1/hikvision").replace("http:", "https:")
        async with web.post(where, data=b"<x/>", ssl=trust) as answer:
            assert answer.status == 200


# What would hold the bridge up


async def is_cut(reader: asyncio.StreamReader) -> bool:
    """Whether the other side hangs up without a word."""
    try:
        async with asyncio.timeout(5):
            return await reader.read(1) == b""
    except ConnectionError:
        return True


async def test_a_head_that_comes_a_byte_at_a_time_is_cut(tmp_path: Path, mqtt: Broker) -> None:
    async with bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge:
        bridge.doorman.head_within_s = 0.3
        reader, writer = await asyncio.open_connection(LOOPBACK, bridge.port)
        cut = asyncio.create_task(is_cut(reader))
        for byte in b"POST /push/gate-1/hikvision HTTP/1.1\r\nX: " + b"a" * 1000:
            if cut.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(0.02)
        assert await cut


async def test_a_client_that_says_nothing_is_cut(tmp_path: Path, mqtt: Broker) -> None:
    async with bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge:
        bridge.doorman.head_within_s = 0.2
        reader, _ = await asyncio.open_connection(LOOPBACK, bridge.port)
        assert await is_cut(reader)


async def test_an_honest_device_keeps_its_connection(tmp_path: Path, mqtt: Broker) -> None:
    async with (
        bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge,
        ClientSession() as web,
    ):
        bridge.doorman.head_within_s = 0.2
        for _ in range(3):
            assert (await ask(web, bridge, "/push/gate-1/hikvision", data=b"<x/>"))[0] == 200
            await asyncio.sleep(0.3)  # Longer than a head may take; nothing is on its way.


async def test_there_is_room_for_so_many_and_no_more(tmp_path: Path, mqtt: Broker) -> None:
    async with bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge:
        bridge.doorman.connections_max = 3
        held = [await asyncio.open_connection(LOOPBACK, bridge.port) for _ in range(3)]
        reader, _ = await asyncio.open_connection(LOOPBACK, bridge.port)
        assert await is_cut(reader)
        held[0][1].close()
        await held[0][1].wait_closed()
        async with ClientSession() as web:
            await until(lambda: bridge.doorman.connections < 3)
            assert (await ask(web, bridge, "/push/gate-1/hikvision"))[0] == 200


async def test_a_body_that_does_not_come_is_not_waited_for(
    tmp_path: Path, mqtt: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.bridge.receiver.BODY_WITHIN_S", 0.2)
    async with bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge:
        reader, writer = await asyncio.open_connection(LOOPBACK, bridge.port)
        head = f"POST /push/gate-1/hikvision HTTP/1.1\r\nHost: x\r\nContent-Length: {LIMIT}\r\n\r\n"
        writer.write(head.encode() + b"<")
        async with asyncio.timeout(5):
            assert b" 408 " in await reader.readline()
        writer.close()


async def test_one_device_does_not_take_all_the_room(tmp_path: Path, mqtt: Broker) -> None:
    head = b"POST /push/gate-1/hikvision HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n<"
    async with (
        bridging(tmp_path, mqtt.port, bridge_auth=False) as bridge,
        ClientSession() as web,
    ):
        writers = [(await asyncio.open_connection(LOOPBACK, bridge.port))[1] for _ in range(4)]
        for writer in writers:
            writer.write(head)
        await until(lambda: bridge.receiver.busy("gate-1") == 4)
        assert (await ask(web, bridge, "/push/gate-1/hikvision", data=b"<x/>"))[0] == 503
        assert (await ask(web, bridge, "/push/gate-2/hikvision", data=b"<x/>"))[0] == 200
        for writer in writers:
            writer.write(b"12345678")
        await until(lambda: bridge.receiver.busy("gate-1") == 0)
        assert (await ask(web, bridge, "/push/gate-1/hikvision", data=b"<x/>"))[0] == 200
