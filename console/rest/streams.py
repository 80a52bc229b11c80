"""How many streams may be open, and for how long.

A stream ends after a quarter of an hour: whoever listens comes back with the last id they had, and
the guard asks again who they are and what they may.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import Header, HTTPException
from starlette.responses import StreamingResponse

from console.rest.plumbing import Responses

PER_PERSON, AT_ALL = 10, 500
LASTS_S = 900.0
AGAIN_S = 30
HEARTBEAT_S = 10.0
RETRY_MS = 2000
HELLO = f"retry: {RETRY_MS}\n\n".encode()
STILL_HERE = b": still here\n\n"
EVENTS = "text/event-stream"
STREAM: Responses = {200: {"content": {EVENTS: {}}, "description": "server-sent events"}}
LastId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", max_length=200, description="id of the last event you have"),
]  # fmt: skip


class Streams:
    """The streams that are open in one console."""

    def __init__(self) -> None:
        """None yet."""
        self._open: Counter[str] = Counter()

    def answer(self, login: str, events: AsyncGenerator[bytes, Any]) -> StreamingResponse:
        """A stream for somebody. Raises HTTPException where they, or all, have too many open."""
        if self._open[login] >= PER_PERSON or self._open.total() >= AT_ALL:
            wait = {"Retry-After": str(AGAIN_S)}
            raise HTTPException(429, "too many streams are open; close one", wait)
        return StreamingResponse(self._counted(login, events), media_type=EVENTS)

    async def _counted(
        self, login: str, events: AsyncGenerator[bytes, Any]
    ) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        self._open[login] += 1
        until = loop.time() + LASTS_S
        try:
            async with aclosing(events):
                async for event in events:
                    yield event
                    if loop.time() >= until:
                        return
        finally:
            self._open[login] -= 1
            self._open += Counter()  # Lets go of those who have none.
