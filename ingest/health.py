"""/healthz and /metrics of one process of ingest, on loopback."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

Check = Callable[[], Mapping[str, object]]
"""Answers what is so; `ok` (a bool) is the verdict."""


@asynccontextmanager
async def health_server(
    port: int | None, check: Check, registry: CollectorRegistry
) -> AsyncIterator[None]:
    """Serve while the block runs; without a port there is nothing to serve."""
    if port is None:
        yield
        return

    async def healthz(_: web.Request) -> web.Response:
        found = check()
        return web.json_response(dict(found), status=200 if found["ok"] else 503)

    async def metrics(_: web.Request) -> web.Response:
        headers = {"Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=generate_latest(registry), headers=headers)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
    finally:
        await runner.cleanup()
