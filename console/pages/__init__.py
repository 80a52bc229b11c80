"""The pages people see, on NiceGUI: everything they need comes from this machine."""

from functools import partial

from fastapi import FastAPI
from nicegui import ui
from starlette.middleware.gzip import GZipMiddleware

from console.icon import ICON
from console.office import Office
from console.pages.desk import desk_router
from console.pages.live import Live
from console.pages.page import add_pages
from console.pages.wire import add_wire

# How long a page may be away (a sleeping laptop, a bad link) and go on where it was.
AWAY_S = 60
GZIP_LEVEL = 3


def add_page(app: FastAPI, office: Office) -> Live:
    """Mounts the pages on an application; what it returns must run for them to live."""
    live = Live(office)
    add_pages(live)
    add_wire(app, live)
    app.include_router(desk_router(live))
    ui.run_with(
        app, title=office.settings.office.zh, favicon=ICON, tailwind=False,
        binding_refresh_interval=None, reconnect_timeout=AWAY_S, show_welcome_message=False,
        gzip_middleware_factory=partial(GZipMiddleware, compresslevel=GZIP_LEVEL),
    )  # fmt: skip
    return live
