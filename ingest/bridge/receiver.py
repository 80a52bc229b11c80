"""The HTTP side of the bridge: who pushes, what, and when it may be told that it was taken.

A body goes on as the device sent it (only its Content-Encoding is taken off), because codecs are
written for what devices send; `sealing` then hides what it says of people. What a make's module
leaves out, people's records and templates, it names there.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from multidict import CIMultiDict

from ingest.bridge.auth import Request, Verdict
from ingest.bridge.body import BodyTooLarge, BodyUnreadable, read_body, unpack
from ingest.bridge.catalogue import known_makes, make_of
from ingest.bridge.entrance import Entrance, Visit
from ingest.bridge.make import Answer, Make, Push, Refusal, refuse_in_json
from ingest.bridge.metrics import BridgeMetrics
from ingest.bridge.passwords import PasswordFileError
from ingest.settings import IngestSettings
from ingest.topics import push_topic
from schemas.base import MS_PER_S

DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MAKE = re.compile(r"[a-z0-9][a-z0-9_]*")
AT_ONCE_PER_DEVICE = 4
AT_ONCE = 300
"""Below what the MQTT client holds, so that a burst of many devices is not refused."""
HELD_BYTES = 128 * 1024 * 1024
BODY_WITHIN_S = 30.0
AGAIN_AFTER_S = 5
TELL_LIFE_EVERY_MS = 30_000
LIVES_REMEMBERED = 10_000
METHODS = ("GET", "HEAD", "POST", "PUT")

Publish = Callable[[str, bytes], Awaitable[str | None]]
"""Publishes; answers None once the broker has it, else why it has not."""

ZoneOf = Callable[[str, str], ZoneInfo | None]
"""The zone of a device of a make, if the site knows it."""

log = structlog.get_logger("ingest.bridge")


class _Refused(Exception):
    """Leaves the handling of a request; `answer` is in the make's words already."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(slots=True)
class Receiver:
    """Handles requests."""

    settings: IngestSettings
    entrance: Entrance
    publish: Publish
    metrics: BridgeMetrics
    zone_of: ZoneOf
    _busy: Counter[str] = field(default_factory=Counter)
    _held: int = 0
    _told_at: dict[str, int] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """`/push/DEVICE/MAKE/…` for all, and the fixed paths of makes without a field for one."""
        fixed = (
            web.route("*", root + "{rest:(?:/.*)?}", self._fixed(make))
            for make in known_makes().values()
            for root in make.roots
        )
        return [web.route("*", "/push/{device}/{make}{rest:(?:/.*)?}", self.handle), *fixed]

    def busy(self, device: str) -> int:
        """How many pushes of a device are being taken."""
        return self._busy[device]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One push of a device that names itself in the path."""
        device, name = request.match_info["device"], request.match_info["make"]
        if not DEVICE.fullmatch(device) or not MAKE.fullmatch(name):
            refusal = Refusal(404, "the path is /push/DEVICE/MAKE")
            return self._said("other", refuse_in_json(refusal, Push()))
        return self._said(name, await self._answer(request, make_of(name), device))

    def _fixed(self, make: Make) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            return self._said(make.name, await self._answer(request, make, None))

        return handle

    def _said(self, make: str, answer: Answer) -> web.Response:
        known = make if len(make) < 32 else "other"
        self.metrics.requests.labels(known, str(answer.status)).inc()
        return web.Response(
            body=answer.body,
            status=answer.status,
            content_type=answer.content_type,
            headers=CIMultiDict(answer.headers),
        )

    async def _answer(self, request: web.Request, make: Make, device: str | None) -> Answer:
        push = _head(request)
        push = replace(push, serial=make.serial(push))
        size = self._size(request)
        self._held += size
        try:
            if device is None and self.entrance.guard is None and push.serial is None:
                # Nobody must log in here, so the body may be read to learn who sends it.
                push = await self._with_body(request, make, push)
                push = replace(push, serial=make.serial(push))
            visit = Visit(make, push.serial, request.remote, _seen(request), push.now)
            name = self._admit(visit, push, device)
            push = replace(push, device=name, zone=self.zone_of(name, make.name))
            return await self._in_turn(request, visit, push)
        except _Refused as refused:
            return refused.answer
        finally:
            self._held -= size

    def _size(self, request: web.Request) -> int:
        """How much of our memory a body may take: what it says, or the limit if it does not say."""
        if not request.body_exists:
            return 0
        limit = self.settings.bridge_body_bytes
        told = request.content_length
        return limit if told is None else min(told, limit)

    def _admit(self, visit: Visit, push: Push, device: str | None) -> str:
        """Who it is. Raises _Refused unless that is proven, or nobody need prove it."""
        name = device or self.entrance.device(visit)
        if name is None and self.entrance.guard is None:
            why = f"without a login nobody knows the device; use /push/DEVICE/{visit.make.name}"
            raise _refused(visit.make, push, Refusal(404, why))
        try:
            verdict = self.entrance.judge(visit, name or "")
        except PasswordFileError as error:
            log.error("passwords_unreadable", error=str(error))
            refusal = Refusal(503, "no passwords", AGAIN_AFTER_S)
            raise _refused(visit.make, push, refusal) from error
        if verdict is not Verdict.GOOD or name is None:
            raise self._denied(visit, push, verdict, name)
        return name

    def _denied(self, visit: Visit, push: Push, verdict: Verdict, name: str | None) -> _Refused:
        if verdict is Verdict.WRONG:
            self.metrics.denied.inc()
            log.warning("device_denied", device=name, peer=visit.peer)
        make, guard = visit.make, self.entrance.guard
        stale = verdict is Verdict.STALE
        told = guard.challenges(push.now, stale=stale, single=make.digest_only) if guard else []
        answer = make.refuse(Refusal(401, "log in as the device that the path names"), push)
        challenges = tuple(("WWW-Authenticate", one) for one in told)
        return _Refused(replace(answer, headers=(*answer.headers, *challenges)))

    async def _in_turn(self, request: web.Request, visit: Visit, push: Push) -> Answer:
        """Take the push, unless too much is being taken already."""
        device = push.device
        if push.method not in METHODS:
            raise _refused(visit.make, push, Refusal(405, "push with POST"))
        if self._busy[device] >= AT_ONCE_PER_DEVICE or self._busy.total() >= AT_ONCE:
            raise _refused(visit.make, push, Refusal(503, "busy", AGAIN_AFTER_S))
        self._busy[device] += 1
        try:
            if not push.body:
                push = await self._with_body(request, visit.make, push)
            return await self._take(visit, push)
        finally:
            self._busy[device] -= 1
            if not self._busy[device]:
                del self._busy[device]

    async def _take(self, visit: Visit, push: Push) -> Answer:
        make = visit.make
        plan = make.plan(push)
        self.entrance.enrol(visit, make.enrols(push) or push.serial, push.device)
        if plan.withheld:
            self.metrics.withheld.labels(make.name).inc()
        topic = push_topic(push.device, make.name, plan.table)
        if plan.body:
            await self._pass_on(make, push, topic, plan.body)
        elif plan.is_poll and self._is_due(push):
            await self._pass_on(make, push, topic, b"")
        return plan.taken

    def _is_due(self, push: Push) -> bool:
        """Whether the device's life was last told long enough ago."""
        if push.now - self._told_at.get(push.device, 0) < TELL_LIFE_EVERY_MS:
            return False
        if len(self._told_at) >= LIVES_REMEMBERED:
            self._told_at.clear()
        self._told_at[push.device] = push.now
        return True

    async def _with_body(self, request: web.Request, make: Make, push: Push) -> Push:
        """The push with its body. Raises _Refused for one that is too large, late or unreadable."""
        limit = self.settings.bridge_body_bytes
        too_large = Refusal(413, f"the body is above {limit} bytes")
        if (request.content_length or 0) > limit:
            raise _refused(make, push, too_large)
        if self._held > HELD_BYTES:
            raise _refused(make, push, Refusal(503, "busy", AGAIN_AFTER_S))
        try:
            async with asyncio.timeout(BODY_WITHIN_S):
                body = await read_body(request.content, limit)
            encoding = request.headers.get("Content-Encoding", "")
            return replace(push, body=unpack(body, encoding, limit))
        except BodyTooLarge as error:
            raise _refused(make, push, too_large) from error
        except BodyUnreadable as error:
            raise _refused(make, push, Refusal(400, str(error))) from error
        except TimeoutError as error:
            why = f"the body did not come within {BODY_WITHIN_S:.0f} s"
            raise _refused(make, push, Refusal(408, why)) from error

    async def _pass_on(self, make: Make, push: Push, topic: str, body: bytes) -> None:
        """Return only once the broker has it: until then the device is the one place that has.
        Raises _Refused.
        """
        try:
            async with asyncio.timeout(self.settings.bridge_wait_s):
                failure = await self.publish(topic, body)
        except TimeoutError:
            failure = "no confirmation in time"
        if failure is not None:
            log.warning("not_passed_on", topic=topic, why=failure)
            why = f"the MQTT broker has not taken it: {failure}"
            raise _refused(make, push, Refusal(503, why, AGAIN_AFTER_S))


def _refused(make: Make, push: Push, refusal: Refusal) -> _Refused:
    return _Refused(make.refuse(refusal, push))


def _head(request: web.Request) -> Push:
    """A request without its body."""
    return Push(
        method=request.method,
        path=request.match_info.get("rest", "").strip("/"),
        query=dict(request.query),
        headers={name.lower(): value for name, value in request.headers.items()},
        now=round(time.time() * MS_PER_S),
    )


def _seen(request: web.Request) -> Request:
    """What of the request proves its sender."""
    headers = request.headers
    token = headers.get("X-Token") or headers.get("X-Auth-Token") or request.query.get("token")
    return Request(request.method, request.raw_path, headers.get("Authorization"), token)
