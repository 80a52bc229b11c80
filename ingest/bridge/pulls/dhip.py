"""Dahua's DHIP over TCP 5000: log in by challenge, attach to all events, keep alive.

A frame is 32 bytes of header and JSON: the magic `20 00 00 00 "DHIP"`, session, request id and the
length twice, all little-endian. The challenge is MD5 twice over user, realm, random and password,
in capitals. Known from DahuaVTO2MQTT and from captures of door stations.
"""

import asyncio
import hashlib
import struct
from dataclasses import dataclass, field
from typing import Any

import orjson
from yarl import URL

from ingest.bridge.config import DHIP_PORT
from ingest.bridge.make import inner, read_object
from ingest.bridge.pulls.puller import PullDenied, PullEnded, Puller

MAGIC = b"\x20\x00\x00\x00DHIP"
HEADER = struct.Struct("<8sIIIIII")
CONNECT_S = 10.0
ANSWER_S = 10.0
KEEP_ALIVE_S = 30.0
EVENTS = "client.notifyEventStream"


async def pull_dhip(puller: Puller) -> None:
    """Follow the device's events until the connection ends. Raises PullDenied or PullEnded."""
    told = URL(puller.entry.url or "")
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(told.host, told.port or DHIP_PORT)
    except (OSError, TimeoutError) as error:
        raise PullEnded(str(error) or "does not answer") from error
    try:
        await _converse(_Session(puller, reader, writer))
    except (OSError, asyncio.IncompleteReadError) as error:
        raise PullEnded("the device closed the connection") from error
    finally:
        writer.transport.abort()


async def _converse(session: "_Session") -> None:
    pause_s = await session.log_in()
    await session.ask("eventManager.attach", {"codes": ["All"]})
    session.puller.stands()
    keeping = asyncio.create_task(session.keep_alive(pause_s))
    try:
        while True:
            await session.next(session.puller.entry.silence_s)
    finally:
        keeping.cancel()


@dataclass(slots=True)
class _Session:
    """One conversation with one device."""

    puller: Puller
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _id: int = 0
    _session: int = 0
    _limit: int = field(init=False)

    def __post_init__(self) -> None:
        self._limit = self.puller.bytes_max

    async def log_in(self) -> float:
        """Prove ourselves; how often to keep alive, in s. Raises PullDenied or PullEnded."""
        user = self.puller.entry.user
        asked = {"userName": user, "clientType": "", "ipAddr": "", "loginType": "Direct"}
        challenge = await self.ask("global.login", asked | {"password": ""})
        self._session = _whole(challenge.get("session"))
        told = inner(challenge, "params")
        realm, random = told.get("realm"), told.get("random")
        if not isinstance(realm, str) or not isinstance(random, str):
            raise PullEnded("the device sends no challenge")
        proof = {"password": prove(user, self.puller.password, realm, random)}
        kind = {"authorityType": "Default", "passwordType": "Default"}
        answer = await self.ask("global.login", asked | proof | kind)
        if answer.get("result") is not True:
            raise PullDenied
        self._session = _whole(answer.get("session")) or self._session
        interval = _whole(inner(answer, "params").get("keepAliveInterval"))
        return min(interval / 2, KEEP_ALIVE_S) if interval else KEEP_ALIVE_S

    async def keep_alive(self, pause_s: float) -> None:
        """Say that we are there; the answers show that the device is."""
        while True:
            await asyncio.sleep(pause_s)
            timeout_s = round(pause_s * 2)
            await self._send("global.keepAlive", {"timeout": timeout_s, "active": True})

    async def ask(self, method: str, params: dict[str, Any]) -> dict[str, object]:
        """The answer to one request; events that come before it are told. Raises PullEnded."""
        asked = await self._send(method, params)
        while True:
            content = await self.next(ANSWER_S)
            if content.get("id") == asked:
                return content

    async def next(self, within_s: float) -> dict[str, object]:
        """The next frame's content; an event is told on the way. Raises PullEnded."""
        try:
            async with asyncio.timeout(within_s):
                body = await self._frame()
        except TimeoutError as error:
            raise PullEnded(f"silent for {within_s:g} s") from error
        content = read_object(body)
        if content.get("method") == EVENTS:
            await self.puller.tell(body)
        return content

    async def _frame(self) -> bytes:
        magic, _, _, length, _, _, _ = HEADER.unpack(await self.reader.readexactly(HEADER.size))
        if magic != MAGIC:
            raise PullEnded("the device does not speak DHIP")
        if length > self._limit:
            self.puller.drop()
            raise PullEnded("a frame is above the size limit")
        return (await self.reader.readexactly(length)).rstrip(b"\n\0")

    async def _send(self, method: str, params: dict[str, Any]) -> int:
        self._id += 1
        said = {"method": method, "params": params, "id": self._id, "session": self._session}
        body = orjson.dumps(said)
        size = len(body)
        head = HEADER.pack(MAGIC, self._session, self._id, size, 0, size, 0)
        self.writer.write(head + body)
        await self.writer.drain()
        return self._id


def prove(user: str, password: str, realm: str, random: str) -> str:
    """The answer to a challenge."""
    inside = _md5(f"{user}:{realm}:{password}")
    return _md5(f"{user}:{random}:{inside}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def _whole(value: object) -> int:
    """A 32 bit number, 0 for anything else."""
    right = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 32
    return int(value) if right else 0  # type: ignore[call-overload]
