"""Two hundred devices of four makes that push at once, each by the rules of its make for sending
again, while the MQTT broker is away for a time.
"""

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import paho.mqtt.client as paho
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.bridge.passwords import PasswordFile, make_login
from ingest.mapping import Mapper
from ingest.message import Message
from ingest.registry import Registry
from tests.ingest.bridge_parts import bridging, url
from tests.ingest.cases import shipped
from tests.ingest.parts import until
from tests.services.mosquitto import Mosquitto
from tests.services.process import LOOPBACK

KINDS = ("hikvision", "itsapi", "zkteco", "vzenith")
RECEIVED_AT = 1_772_500_000_000
RETRIES = 4
"""How often a Zhenshi camera tries before it keeps a record for later."""


@dataclass
class Device:
    """One device: `todo` are the numbers of readings it has not been told are taken."""

    kind: str
    index: int
    readings: int
    again_s: float
    base: str = ""
    pushes: int = 0
    refusals: int = 0
    todo: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name, and its user."""
        return f"{self.kind}-{self.index:03}"

    def subject(self, number: int) -> str:
        """Who or what a reading is about: nobody else's."""
        return f"{1000 + self.index}{number:03}"

    async def live(self, web: ClientSession, pause_s: float) -> None:
        """Read something each `pause_s`, and tell it until it is taken."""
        reading = asyncio.create_task(self._read(pause_s))
        step = getattr(self, f"_push_{self.kind}")
        while not reading.done() or self.todo or self.kept:
            if not self.todo and not self.kept:
                await asyncio.sleep(0.02)
            elif not await step(web):
                await asyncio.sleep(self.again_s)
        await reading

    async def _read(self, pause_s: float) -> None:
        for number in range(self.readings):
            self.todo.append(number)
            await asyncio.sleep(pause_s)

    async def _push(self, web: ClientSession, path: str, body: bytes) -> str | None:
        """The answer's text; None for any other status than 200, or no answer at all."""
        self.pushes += 1
        try:
            headers = {"X-Token": "secret"}
            async with web.post(self.base + path, data=body, headers=headers) as answer:
                text = await answer.text()
                if answer.status == 200:
                    return text
        except (ClientError, TimeoutError):
            pass
        self.refusals += 1
        return None

    async def _push_hikvision(self, web: ClientSession) -> bool:
        """A terminal: one at a time, in order, the same body until status 200."""
        event = {
            "majorEventType": 5, "subEventType": 75, "serialNo": self.todo[0] + 1, "doorNo": 1,
            "employeeNoString": self.subject(self.todo[0]), "currentVerifyMode": "face",
        }  # fmt: skip
        body = {
            "macAddress": f"02:00:5e:10:00:{self.index:02x}", "channelID": 1,
            "dateTime": f"2026-03-02T08:00:{self.todo[0]:02}+08:00",
            "eventType": "AccessControllerEvent", "eventState": "active",
            "AccessControllerEvent": event,
        }  # fmt: skip
        taken = await self._push(web, f"/push/{self.name}/hikvision", json.dumps(body).encode())
        if taken is not None:
            self.todo.pop(0)
        return taken is not None

    async def _push_itsapi(self, web: ClientSession) -> bool:
        """A plate camera: until it reads a true result."""
        number = self.todo[0]
        told = {
            "Plate": {"PlateNumber": self.subject(number), "IsExist": True, "Confidence": 90},
            "SnapInfo": {"DeviceID": self.name, "LanNo": 1, "Direction": "Obverse",
                         "AccurateTime": f"2026-03-02 08:00:{number:02}.000"},
        }  # fmt: skip
        body = json.dumps({"Picture": told}).encode()
        text = await self._push(web, f"/push/{self.name}/dahua/NotificationInfo/TollgateInfo", body)
        if text is None or json.loads(text)["Result"] is not True:
            return False
        self.todo.pop(0)
        return True

    async def _push_zkteco(self, web: ClientSession) -> bool:
        """A terminal: all it has in one batch, whole again until OK."""
        batch = list(self.todo)
        rows = (
            f"time=2026-03-02 08:00:{number:02}\tpin={self.subject(number)}\tcardno=0\teventaddr=1"
            f"\tevent=0\tinoutstatus=0\tverifytype=15\tindex={number + 1}\r\n"
            for number in batch
        )
        path = f"/iclock/cdata?SN={self.name}&table=rtlog"
        if await self._push(web, path, "".join(rows).encode()) != "OK":
            return False
        del self.todo[: len(batch)]
        return True

    async def _push_vzenith(self, web: ClientSession) -> bool:
        """A camera: four tries, then into its memory; from there one after another, each until the
        answer lets it go on.
        """
        if not self.todo:
            taken = await self._push_plate(web, self.kept[0], offline=1)
            if taken:
                self.kept.pop(0)
            return taken
        number = self.todo.pop(0)
        for _ in range(RETRIES):
            if await self._push_plate(web, number, offline=0):
                return True
        self.kept.append(number)
        return False

    async def _push_plate(self, web: ClientSession, number: int, offline: int) -> bool:
        clock = {"decyear": 2026, "decmon": 3, "decday": 2, "dechour": 8, "decmin": 0,
                 "decsec": number, "sec": 1_772_409_600 + number, "usec": 0}  # fmt: skip
        plate = {"license": self.subject(number), "plateid": number + 1, "isoffline": offline,
                 "confidence": 97, "colorType": 1, "type": 1, "triggerType": 8, "direction": 4,
                 "timeStamp": {"Timeval": clock}}  # fmt: skip
        told = {"serialno": f"{self.index:08x}-00000000", "result": {"PlateResult": plate}}
        body = json.dumps({"AlarmInfoPlate": told}).encode()
        text = await self._push(web, f"/push/{self.name}/vzenith", body)
        if text is None:
            return False
        answer = json.loads(text)["Response_AlarmInfoPlate"]["ContinuePushOffline"]
        return bool(answer == {"plateid": number + 1, "continue": 1})


class Session:
    """A gateway's session: QoS 1, kept while it is away, and all that came to it."""

    def __init__(self, port: int) -> None:
        """Connect and subscribe as a gateway does."""
        self.heard: list[Message] = []
        self.ready = False
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id="gateway", protocol=MQTTProtocolVersion.MQTTv5
        )
        client.reconnect_delay_set(1, 1)
        client.on_message = self._keep
        client.on_subscribe = lambda *_: setattr(self, "ready", True)
        wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        wishes.SessionExpiryInterval = 3600
        client.connect(LOOPBACK, port, clean_start=False, properties=wishes)
        client.loop_start()
        client.subscribe("devices/#", qos=1)

    def _keep(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        self.heard.append(Message(message.topic, bytes(message.payload), RECEIVED_AT))

    def close(self) -> None:
        """Go away."""
        self._client.disconnect()
        self._client.loop_stop()


@dataclass(frozen=True)
class Outcome:
    """What came of a storm: event ids by subject, and how it went."""

    ids: dict[str, set[str]]
    wanted: set[str]
    pushes: int
    refusals: int
    messages: int
    took_s: float


def fleet(count: int, readings: int, again_s: float) -> list[Device]:
    """So many devices, the four makes in turn."""
    return [Device(KINDS[i % len(KINDS)], i, readings, again_s) for i in range(count)]


def write_settings(data: Path, devices: list[Device]) -> None:
    """Give each device a password, and the terminals their serial numbers."""
    login = {device.name: make_login(device.name, "secret") for device in devices}
    path = data / "devices.json"
    path.write_text(PasswordFile(devices=login).model_dump_json())
    path.chmod(0o600)
    serials = [
        {"serial": d.name, "make": "zkteco", "device": d.name, "addresses": [LOOPBACK]}
        for d in devices if d.kind == "zkteco"
    ]  # fmt: skip
    (data / "bridge.yaml").write_text(json.dumps({"version": 1, "serials": serials}))


async def storm(
    data: Path, broker: Mosquitto, devices: list[Device], outage_s: float, pause_s: float
) -> Outcome:
    """Let them all push; the broker stops soon after they began, for `outage_s`."""
    write_settings(data, devices)
    session = Session(broker.port)
    await until(lambda: session.ready)
    loop = asyncio.get_running_loop()
    connector, patience = TCPConnector(limit=0), ClientTimeout(total=15)
    async with (
        bridging(data, broker.port, mqtt_version="5") as bridge,
        ClientSession(connector=connector, timeout=patience) as web,
    ):
        began = loop.time()
        for device in devices:
            device.base = url(bridge, "")
        living = asyncio.gather(*(device.live(web, pause_s) for device in devices))
        await asyncio.sleep(pause_s * 1.5)
        await asyncio.to_thread(broker.stop)
        await asyncio.sleep(outage_s)
        await asyncio.to_thread(broker.start)
        await living
        took_s = loop.time() - began
    await _settled(session)
    session.close()
    return Outcome(
        ids=ids_of(session.heard),
        wanted={d.subject(n) for d in devices for n in range(d.readings)},
        pushes=sum(d.pushes for d in devices),
        refusals=sum(d.refusals for d in devices),
        messages=len(session.heard),
        took_s=took_s,
    )


async def _settled(session: Session) -> None:
    """Wait until nothing more comes."""
    before = -1
    while before != len(session.heard):
        before = len(session.heard)
        await asyncio.sleep(1.5)


def ids_of(messages: list[Message]) -> dict[str, set[str]]:
    """The event ids that a gateway's mapping makes, by whom or what they are about."""
    mapper = Mapper(shipped(), Registry(None, ZoneInfo("Asia/Shanghai")))
    found: dict[str, set[str]] = defaultdict(set)
    for message in messages:
        read = mapper.read(message)
        assert isinstance(read, list), read
        for event in read:
            if event.subject is not None:
                found[event.subject].add(event.id)
    return found
