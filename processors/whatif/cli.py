"""The commands that ask the log: backtest and why."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
import yaml
from aiokafka.errors import KafkaError

from processors.afterwards.logs import Logs, TopicLogs
from processors.afterwards.settings import AfterwardsSettings
from processors.backtest import LineFault, no_collector, read_events
from processors.core.replay import alerts_in_order, replay
from processors.core.rule import RuleFault, RuleSet
from processors.rules.catalogue import only, shipped_rules
from processors.whatif.changed import Settings, difference, log_with_settings, with_settings
from processors.whatif.load import load_of
from processors.whatif.why import why
from schemas.alerts import Alert, alert_line
from schemas.base import MS_PER_S, Words, format_instant, parse_instant
from schemas.event_data import ConfigActivated
from schemas.events import Event
from schemas.place import EstateConfig
from schemas.rule_files import load_configs
from schemas.yaml_file import FileFaults

OpenLogs = Callable[[Path], Logs | None]
Files = Annotated[
    list[Path] | None,
    typer.Argument(help="NDJSON files of events; without any, the log itself is asked"),
]
Last = Annotated[float, typer.Option(help="days of the log, without files")]
Data = Annotated[Path, typer.Option(help="the embedded stack's folder; else Kafka is asked")]
Site = Annotated[Path | None, typer.Option(help="site file", exists=True)]
Rules = Annotated[Path | None, typer.Option(help="folder with more rules", exists=True)]
Only = Annotated[list[str] | None, typer.Option("--only", help="these rules alone")]
Until = Annotated[str | None, typer.Option(help="where time stops, RFC 3339")]
Estates = Annotated[list[str] | None, typer.Option("--estate", help="these estates alone")]
Change = Annotated[
    list[str] | None,
    typer.Option("--set", help="another parameter, as door_held.hold_s=60: tell the difference"),
]
ShowLoad = Annotated[bool, typer.Option(help="also tell pushes by shift, on stderr")]
RuleName = Annotated[str, typer.Argument(help="a rule, as `rules list` calls it")]
Key = Annotated[str, typer.Argument(help="a door, lane, zone, device, or a plate's or card's ref")]
Moment = Annotated[str | None, typer.Option(help="around this moment, RFC 3339")]
Around = Annotated[float, typer.Option(help="minutes before and after --at")]


class Question(NamedTuple):
    """What is judged, and by what."""

    events: list[Event]
    configs: dict[str, EstateConfig]
    rules: RuleSet


def register(app: typer.Typer, open_kept: OpenLogs | None = None) -> None:
    """Add the commands. `open_kept` reads the log of a stack whose broker forgets."""
    commands = Commands(open_kept)
    app.command("backtest")(commands.backtest)
    app.command("why")(commands.why)


class Commands:
    """The commands, and where they find the log when no files are named."""

    def __init__(self, open_kept: OpenLogs | None) -> None:
        """See `register`."""
        self._open_kept = open_kept

    def backtest(  # noqa: PLR0913
        self, files: Files = None, site: Site = None, rules: Rules = None, only_rules: Only = None,
        until: Until = None, last: Last = 7, data: Data = Path("data"), estate: Estates = None,
        change: Change = None, load: ShowLoad = False,
    ) -> None:  # fmt: skip
        """Print the alerts that events would have raised, one JSON line each.

        With --set the alerts that this adds (+) and takes away (-) are printed instead.

        Example: smart-community backtest --site site.yaml events.ndjson
        """
        with _faults_told(), no_collector():
            events = _of(self._log(files or [], last, data), estate)
            configs = _configs(site)
            chosen = _rules(rules, only_rules or [], _own_names(events, configs))
            asked = Question(events, configs, chosen)
            end = parse_instant(until) if until else None
            before = _judged(asked, end)
            if change:
                _tell_difference(asked, _settings(change, asked.rules), before, end)
            else:
                for alert in before:
                    print(alert_line(alert).model_dump_json())
            if load:
                _tell_load(before, asked)

    def why(  # noqa: PLR0913
        self, rule: RuleName, key: Key, files: Files = None, site: Site = None,
        rules: Rules = None, last: Last = 7, data: Data = Path("data"), estate: Estates = None,
        at: Moment = None, around: Around = 15,
    ) -> None:  # fmt: skip
        """Tell which step a rule met for a key, which timed out, and what came of it.

        Example: smart-community why door_forced north-door --at 2026-11-23T02:14:00Z
        """
        with _faults_told(), no_collector():
            known, configs = _rules(rules, [], ()), _configs(site)
            log = _of(self._log(files or [], last, data), estate)
            if rule not in known.by_id and rule not in _own_names(log, configs):
                raise ValueError(f"there is no rule {rule!r}; see `smart-community rules list`")
            answer = why(log, known, rule, key, configs)
            middle, span = parse_instant(at) if at else None, round(around * 60 * MS_PER_S)
        told = [m for m in answer.moments if middle is None or abs(m.at - middle) <= span]
        if not told:
            print(f"nothing that matters to {rule} came from {key!r} in this log")
        for moment in told:
            print(f"{format_instant(moment.at)}  {moment.told}")
            for line in moment.did:
                print(f"{'':26}→ {line}")
        for alert in answer.alerts:
            _tell_alert(alert)

    def _log(self, files: list[Path], last: float, data: Path) -> list[Event]:
        if files:
            return list(read_events(files))
        since = round((time.time() - last * 86_400) * MS_PER_S)
        logs: Logs = TopicLogs(AfterwardsSettings().bootstrap)
        if self._open_kept is not None and (kept := self._open_kept(data)) is not None:
            logs = kept
        return asyncio.run(logs.everything(since))


@contextmanager
def _faults_told() -> Iterator[None]:
    try:
        yield
    except (RuleFault, FileFaults, LineFault, ValueError, KafkaError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def _of(events: list[Event], estates: list[str] | None) -> list[Event]:
    return events if not estates else [event for event in events if event.estate in estates]


def _judged(asked: Question, end: int | None) -> list[Alert]:
    return alerts_in_order(replay(asked.events, asked.rules, asked.configs, end).alerts.values())


def _settings(changes: Iterable[str], rules: RuleSet) -> Settings:
    found: dict[str, dict[str, Any]] = {}
    for change in changes:
        name, _, value = change.partition("=")
        rule, _, parameter = name.partition(".")
        if not value or rule not in rules.by_id:
            raise ValueError(f"--set {change}: write RULE.PARAMETER=VALUE with a rule of the list")
        found.setdefault(rule, {})[parameter] = yaml.safe_load(value)
    for rule, values in found.items():
        rules.by_id[rule].read_params(values)
    return found


def _tell_difference(
    asked: Question, settings: Settings, before: list[Alert], end: int | None
) -> None:
    """The alerts that come and go, and what that does to the load, on stderr."""
    configs = {name: with_settings(config, settings) for name, config in asked.configs.items()}
    for name in {event.estate for event in asked.events} - set(configs):
        bare = EstateConfig(estate=name, name=Words(zh=name, en=name))
        configs[name] = with_settings(bare, settings)
    events = list(log_with_settings(asked.events, settings))
    other = Question(events, configs, asked.rules)
    after = _judged(other, end)
    found = difference(before, after)
    for sign, alerts in (("+", found.added), ("-", found.gone)):
        for alert in alerts:
            print(f"{sign} {format_instant(alert.opened_at)} {alert.rule} {alert.key}")
    typer.echo(f"{len(found.added)} more, {len(found.gone)} fewer; before:", err=True)
    _tell_load(before, asked)
    typer.echo("after:", err=True)
    _tell_load(after, other)


def _tell_load(alerts: list[Alert], asked: Question) -> None:
    times = [event.at for event in asked.events] or [0]
    zones = {name: config.timezone for name, config in asked.configs.items()}
    for event in asked.events:
        if isinstance(event.data, ConfigActivated):
            zones[event.estate] = EstateConfig.model_validate(event.data.config).timezone
    told = load_of(alerts, min(times), max(times) + 1, zones)
    lines = [
        f"pushes to the police: {told.pushes}, {told.a_shift:.2f} a shift of 8 h, "
        f"at worst {told.worst_shift}",
        f"at night and not red: {told.a_night_not_red:.2f} a night",
        f"pushes to property: {told.property_a_day:.2f} an estate and day",
        f"in flood: {told.flood_share:.2%} of the time",
        *(f"  {rule}: {count}" for rule, count in told.by_rule.items()),
        *(f"ABOVE THE BAR: {fault}" for fault in told.faults()),
    ]
    typer.echo("\n".join(lines), err=True)


def _tell_alert(alert: Alert) -> None:
    print(f"alert {alert.id}  {format_instant(alert.opened_at)}  {alert.reason.zh}")
    if alert.suppressed is not None:
        print(f"{'':26}→ rang nobody: {alert.suppressed.by}: {alert.suppressed.reason.zh}")


def _rules(folder: Path | None, names: list[str], own: Collection[str]) -> RuleSet:
    rules = shipped_rules() if folder is None else shipped_rules(folder)
    return only(rules, names, own) if names else rules


def _own_names(events: Iterable[Event], configs: Mapping[str, EstateConfig]) -> set[str]:
    """The estates' own rules, by the site and by the configurations in the log."""
    logged = (e.data.config for e in events if isinstance(e.data, ConfigActivated))
    documents = [d for config in configs.values() for d in config.operator_rules]
    documents += [d for config in logged for d in config.get("operator_rules", ())]
    return {str(document.get("id")) for document in documents}


def _configs(site: Path | None) -> dict[str, EstateConfig]:
    if site is None:
        return {}
    return load_configs(site)
