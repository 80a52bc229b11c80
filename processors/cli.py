"""The processors' commands: process, sink, backtest, rules."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from processors.backtest import LineFault, backtest, read_events
from processors.core.rule import RuleFault, RuleSet
from processors.rules.catalogue import only, shipped_rules
from schemas.base import parse_instant
from schemas.place import EstateConfig
from schemas.site import parse_site
from schemas.yaml_file import FileFaults

rules_app = typer.Typer(help="The situations that are looked for.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the processors' commands to the program."""
    app.command("process")(process)
    app.command("sink")(sink)
    app.command("afterwards")(afterwards)
    app.command("backtest")(backtest_files)
    app.add_typer(rules_app, name="rules")


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


def backtest_files(
    files: Annotated[list[Path], typer.Argument(help="NDJSON files of events", exists=True)],
    site: Annotated[Path | None, typer.Option(help="site file", exists=True)] = None,
    rules: Annotated[Path | None, typer.Option(help="folder with more rules", exists=True)] = None,
    only_rules: Annotated[
        list[str] | None, typer.Option("--only", help="these rules alone")
    ] = None,
    until: Annotated[str | None, typer.Option(help="where time stops, RFC 3339")] = None,
) -> None:
    """Print the alerts that events would have raised, one JSON line each.

    Example: smart-community backtest --site site.yaml events.ndjson
    """
    try:
        chosen = _rules(rules, only_rules or [])
        configs = _configs(site)
        end = parse_instant(until) if until else None
        for line in backtest(read_events(files), chosen, configs, end):
            print(line)
    except (RuleFault, FileFaults, LineFault, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


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


def _rules(folder: Path | None, names: list[str]) -> RuleSet:
    rules = shipped_rules() if folder is None else shipped_rules(folder)
    return only(rules, names) if names else rules


def _configs(site: Path | None) -> dict[str, EstateConfig]:
    if site is None:
        return {}
    return parse_site(site.read_text(encoding="utf-8"), str(site)).configs()


def _run(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    async def body() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await main(stop)

    asyncio.run(body())
