"""The HTTP side of the push receiver: who pushes, what, and when it may be told that it was taken.

A body goes to MQTT as the device sent it (only its Content-Encoding is taken off), because codecs
are written for what devices send. So a picture in a multipart body reaches the MQTT broker, which
therefore belongs on loopback or behind TLS and its access list; it reaches nothing after the
gateway, where codecs keep the names of pictures alone.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from ingest.push.answers import refused, taken
from ingest.push.auth import Guard, Request, Verdict
from ingest.push.body import BodyTooLarge, BodyUnreadable, read_body, unpack
from ingest.push.metrics import PushMetrics
from ingest.push.passwords import PasswordFileError
from ingest.settings import IngestSettings
from ingest.topics import push_topic
from schemas.base import MS_PER_S

DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MAKE = re.compile(r"[a-z0-9][a-z0-9_]*")
AT_ONCE_PER_DEVICE = 4
AT_ONCE = 64
BODY_WITHIN_S = 30.0
AGAIN_AFTER_S = 5

Publish = Callable[[str, bytes], Awaitable[str | None]]
"""Publishes; answers None once the broker has it, else why it has not."""

log = structlog.get_logger("ingest.push")


@dataclass(slots=True)
class Receiver:
    """Handles requests. `guard` is None where no authentication is asked."""

    settings: IngestSettings
    guard: Guard | None
    publish: Publish
    metrics: PushMetrics
    _busy: Counter[str] = field(default_factory=Counter)

    def routes(self) -> list[web.RouteDef]:
        """`/push/DEVICE/MAKE/…` for all, and the fixed path of Dahua's ITSAPI, where the name that
        a device logs in with says which it is.
        """
        return [
            web.route("*", "/push/{device}/{make}", self.handle),
            web.route("*", "/push/{device}/{make}/{rest:.*}", self.handle),
            web.route("*", "/NotificationInfo/{rest:.*}", self.handle_itsapi),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One push of a device that names itself in the path."""
        device, make = request.match_info["device"], request.match_info["make"]
        if not DEVICE.fullmatch(device) or not MAKE.fullmatch(make):
            return self._said(make, refused(make, 404, "the path is /push/DEVICE/MAKE"))
        return self._said(make, await self._checked(request, device, make))

    async def handle_itsapi(self, request: web.Request) -> web.StreamResponse:
        """One ITSAPI notification, which has no room for a device in its path."""
        device = self.guard.user(_seen(request)) if self.guard else None
        if device is not None and not DEVICE.fullmatch(device):
            device = None
        if device is None and self.guard is None:
            why = "without authentication nobody knows the device; use /push/DEVICE/dahua"
            return self._said("dahua", refused("dahua", 404, why))
        return self._said("dahua", await self._checked(request, device or "", "dahua"))

    def _said(self, make: str, answer: web.Response) -> web.Response:
        known = make if MAKE.fullmatch(make) and len(make) < 32 else "other"
        self.metrics.requests.labels(known, str(answer.status)).inc()
        return answer

    async def _checked(self, request: web.Request, device: str, make: str) -> web.Response:
        if denied := self._deny(request, device, make):
            return denied
        if request.method in ("GET", "HEAD"):
            return taken(make)  # A keep-alive, or a person who tries the address.
        if request.method not in ("POST", "PUT"):
            return refused(make, 405, "push with POST")
        if self._busy[device] >= AT_ONCE_PER_DEVICE or self._busy.total() >= AT_ONCE:
            return refused(make, 503, "busy", again_after_s=AGAIN_AFTER_S)
        self._busy[device] += 1
        try:
            return await self._take(request, device, make)
        finally:
            self._busy[device] -= 1
            if not self._busy[device]:
                del self._busy[device]

    def _deny(self, request: web.Request, device: str, make: str) -> web.Response | None:
        if self.guard is None:
            return None
        now = round(time.time() * MS_PER_S)
        try:
            verdict = self.guard.check(_seen(request), device, now)
        except PasswordFileError as error:
            log.error("passwords_unreadable", error=str(error))
            return refused(make, 503, "no passwords", again_after_s=AGAIN_AFTER_S)
        if verdict is Verdict.GOOD:
            return None
        if verdict is Verdict.WRONG:
            self.metrics.denied.inc()
            log.warning("device_denied", device=device, peer=request.remote)
        answer = refused(make, 401, "log in as the device that the path names")
        for challenge in self.guard.challenges(now, stale=verdict is Verdict.STALE):
            answer.headers.add("WWW-Authenticate", challenge)
        return answer

    async def _take(self, request: web.Request, device: str, make: str) -> web.Response:
        limit = self.settings.push_body_bytes
        too_large = f"the body is above {limit} bytes"
        if (request.content_length or 0) > limit:
            return refused(make, 413, too_large)
        try:
            async with asyncio.timeout(BODY_WITHIN_S):
                body = await read_body(request.content, limit)
            body = unpack(body, request.headers.get("Content-Encoding", ""), limit)
        except BodyTooLarge:
            return refused(make, 413, too_large)
        except BodyUnreadable as error:
            return refused(make, 400, str(error))
        except TimeoutError:
            return refused(make, 408, f"the body did not come within {BODY_WITHIN_S:.0f} s")
        return await self._pass_on(self.settings.push_prefix + push_topic(device, make), body, make)

    async def _pass_on(self, topic: str, body: bytes, make: str) -> web.Response:
        """200 only once the broker has it: until then the device is the one place that has."""
        if not body:
            return taken(make)
        try:
            async with asyncio.timeout(self.settings.push_wait_s):
                failure = await self.publish(topic, body)
        except TimeoutError:
            failure = "no confirmation in time"
        if failure is None:
            return taken(make)
        log.warning("not_passed_on", topic=topic, why=failure)
        why = f"the MQTT broker has not taken it: {failure}"
        return refused(make, 503, why, again_after_s=AGAIN_AFTER_S)


def _seen(request: web.Request) -> Request:
    return Request(request.method, request.raw_path, request.headers.get("Authorization"))
