"""The lookout: what the page's /healthz says of the other parts."""

import asyncio

from aiohttp import web

from deploy.embedded.page import CheckSettings, Lookout
from tests.services.process import free_port


async def test_it_tells_who_works_and_who_does_not() -> None:
    port, dead, status = free_port(), free_port(), 200

    async def health(_: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/healthz", health)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    told = f"web=http://127.0.0.1:{port}/healthz,door=tcp://127.0.0.1:{port},gone=tcp://127.0.0.1:{dead}"
    lookout = Lookout(CheckSettings(checks=told).addresses)
    checks = lookout.checks()
    assert {name: check() is None for name, check in checks.items()} == dict.fromkeys(checks, False)
    await lookout.look()
    assert {name: check() is None for name, check in checks.items()} == {
        "web": True, "door": True, "gone": False,
    }  # fmt: skip
    status = 503
    await lookout.look()
    assert checks["web"]() is not None
    await runner.cleanup()
    await asyncio.sleep(0)
