"""`/healthz` and `/metrics` of a part, on the loopback interface."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Ready = Callable[[], str | None]
"""None when ready, else one line that says why not."""


async def serve_health(port: int, ready: Ready) -> web.AppRunner:
    """Start serving; the caller cleans the runner up. Port 0 takes any free one."""

    async def healthz(_: web.Request) -> web.Response:
        why = ready()
        return web.Response(text=(why or "ok") + "\n", status=503 if why else 200)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner
