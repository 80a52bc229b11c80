"""An endless multipart answer over HTTP: Hikvision's alertStream and Dahua's event manager.

Each part goes on as it stands, with its boundary line and headers, so that the adapter reads it as
it reads a recorded stream. Pictures follow the part they belong to and go on behind it.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import NoReturn

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DigestAuthMiddleware,
    Fingerprint,
    StreamReader,
    encode_basic_auth,
)
from yarl import URL

from ingest.bridge.pulls.parts import PartCutter, StreamTooLarge, is_picture
from ingest.bridge.pulls.puller import PullDenied, PullEnded, Puller

CONNECT_S = 10.0
SETTLE_S = 0.2
"""A part whose length is reached is whole when nothing more came for so long."""
PICTURES_WITHIN_S = 2.0
CHUNK = 64 * 1024
HEARTBEAT_S = 20
PATHS = {
    "hikvision_alert_stream": "/ISAPI/Event/notification/alertStream",
    "dahua_event_stream": (
        f"/cgi-bin/eventManager.cgi?action=attach&codes=[All]&heartbeat={HEARTBEAT_S}"
    ),
}
_STALE = re.compile(r'stale="?true', re.IGNORECASE)
_PICTURES_FOLLOW = re.compile(
    rb'(?:picturesNumber|picNum|pictureNum)(?:"\s*:\s*"?|>\s*)0*[1-9]|<pictureInfoList>', re.I
)


async def pull_stream(puller: Puller) -> None:
    """Follow the device's stream until it ends. Raises PullDenied or PullEnded."""
    entry = puller.entry
    url = URL(entry.url or "").join(URL(PATHS[entry.way], encoded=True))
    pin = Fingerprint(bytes.fromhex(entry.fingerprint)) if entry.fingerprint else True
    try:
        for log_in in (_by_digest, _by_basic):
            async with (
                log_in(puller) as session,
                session.get(url, ssl=pin, allow_redirects=False) as answer,
            ):
                if answer.status == 401 and _wants_basic(answer) and log_in is _by_digest:
                    continue
                await _follow(puller, answer)
    except (ClientError, OSError, TimeoutError) as error:
        raise PullEnded(str(error) or "silent for too long") from error


def _by_digest(puller: Puller) -> ClientSession:
    proof = DigestAuthMiddleware(puller.entry.user, puller.password)
    return ClientSession(timeout=_patience(puller), middlewares=(proof,))


def _by_basic(puller: Puller) -> ClientSession:
    """The password in clear, for a device that asks for nothing better."""
    told = encode_basic_auth(puller.entry.user, puller.password)
    return ClientSession(timeout=_patience(puller), headers={"Authorization": told})


def _patience(puller: Puller) -> ClientTimeout:
    silence_s = puller.entry.silence_s
    return ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=silence_s)


def _wants_basic(answer: ClientResponse) -> bool:
    kinds = {told.split(" ")[0].lower() for told in answer.headers.getall("WWW-Authenticate", [])}
    return kinds == {"basic"}


async def _follow(puller: Puller, answer: ClientResponse) -> NoReturn:
    if answer.status in (401, 403):
        if _STALE.search(answer.headers.get("WWW-Authenticate", "")):
            raise PullEnded("the device wants a fresh login")
        raise PullDenied
    if answer.status != 200:
        raise PullEnded(f"the device answers {answer.status}")
    puller.stands()
    _, _, boundary = answer.headers.get("Content-Type", "").partition("boundary=")
    cutter = PartCutter(boundary.split(";")[0].strip() or None, puller.bytes_max)
    groups = _Groups(puller)
    try:
        await _read(answer.content, cutter, groups)
    finally:
        await groups.close()


async def _read(stream: StreamReader, cutter: PartCutter, groups: "_Groups") -> NoReturn:
    """Read to the end. Raises PullEnded, or TimeoutError for silence."""
    while True:
        wait_s = SETTLE_S if cutter.is_whole else PICTURES_WITHIN_S if groups.waiting else None
        try:
            async with asyncio.timeout(wait_s) as patience:
                chunk = await stream.read(CHUNK)
        except TimeoutError:
            if not patience.expired():
                raise
            await groups.add(cutter.flush() if cutter.is_whole else [])
            await groups.close()
            continue
        if not chunk:
            await groups.add(cutter.flush())
            raise PullEnded("the device closed the stream")
        try:
            await groups.add(cutter.feed(chunk))
        except StreamTooLarge as error:
            groups.puller.drop()
            raise PullEnded("a part is above the size limit") from error


@dataclass(slots=True)
class _Groups:
    """Parts that belong together: an event, and the pictures that it says will follow."""

    puller: Puller
    _group: list[bytes] = field(default_factory=list)
    _size: int = 0

    @property
    def waiting(self) -> bool:
        """Whether an event waits for its pictures."""
        return bool(self._group)

    async def add(self, parts: list[bytes]) -> None:
        """Take parts in order; tells what is complete."""
        for part in parts:
            if is_picture(part):
                self._take_picture(part)
                continue
            await self.close()
            if _PICTURES_FOLLOW.search(part):
                self._group, self._size = [part], len(part)
            else:
                await self.puller.tell(part)

    def _take_picture(self, part: bytes) -> None:
        """A picture alone tells nothing, and one too many would make the message too large."""
        if self._group and self._size + len(part) <= self.puller.bytes_max:
            self._group.append(part)
            self._size += len(part)
        else:
            self.puller.drop()

    async def close(self) -> None:
        """Tell what waits."""
        if self._group:
            group, self._group, self._size = self._group, [], 0
            await self.puller.tell(b"".join(group))
