"""The page's server says when it has begun; whatever works in threads waits for that."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from console.server import PageServer


async def test_it_has_begun_once_the_page_has() -> None:
    seen: list[bool] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        seen.append(server.begun.is_set())
        yield

    server = PageServer(uvicorn.Config(Starlette(lifespan=lifespan), log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        await asyncio.wait_for(server.begun.wait(), 10)
        assert (seen, server.started) == ([False], True)
        server.should_exit = True
        await serving
