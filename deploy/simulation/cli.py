"""`smart-community simulate`: a seeded estate, into a file or onto MQTT."""

import asyncio
import signal
import socket
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from deploy.simulation.day import day_start
from deploy.simulation.estate import Estate, load_estate
from deploy.simulation.events import TICK_S
from deploy.simulation.files import open_out, write_events
from deploy.simulation.publish import Broker, BrokerRefuses
from deploy.simulation.runner import SimulationSettings, run_simulation, usual_beginning
from deploy.simulation.timeline import DEFAULT_DAY, Timeline
from schemas.base import format_instant, parse_instant

Seed = Annotated[int, typer.Option(help="The same seed gives the same bytes.")]
Events = Annotated[int | None, typer.Option(min=1, help="How many events to write.")]
Out = Annotated[Path | None, typer.Option(help="Write events here instead of publishing them.")]
TruthFile = Annotated[Path | None, typer.Option(help="Write what was made to happen here.")]
Tick = Annotated[int, typer.Option(min=0, help="Seconds between clock events in a file; 0: none.")]
Host = Annotated[str, typer.Option(help="The MQTT broker.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Its port.")]
User = Annotated[str | None, typer.Option(help="Its user, if it asks for one.")]
Password = Annotated[
    str | None, typer.Option(envvar="SMART_COMMUNITY_MQTT_PASSWORD", help="The user's password.")
]
Speed = Annotated[float, typer.Option(min=0.1, max=3600, help="Simulated seconds a second.")]
Clock = Annotated[bool, typer.Option(help="Publish the simulated time for a gateway in demo.")]
DayOption = Annotated[str | None, typer.Option(help="Begin at 07:00 of this date, YYYY-MM-DD.")]
From = Annotated[str | None, typer.Option("--from", help="Begin at this time (RFC 3339).")]


CONNECT_S = 5.0


def register(app: typer.Typer) -> None:
    """Adds `simulate` to the program."""
    app.command("simulate")(simulate)


def simulate(  # noqa: PLR0913
    seed: Seed = 1,
    events: Events = None,
    out: Out = None,
    truth: TruthFile = None,
    tick: Tick = TICK_S,
    mqtt_host: Host = "127.0.0.1",
    mqtt_port: Port = 1883,
    mqtt_user: User = None,
    mqtt_password: Password = None,
    speed: Speed = 60,
    clock: Clock = True,
    day: DayOption = None,
    from_: From = None,
) -> None:
    """Play a simulated estate: into a file of events, or as devices onto an MQTT broker.

    Examples:
      smart-community simulate --seed 7 --events 100000 --out day.ndjson --truth truth.ndjson
      smart-community simulate --mqtt-port 1883 --speed 60
    """
    estate = load_estate()
    begins = _beginning(estate, day, from_)
    if out is None and truth is None:
        begins = begins or usual_beginning(estate, round(time.time() * 1000))
        broker = Broker(mqtt_host, mqtt_port, mqtt_user, mqtt_password)
        _publish(SimulationSettings(begins, seed, speed, broker, clock=clock))
        return
    if events is None:
        _fail("--events is missing: say how many events to write, for example --events 100000")
    timeline = Timeline(estate, seed, begins or day_start(estate, DEFAULT_DAY), tick or None)
    _write(timeline, events, out, truth)


def _write(timeline: Timeline, events: int, out: Path | None, truth: Path | None) -> None:
    try:
        with ExitStack() as stack:
            files = [stack.enter_context(open_out(path)) if path else None for path in (out, truth)]
            write_events(timeline, events, *files)
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}; choose a place that can be written to")


def _publish(settings: SimulationSettings) -> None:
    broker = settings.broker
    try:
        socket.create_connection((broker.host, broker.port), CONNECT_S).close()
    except OSError as error:
        where = f"{broker.host}:{broker.port}"
        _fail(f"no MQTT broker at {where} ({error}); start it, or give --mqtt-host and --mqtt-port")
    typer.echo(
        f"simulating from {format_instant(settings.begins)} at {settings.speed:g} x "
        f"onto {broker.host}:{broker.port}; Ctrl-C ends it",
        err=True,
    )
    try:
        asyncio.run(_until_signal(settings))
    except BrokerRefuses as error:
        _fail(str(error))


async def _until_signal(settings: SimulationSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await run_simulation(settings, stop)


def _beginning(estate: Estate, day: str | None, moment: str | None) -> int | None:
    try:
        if moment is not None:
            return parse_instant(moment)
        return None if day is None else day_start(estate, date.fromisoformat(day))
    except ValueError as error:
        what = "--from" if moment is not None else "--day"
        _fail(f"{what}: {error}; write 2026-03-02 for a day, 2026-03-02T07:00:00+08:00 for a time")


def _fail(what: str) -> NoReturn:
    typer.echo(f"simulate: {what}", err=True)
    raise typer.Exit(2)
