"""Runs the console in the program that is there: the consumer, the API and the page, until told to
stop.
"""

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import uvicorn
from anyio import to_thread
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.loops.auto import auto_loop_factory

from console.access import load_token
from console.accounts.entrance import Entrance
from console.accounts.sessions import Lasts
from console.api import Check, api_router
from console.around.routes import add_around
from console.cases.sender import ActSender
from console.consumer import LogConsumer
from console.desk.routes import add_desk
from console.guard import Guard
from console.login import login_router
from console.notify.routes import add_notify
from console.notify.service import Telling
from console.office import HOUR_MS, Clock, Office
from console.outbox.log import Log
from console.pages import add_page
from console.paper.routes import PaperOffice, add_paper
from console.phone.routes import add_phone, photos_of
from console.pictures import picture_router
from console.privacy.keeping import Keeping
from console.privacy.routes import add_privacy
from console.rates import Rate
from console.register.office import RegisterOffice
from console.register.routes import add_register
from console.rest.plumbing import ANYWHERE
from console.rest.routes import add_rest
from console.settings import ConsoleSettings
from schemas.topics import ACTS

CLOSE_S = 2
THREADS = 4
"""Requests answered at once, beside the stream of alerts. More would not be faster, as only one
thread runs Python at a time, and the stream would wait for its turn behind all of them.
"""
SWITCH_S = 0.001
"""How long a thread may run while another one waits; the stream waits for several in a row."""


def wall_clock() -> int:
    """The wall clock in ms since the epoch."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class House:
    """What the application is built on: the office, the way in, the register, who tells people."""

    office: Office
    entrance: Entrance
    register: RegisterOffice
    telling: Telling


def house_of(office: Office, token: str) -> House:
    """A house over an office; `token` is the first administrator's."""
    settings = office.settings
    register = RegisterOffice(settings, office.engine, office.clock)
    lasts = Lasts(settings.session_hours * HOUR_MS, settings.idle_hours * HOUR_MS)
    entrance = Entrance(office.engine, register.vault, token, lasts, office.clock)
    return House(office, entrance, register, Telling(office, register.vault))


def build_api(house: House, checks: Mapping[str, Check]) -> FastAPI:
    """The application without its pages, unguarded. No documentation pages: they load from afar."""
    office, settings = house.office, house.office.settings
    app = FastAPI(
        title="smart-community console", docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", responses=ANYWHERE,
    )  # fmt: skip
    # Routes are tried in turn: the one that thousands of phones ask for comes first.
    add_phone(app, office, house.register, house.entrance)
    app.include_router(api_router(office, checks))
    app.include_router(picture_router(office))
    app.include_router(login_router(house.entrance, settings.office))
    add_rest(app, office, house.entrance)
    add_register(app, house.register)
    add_around(app, office)
    add_paper(app, office, house.register)
    add_notify(app, house.telling)
    add_privacy(app, house.office, house.register)
    add_desk(app, office, house.register, house.entrance)
    return app


def guard_of(app: ASGIApp, house: House) -> Guard:
    """The application behind its guard."""
    settings = house.office.settings
    rate = Rate(settings.requests_per_s, settings.requests_at_once)
    return Guard(app, house.entrance, rate, no_auth=settings.no_auth)


class PageServer(uvicorn.Server):
    """A server that leaves the signals to the program it runs in, and says when it has `begun`."""

    def __init__(self, config: uvicorn.Config) -> None:
        """As uvicorn's."""
        super().__init__(config)
        self.begun = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, or fail to."""
        try:
            await super().startup(sockets)
        finally:
            self.begun.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


async def run_console(
    settings: ConsoleSettings,
    stop: asyncio.Event,
    checks: Mapping[str, Check] | None = None,
    clock: Clock = wall_clock,
) -> None:
    """Runs a console until `stop`. Raises DatabaseFault, or OSError if the port is taken.

    `checks` are the other parts of the stack that `/healthz` answers for, by name. One process can
    run it once: the page's framework keeps its state in the process. `clock` tells the time in ms.
    """
    _leave_room()
    with _listen(settings) as listener, contextlib.closing(Office(settings, clock)) as office:
        house = house_of(office, load_token(settings.token_file))
        outbox, acts = house.register.outbox(office.views), _act_sender(office)
        own = {"outbox": lambda: outbox.fault, "acts": lambda: acts.fault}
        own["channels"] = house.telling.fault
        app = build_api(house, {**(checks or {}), **own})
        live = add_page(app, office)
        server = PageServer(_config(guard_of(app, house)))
        try:
            async with asyncio.TaskGroup() as parts:
                parts.create_task(_serve(server, listener, stop))
                # As it begins, the page's framework looks at every object of the process. A thread
                # that makes a tuple at that moment gets a SystemError for it: no thread works yet.
                await server.begun.wait()
                parts.create_task(LogConsumer(office).run(stop))
                parts.create_task(live.run(stop))
                parts.create_task(outbox.run(stop))
                parts.create_task(acts.run(stop))
                parts.create_task(office.cases.run(office.clock, stop))
                parts.create_task(house.telling.run(stop))
                parts.create_task(house.register.keep_periods(stop))
                parts.create_task(Keeping(office).run(stop))
                parts.create_task(house.entrance.run(stop))
                parts.create_task(PaperOffice(office, house.register).run(office.clock, stop))
                parts.create_task(photos_of(office).run(office, stop))
        except ExceptionGroup as group:
            raise group.exceptions[0] from group


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """What makes the loop to run a console in: the quickest that is installed."""
    return auto_loop_factory()


def _leave_room() -> None:
    """See to it that the stream of alerts gets its turn while many ask."""
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    sys.setswitchinterval(SWITCH_S)


def _act_sender(office: Office) -> ActSender:
    settings = office.settings
    holder = f"{socket.gethostname()}:{settings.data.resolve()}"
    kafka = Log(settings.bootstrap, settings.durable_url, ACTS.name)
    return ActSender(office.engine, kafka, office.clock, holder)


def _listen(settings: ConsoleSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise OSError(
            f"cannot listen on {where} ({error.strerror}); choose another port"
        ) from error


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app, lifespan="on", log_config=None, server_header=False, ws_per_message_deflate=False,
        # An access log would keep the token of a login link.
        access_log=False, timeout_graceful_shutdown=CLOSE_S,
    )  # fmt: skip


async def _serve(server: uvicorn.Server, listener: socket.socket, stop: asyncio.Event) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving
    if not stop.is_set():
        raise RuntimeError("the page's server ended by itself")
