"""The pages people see, on NiceGUI: everything they need comes from this machine."""

from functools import partial

from fastapi import FastAPI
from nicegui import ui
from starlette.middleware.gzip import GZipMiddleware

from console.office import Office
from console.pages.desk import desk_router
from console.pages.live import Live
from console.pages.page import add_pages
from console.pages.wire import add_wire

# How long a page may be away (a sleeping laptop, a bad link) and go on where it was.
AWAY_S = 60
GZIP_LEVEL = 3
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#12365c" '
    'd="M16 2 4 6v9c0 8 5 13 12 15 7-2 12-7 12-15V6z"/>'
    '<path fill="#fff" d="m16 8 2 5h6l-5 3 2 6-5-4-5 4 2-6-5-3h6z"/></svg>'
)


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
