"""`smart-community ingest` and `smart-community bridge`: each part alone, for production.

Settings come from the environment; see `ingest.settings`.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

import structlog
import typer
from pydantic import ValidationError

from ingest.bridge import run_bridge
from ingest.bridge.cli import add_commands
from ingest.bridge.passwords import PasswordFileError
from ingest.bridge.service import BridgeRefused
from ingest.gateway import run_gateway
from ingest.gateway.journal import JournalTaken
from ingest.key_file import KeyFileError
from ingest.mqtt import MqttRefused
from ingest.settings import IngestSettings
from schemas.yaml_file import FileFaults

CANNOT_BEGIN = (
    FileFaults,
    JournalTaken,
    KeyFileError,
    MqttRefused,
    PasswordFileError,
    BridgeRefused,
    OSError,
)

Part = Callable[[asyncio.Event, asyncio.Event], Coroutine[Any, Any, None]]


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command("ingest")
    def ingest_command() -> None:
        """Run the gateway: MQTT in, Kafka out. Settings are SC_… variables; SIGHUP reads the site.

        Example: SC_SITE=site.yaml SC_MQTT_HOST=broker SC_BOOTSTRAP=kafka:9092 smart-community
        ingest
        """
        settings = _settings()
        _run(lambda stop, reload: run_gateway(settings, stop, reload))

    bridge = typer.Typer(invoke_without_command=True)
    bridge.callback()(bridge_command)
    add_commands(bridge)
    app.add_typer(bridge, name="bridge")


def bridge_command(context: typer.Context) -> None:
    """Take what devices push over HTTP, ask those that must be asked, publish on MQTT, answer.

    Settings are SC_… variables. Without a command behind it, it runs.

    Example: SC_BRIDGE_HOST=0.0.0.0 SC_BRIDGE_PORT=8081 smart-community bridge
    """
    if context.invoked_subcommand is None:
        settings = _settings()
        _run(lambda stop, _: run_bridge(settings, stop))


def _settings() -> IngestSettings:
    try:
        return IngestSettings()
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            name = "_".join(str(step) for step in fault["loc"][:1]).upper()
            typer.echo(f"SC_{name}: {fault['msg']}", err=True)
        raise typer.Exit(2) from error


def _run(part: Part) -> None:
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    try:
        asyncio.run(_until_signal(part))
    except CANNOT_BEGIN as error:
        _give_up(error)


async def _until_signal(part: Part) -> None:
    stop, reload = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    await part(stop, reload)


def _give_up(error: Exception) -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(2) from error
