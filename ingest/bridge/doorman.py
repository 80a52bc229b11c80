"""Bounds on connections that aiohttp leaves open: how many, and how long a request's head may take.

A client that sends its head a byte at a time, or says nothing at all, would hold a connection for
as long as it likes (slow loris). The body's time is bounded where it is read.
"""

import asyncio
from typing import cast
from weakref import WeakKeyDictionary

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

HEAD_WITHIN_S = 15.0
CONNECTIONS_MAX = 1000


class Doorman:
    """Stands before an aiohttp server's protocols."""

    def __init__(
        self, head_within_s: float = HEAD_WITHIN_S, connections_max: int = CONNECTIONS_MAX
    ) -> None:
        """No connection yet."""
        self.head_within_s = head_within_s
        self.connections_max = connections_max
        self._guarded: WeakKeyDictionary[asyncio.BaseTransport, _Guarded] = WeakKeyDictionary()

    def protocol(self, inner: asyncio.Protocol) -> asyncio.Protocol:
        """A protocol that passes everything to `inner` and watches the time."""
        return _Guarded(self, inner)

    @property
    def connections(self) -> int:
        """How many stand."""
        return len(self._guarded)

    def admits(self, transport: asyncio.BaseTransport, guarded: "_Guarded") -> bool:
        """Whether there is room for one more connection."""
        if self.connections >= self.connections_max:
            return False
        self._guarded[transport] = guarded
        return True

    def left(self, transport: asyncio.BaseTransport) -> None:
        """A connection is gone."""
        self._guarded.pop(transport, None)

    def middleware(self) -> Middleware:
        """What tells us that a head was read whole."""

        @web.middleware
        async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
            guarded = self._guarded.get(cast(asyncio.BaseTransport, request.transport))
            if guarded is not None:
                guarded.busy = True
                guarded.rest()
            try:
                return await handler(request)
            finally:
                if guarded is not None:
                    guarded.busy = False

        return watch


class _Guarded(asyncio.Protocol):
    """One connection: a timer runs from its beginning, or from a head's first byte, to its end."""

    def __init__(self, doorman: Doorman, inner: asyncio.Protocol) -> None:
        self._doorman = doorman
        self._inner = inner
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._inner.connection_made(transport)
        if not self._doorman.admits(transport, self):
            self._transport.abort()
            return
        self._watch()

    def data_received(self, data: bytes) -> None:
        if not self.busy:
            self._watch()
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self.rest()
        if self._transport is not None:
            self._doorman.left(self._transport)
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def rest(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _watch(self) -> None:
        """Start the timer, if it does not run; more bytes of a head give no more time."""
        if self._timer is None and self._transport is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._doorman.head_within_s, self._transport.abort)
