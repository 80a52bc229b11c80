"""Devices that must be asked: a camera's endless stream, a door station's DHIP, and the bridge."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from iotcore import Broker

from ingest.bridge.auth import Guard, Request, Verdict
from ingest.bridge.config import BridgeFile, PullEntry
from ingest.bridge.outbox import REFUSALS_MAX, Outbox
from ingest.bridge.passwords import (
    PasswordFileError,
    make_login,
    read_passwords,
    set_password,
    set_pull_password,
)
from ingest.bridge.pulls.dhip import HEADER, MAGIC, prove
from ingest.bridge.pulls.parts import PartCutter, StreamTooLarge, is_picture
from ingest.bridge.service import Bridge
from tests.ingest.bridge_parts import LIMIT, Listening, bridging
from tests.ingest.parts import rumqttd, until
from tests.services.process import LOOPBACK

XML = b"<EventNotificationAlert><eventType>VMD</eventType></EventNotificationAlert>"
WITH_PICTURE = b'{"eventType":"AccessControllerEvent","AccessControllerEvent":{"picturesNumber":1}}'
JPEG = b"\xff\xd8\x00--not a boundary\r\n\xff\xd9"


def part(body: bytes, kind: str = "application/xml", length: int | None = -1) -> bytes:
    """One part as a device writes it; `length` None leaves the header out."""
    told = len(body) if length == -1 else length
    head = f"--boundary\r\nContent-Type: {kind}\r\n"
    head += "" if told is None else f"Content-Length: {told}\r\n"
    return head.encode() + b"\r\n" + body + b"\r\n"


# Cutting a stream into parts


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("boundary", ["boundary", "--boundary", '"boundary"', None])
def test_a_stream_is_cut_into_its_parts_however_it_comes(size: int, boundary: str | None) -> None:
    parts = [part(XML), part(JPEG, "image/jpeg"), part(XML, length=None), part(XML, length=7)]
    stream = b"\r\n" + b"".join(parts) + b"--boundary\r\n"
    cutter = PartCutter(boundary, LIMIT)
    found = [
        one for at in range(0, len(stream), size) for one in cutter.feed(stream[at : at + size])
    ]

    assert found == parts
    assert [is_picture(one) for one in found] == [False, True, False, False]


def test_a_part_that_nothing_follows_is_whole_by_its_length() -> None:
    cutter = PartCutter("boundary", LIMIT)
    whole = part(XML)
    assert cutter.feed(whole[:-20]) == []
    assert not cutter.is_whole
    assert cutter.feed(whole[-20:]) == []
    assert cutter.is_whole
    assert cutter.flush() == [whole]
    assert cutter.feed(whole) == []
    assert cutter.feed(b"--boundary\r\n") == [whole]


def test_a_part_above_the_limit_is_not_followed() -> None:
    cutter = PartCutter("boundary", 1000)
    with pytest.raises(StreamTooLarge):
        cutter.feed(part(bytes(20_000)))


# A camera


@dataclass
class Camera:
    """Answers like a Hikvision or Dahua stream; what it says is put into `lines`."""

    asks: str = "digest"
    lines: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)
    streams: int = 0
    paths: list[str] = field(default_factory=list)
    port: int = 0

    async def __aenter__(self) -> "Camera":
        self._guard, self._now = Guard(_Known(), b"secret of the camera"), 0
        app = web.Application()
        app.router.add_get("/{rest:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        seen = Request(request.method, request.raw_path, request.headers.get("Authorization"))
        if self._guard.check(seen, "admin", self._now) is not Verdict.GOOD:
            self._now += 1  # A nonce of its own for each.
            told = self._guard.challenges(self._now, stale=False, single=True)[0]
            told = told if self.asks == "digest" else 'Basic realm="smart-community"'
            return web.Response(status=401, headers={"WWW-Authenticate": told})
        self.paths.append(request.raw_path)
        self.streams += 1
        answer = web.StreamResponse()
        answer.headers["Content-Type"] = "multipart/mixed; boundary=boundary"
        await answer.prepare(request)
        while (line := await self.lines.get()) is not None:
            await answer.write(line)
        return answer


class _Known:
    realm = "smart-community"

    def of(self, device: str) -> Any:
        return make_login("admin", "secret") if device == "admin" else None


@pytest.fixture
def mqtt() -> Iterator[Broker]:
    with rumqttd() as broker:
        yield broker


@asynccontextmanager
async def asking(
    data: Path, mqtt: Broker, *pulls: dict[str, Any], **changes: Any
) -> AsyncIterator[Bridge]:
    """A bridge that asks these devices, and tries again soon."""
    for pull in pulls:
        set_pull_password(data / "devices.json", pull["device"], "secret")
    (data / "bridge.yaml").write_text(json.dumps({"version": 1, "pulls": pulls}))
    async with bridging(data, mqtt.port, **changes) as bridge:
        bridge.pulls.backoff_min_s = 0.05
        yield bridge


def camera_entry(camera: Camera, **changes: Any) -> dict[str, Any]:
    url = f"http://{LOOPBACK}:{camera.port}"
    return {"device": "yard", "way": "hikvision_alert_stream", "url": url} | changes


@pytest.mark.parametrize("asks", ["digest", "basic"])
@pytest.mark.parametrize("way", ["hikvision_alert_stream", "dahua_event_stream"])
async def test_parts_go_on_as_they_stand(tmp_path: Path, mqtt: Broker, asks: str, way: str) -> None:
    async with Camera(asks) as camera:
        with Listening(mqtt.port) as listening:
            await listening.ready()
            async with asking(tmp_path, mqtt, camera_entry(camera, way=way)):
                await camera.lines.put(part(XML))
                await until(lambda: listening.heard)
    make = way.split("_", maxsplit=1)[0]

    assert listening.heard == [(f"devices/yard/{make}", part(XML))]
    assert camera.paths[0].startswith(("/ISAPI/Event", "/cgi-bin/eventManager.cgi?action=attach"))


async def test_pictures_go_on_behind_their_event_and_strayed_ones_nowhere(
    tmp_path: Path, mqtt: Broker
) -> None:
    event, picture = part(WITH_PICTURE, "application/json"), part(JPEG, "image/jpeg")
    async with Camera() as camera:
        with Listening(mqtt.port) as listening:
            await listening.ready()
            async with asking(tmp_path, mqtt, camera_entry(camera)) as bridge:
                await camera.lines.put(picture + event + picture + part(XML))
                await until(lambda: len(listening.heard) == 2)
                dropped = bridge.metrics.registry.get_sample_value(
                    "smart_community_bridge_dropped_parts_total", {"device": "yard"}
                )

    assert [body for _, body in listening.heard] == [event + picture, part(XML)]
    assert dropped == 1


async def test_an_event_does_not_wait_for_a_picture_for_ever(tmp_path: Path, mqtt: Broker) -> None:
    event = part(WITH_PICTURE, "application/json")
    async with Camera() as camera:
        with Listening(mqtt.port) as listening:
            await listening.ready()
            async with asking(tmp_path, mqtt, camera_entry(camera)):
                await camera.lines.put(event)
                await until(lambda: listening.heard)

    assert [body for _, body in listening.heard] == [event]


SITE = """
version: 1
estates:
  - id: north-court
    name: {zh: 北苑, en: North Court}
    timezone: Asia/Shanghai
    places: [{id: yard-view, kind: camera, name: {zh: 院内, en: Yard}}]
    devices:
      - {id: yard, adapter: hikvision_isapi, place: yard-view, kind: camera, address: "ADDRESS"}
"""


async def test_a_device_is_asked_where_the_site_has_it(tmp_path: Path, mqtt: Broker) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(SITE.replace("ADDRESS", "192.0.2.1"), encoding="utf-8")
    entry = {"device": "yard", "way": "hikvision_alert_stream"}
    async with (
        Camera() as camera,
        asking(tmp_path, mqtt, entry, site=site, site_poll_s=0.05) as bridge,
    ):
        moved = SITE.replace("ADDRESS", f"{LOOPBACK}:{camera.port}")
        site.write_text(moved, encoding="utf-8")
        await until(lambda: bridge.pulls.standing() == "1 of 1")


async def test_a_stream_that_ends_is_begun_again(tmp_path: Path, mqtt: Broker) -> None:
    async with Camera() as camera, asking(tmp_path, mqtt, camera_entry(camera)) as bridge:
        await until(lambda: bridge.pulls.standing() == "1 of 1")
        await camera.lines.put(None)
        await until(lambda: camera.streams == 2)


async def test_silence_is_a_dead_connection(tmp_path: Path, mqtt: Broker) -> None:
    async with Camera() as camera, asking(tmp_path, mqtt, camera_entry(camera)) as bridge:
        quick = PullEntry.model_construct(**camera_entry(camera), user="admin", silence_s=0.2)
        quick = quick.model_copy(update={"fingerprint": None})
        bridge.file.content = BridgeFile.model_construct(pulls=(quick,))
        bridge.pulls.adopt()
        await until(lambda: camera.streams >= 3)


async def test_a_wrong_password_is_not_tried_again_soon(tmp_path: Path, mqtt: Broker) -> None:
    async with Camera() as camera:
        entry = camera_entry(camera, user="somebody")
        async with asking(tmp_path, mqtt, entry) as bridge:
            await asyncio.sleep(0.5)
            assert (bridge.pulls.standing(), camera.streams) == ("0 of 1", 0)


async def test_what_is_pulled_waits_for_the_broker(tmp_path: Path, mqtt: Broker) -> None:
    async with Camera() as camera, asking(tmp_path, mqtt, camera_entry(camera)) as bridge:
        await until(lambda: bridge.pulls.standing() == "1 of 1")
        mqtt.stop()
        await until(lambda: not bridge.health()["ok"])
        numbered = [part(b"<n>%d</n>" % number) for number in range(3)]
        for one in numbered:
            await camera.lines.put(one)
        with rumqttd(mqtt.port), Listening(mqtt.port) as listening:
            await listening.ready()
            await until(lambda: len(listening.heard) == 3)

    assert [body for _, body in listening.heard] == numbered


async def test_the_file_says_who_is_asked_from_now_on(tmp_path: Path, mqtt: Broker) -> None:
    async with Camera() as camera, asking(tmp_path, mqtt, camera_entry(camera)) as bridge:
        await until(lambda: bridge.pulls.standing() == "1 of 1")
        bridge.file.content = BridgeFile()
        bridge.pulls.adopt()
        await until(lambda: bridge.pulls.standing() == "0 of 0")
        bridge.file.content = BridgeFile(pulls=(PullEntry(**camera_entry(camera, silence_s=60)),))
        bridge.pulls.adopt()
        await until(lambda: bridge.pulls.standing() == "1 of 1")


# A door station


class DoorStation:
    """Speaks DHIP as a VTO does: a challenge first, events only to who is attached."""

    def __init__(self) -> None:
        self.attached = 0
        self.kept_alive = asyncio.Event()
        self.port = 0
        self.events: list[dict[str, Any]] = []

    async def __aenter__(self) -> "DoorStation":
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = HEADER.unpack(await reader.readexactly(HEADER.size))
                self._answer(json.loads(await reader.readexactly(head[3])), writer)
        except (asyncio.IncompleteReadError, OSError):
            writer.transport.abort()

    def _answer(self, asked: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        answer: dict[str, Any] = {"id": asked["id"], "session": 4711, "result": True}
        if asked["method"] == "global.login":
            challenge = {"realm": "Login to 1", "random": "17", "encryption": "Default"}
            proof = prove("admin", "secret", "Login to 1", "17")
            if not asked["params"]["password"]:
                answer |= {"result": False, "params": challenge}
            else:
                answer["result"] = asked["params"]["password"] == proof
                answer["params"] = {"keepAliveInterval": 1}
        if asked["method"] == "global.keepAlive":
            self.kept_alive.set()
        frames = [answer]
        if asked["method"] == "eventManager.attach":
            assert asked["session"] == 4711
            self.attached += 1
            frames += self.events  # Several frames in one write, as devices do.
        writer.write(b"".join(map(frame, frames)))


def frame(content: dict[str, Any]) -> bytes:
    body = json.dumps(content).encode() + b"\n"
    return HEADER.pack(MAGIC, 4711, 1, len(body), 0, len(body), 0) + body


def event_list(index: int) -> dict[str, Any]:
    event = {"Action": "Pulse", "Code": "DoorCard", "Index": index, "Data": {"Number": "0011AA22"}}
    return {"method": "client.notifyEventStream", "params": {"eventList": [event]}}


async def test_a_door_station_tells_who_logs_in(tmp_path: Path, mqtt: Broker) -> None:
    async with DoorStation() as station:
        station.events = [event_list(0), event_list(1)]
        entry = {"device": "unit-3", "way": "dahua_dhip", "url": f"tcp://{LOOPBACK}:{station.port}"}
        with Listening(mqtt.port) as listening:
            await listening.ready()
            async with asking(tmp_path, mqtt, entry):
                await until(lambda: len(listening.heard) == 2)
                async with asyncio.timeout(5):
                    await station.kept_alive.wait()

    assert {topic for topic, _ in listening.heard} == {"devices/unit-3/dahua"}
    assert [json.loads(body) for _, body in listening.heard] == station.events


async def test_a_door_station_refuses_a_wrong_password(tmp_path: Path, mqtt: Broker) -> None:
    async with DoorStation() as station:
        url = f"tcp://{LOOPBACK}:{station.port}"
        entry = {"device": "unit-3", "way": "dahua_dhip", "url": url, "user": "somebody"}
        async with asking(tmp_path, mqtt, entry) as bridge:
            await asyncio.sleep(0.3)
            assert (bridge.pulls.standing(), station.attached) == ("0 of 1", 0)


def test_the_proof_of_a_door_station() -> None:
    """Worked out with md5sum: admin:17:E11BE7A18226C8353827692536F70FD6."""
    assert prove("admin", "secret", "Login to 1", "17") == "AAB9B4DA6914060DF1C6F531B0536AA6"


# What waits


async def test_an_outbox_holds_back_when_it_is_full() -> None:
    sent: list[bytes] = []
    up = asyncio.Event()

    async def publish(_topic: str, body: bytes) -> str | None:
        if not up.is_set():
            return "not connected"
        sent.append(body)
        return None

    outbox = Outbox(publish, lambda: None, bytes_max=2, again_after_s=0.01)
    running = asyncio.create_task(outbox.run())
    await outbox.put("t", b"a")
    await outbox.put("t", b"b")
    third = asyncio.create_task(outbox.put("t", b"c"))
    await asyncio.sleep(0.05)
    assert not third.done()
    up.set()
    await third
    await until(lambda: len(sent) == 3)
    running.cancel()
    assert sent == [b"a", b"b", b"c"]


async def test_what_the_broker_will_never_take_is_given_up() -> None:
    tries, dropped = [], []

    async def publish(_topic: str, body: bytes) -> str | None:
        tries.append(body)
        return "Packet too large" if body == b"large" else None

    outbox = Outbox(publish, lambda: dropped.append(1), again_after_s=0.0)
    running = asyncio.create_task(outbox.run())
    await outbox.put("t", b"large")
    await outbox.put("t", b"small")
    await until(lambda: tries and tries[-1] == b"small")
    running.cancel()
    assert (tries.count(b"large"), len(dropped)) == (REFUSALS_MAX, 1)


# Passwords


def test_a_password_that_we_log_in_with_is_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "devices.json"
    set_pull_password(path, "yard", "secret")
    set_password(path, "gate-1", "other")
    assert read_passwords(path).pulls == {"yard": "secret"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert "secret" not in repr(read_passwords(path))

    path.chmod(0o644)
    with pytest.raises(PasswordFileError, match="chmod 600"):
        read_passwords(path)
