"""The processors' commands: process, sink, afterwards, rules; and those that ask the log."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import typer

import processors.whatif.cli
from processors.rules_cli import rules_app


def register(app: typer.Typer, open_kept: processors.whatif.cli.OpenLogs | None = None) -> None:
    """Add the processors' commands to the program; `open_kept` see `processors.whatif.cli`."""
    app.command("process")(process)
    app.command("sink")(sink)
    app.command("afterwards")(afterwards)
    app.add_typer(rules_app, name="rules")
    processors.whatif.cli.register(app, open_kept)


def process() -> None:
    """Correlate events into alerts (settings from SC_… in the environment).

    Example: SC_BOOTSTRAP=kafka:9092 smart-community process
    """
    from processors.shell.run import run_processors
    from processors.shell.settings import ProcessorSettings

    _run(lambda stop: run_processors(ProcessorSettings(), stop))


def sink() -> None:
    """Write points to InfluxDB, or to a file where none is set.

    Example: SC_INFLUX_URL=http://influxdb:8086 SC_INFLUX_TOKEN=… smart-community sink
    """
    from processors.shell.settings import SinkSettings
    from processors.shell.sink import run_sink

    _run(lambda stop: run_sink(SinkSettings(), stop))


def afterwards() -> None:
    """Judge what came too late, and tell what was found afterwards.

    Example: SC_BOOTSTRAP=kafka:9092 smart-community afterwards
    """
    from processors.afterwards.logs import TopicLogs
    from processors.afterwards.service import run_afterwards
    from processors.afterwards.settings import AfterwardsSettings

    settings = AfterwardsSettings()
    _run(lambda stop: run_afterwards(settings, TopicLogs(settings.bootstrap), stop))


def _run(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    async def body() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await main(stop)

    asyncio.run(body())
