"""The console's commands: `console` runs it, `alerts tail` follows the feed in a terminal."""

import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from console.accounts.cli import accounts_app
from console.audit.cli import audit_app
from console.notify.cli import channels_app, roster_app
from console.privacy.case_cli import cases_app
from console.privacy.rights_cli import rights_app
from console.register.cli import register_app
from console.register.terminal import SiteOf
from console.settings import ConsoleSettings
from console.watch.cli import watch_app
from console.words import Language
from schemas.events import explain

FAULT_STATUS = 2


def register(app: typer.Typer, site_of: SiteOf = lambda data: None) -> None:
    """Adds the commands to the program. `site_of` finds a stack's site file by its folder."""
    alerts = typer.Typer(no_args_is_help=True, help="Look at alerts.")
    alerts.command("tail")(tail)
    alerts.command("quality")(quality)
    app.add_typer(alerts, name="alerts")
    app.add_typer(register_app(site_of), name="register")
    app.add_typer(watch_app(site_of), name="watch")
    app.add_typer(audit_app(), name="audit")
    app.add_typer(accounts_app(), name="accounts")
    app.add_typer(channels_app(), name="channels")
    app.add_typer(roster_app(), name="roster")
    app.add_typer(cases_app(), name="cases")
    app.add_typer(rights_app(), name="rights")
    app.command("console")(console)


def console(
    bootstrap: Annotated[str | None, typer.Option(help="Kafka's address, HOST:PORT.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of database and token.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    no_auth: Annotated[
        bool, typer.Option("--no-auth", help="Let this machine's own users in unasked.")
    ] = False,
) -> None:
    """Run the console: the page, the API and the stream of alerts.

    What is not given comes from the environment (SC_BOOTSTRAP, SC_DATA, SC_HOST, SC_PORT, …).

    Example: smart-community console --bootstrap kafka:9092 --data /var/lib/smart-community
    """
    # The database's and the page's frameworks take seconds to load; other commands do not wait.
    from console.cases.office import OwnFileFault
    from console.database import DatabaseFault
    from console.notify.channels import ChannelsFault
    from console.server import loop_factory

    given: dict[str, Any] = {"bootstrap": bootstrap, "data": data, "host": host, "port": port}
    given["no_auth"] = True if no_auth else None
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(_run(ConsoleSettings(**chosen)))
    except ValidationError as error:
        _end(f"settings: {explain(error)}")
    except (ChannelsFault, DatabaseFault, OwnFileFault, OSError) as error:
        _end(str(error))


async def _run(settings: ConsoleSettings) -> None:
    from console.server import run_console

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    typer.echo(f"the page: http://{settings.host}:{settings.port}{_way_in(settings)}")
    await run_console(settings, stop)


def _way_in(settings: ConsoleSettings) -> str:
    """The path a person opens. A token is shown to a terminal only, never written to a log."""
    if settings.no_auth:
        return "/"
    from console.access import load_token

    token = load_token(settings.token_file)
    if sys.stdout.isatty():
        return f"/login?token={token}"
    return f"/login (the token stands in {settings.token_file})"


def tail(
    url: Annotated[str, typer.Option(help="Where the console is.")] = "http://127.0.0.1:8080",
    token: Annotated[
        str | None, typer.Option(envvar="SC_TOKEN", help="Access token of the console.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="zh or en.")] = "zh",
    as_json: Annotated[bool, typer.Option("--json", help="Whole alerts, one a line.")] = False,
    last: Annotated[int, typer.Option(min=0, max=1000, help="Begin with the last N alerts.")] = 10,
) -> None:
    """Follow the alerts in a terminal; reconnects by itself, ends with Ctrl-C.

    Example: smart-community alerts tail --lang en
    """
    from console.tail import Follower, Lines, TailFault, open_client

    lines = Lines(lang, as_json=as_json)
    with contextlib.suppress(KeyboardInterrupt), open_client(url, token) as client:
        try:
            for line in Follower(client, lines, last, _warn).follow():
                typer.echo(line)
        except TailFault as error:
            _end(str(error))


def quality(
    url: Annotated[str, typer.Option(help="Where the console is.")] = "http://127.0.0.1:8080",
    token: Annotated[
        str | None, typer.Option(envvar="SC_TOKEN", help="Access token of the console.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Alerts of the last DAYS.")] = 30,
    lang: Annotated[Language, typer.Option(help="zh or en.")] = "zh",
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Tell how often alerts were right, by situation and by device, after those who looked.

    It only counts: nothing is changed by it.

    Example: smart-community alerts quality --days 90 --lang en
    """
    from console.tail import TailFault, open_client
    from console.verdicts import fetch, lines

    with open_client(url, token) as client:
        try:
            found = fetch(client, days)
        except TailFault as error:
            _end(str(error))
    for line in [found.model_dump_json()] if as_json else lines(found, lang):
        typer.echo(line)


def _warn(trouble: str) -> None:
    typer.echo(trouble, err=True)


def _end(fault: str) -> None:
    typer.echo(fault, err=True)
    raise typer.Exit(FAULT_STATUS)
