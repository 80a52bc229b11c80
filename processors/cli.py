"""The processors' commands: process, sink, afterwards, rules; and those that ask the log."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

import processors.whatif.cli
from processors.core.rule import RuleFault, RuleSet
from processors.rules.catalogue import shipped_rules
from schemas.place import EstateConfig
from schemas.site_files import load_site
from schemas.yaml_file import FileFaults

rules_app = typer.Typer(help="The situations that are looked for.", no_args_is_help=True)


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


@rules_app.command("list")
def list_rules() -> None:
    """Print every rule: id, level, first handler, delivery, title.

    Example: smart-community rules list
    """
    for rule in shipped_rules().rules:
        print(
            f"{rule.id:18} {rule.severity:7} {rule.handler:12} {rule.delivery:10} {rule.title.zh}"
        )


@rules_app.command("check")
def check_rules(
    site: Annotated[Path | None, typer.Option(help="site file with rule settings")] = None,
) -> None:
    """Check that all rules hold together, and a site's settings of them.

    Example: smart-community rules check --site site.yaml
    """
    try:
        rules = shipped_rules()
        for config in _configs(site).values():
            check_settings(rules, config)
    except (RuleFault, FileFaults, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    print(f"{len(rules.rules)} rules hold together")


def check_settings(rules: RuleSet, config: EstateConfig) -> None:
    """Raises ValueError for a setting of an unknown rule or of a wrong kind, naming the place."""
    spots = [("", config.rules), *((area.place, area.rules) for area in config.areas)]
    for place, settings in spots:
        where = f"estate {config.estate}" + (f", area {place}" if place else "")
        for name, values in settings.items():
            if name not in rules.by_id:
                raise ValueError(f"{where}: there is no rule {name!r}; see `rules list`")
            try:
                rules.by_id[name].read_params(values)
            except ValueError as error:
                raise ValueError(f"{where}: {error}") from error


def _configs(site: Path | None) -> dict[str, EstateConfig]:
    if site is None:
        return {}
    return load_site(site).configs()


def _run(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    async def body() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await main(stop)

    asyncio.run(body())
