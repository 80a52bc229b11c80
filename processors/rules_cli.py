"""`smart-community rules`: list them, check your own, and run their scenarios."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from processors.core.rule import Rule, RuleFault, RuleSet
from processors.rules.catalogue import load, rule_folders, rules_and_views
from processors.scenarios import load_scenario, played, scenario_files
from processors.sigma.compile import compile_rule
from schemas.operator_rule import OperatorRule
from schemas.place import EstateConfig
from schemas.rule_files import RuleFiles, folder_of, read_yaml, rule_files, with_rules
from schemas.selection import Map
from schemas.site import Site
from schemas.site_files import load_site
from schemas.yaml_file import Fault, FileFaults

FAULT_STATUS = 2
FAILED_STATUS = 1

rules_app = typer.Typer(help="The situations that are looked for.", no_args_is_help=True)
Own = Annotated[Path | None, typer.Argument(help="A folder with rules of your own.")]
SiteFile = Annotated[
    Path | None, typer.Option(help="Site file: its rules folder, places and settings.", exists=True)
]


@rules_app.command("list")
def list_rules(folder: Own = None, site: SiteFile = None) -> None:
    """Print every rule: id, level, first handler, delivery, on or off, whose it is, title.

    Example: smart-community rules list --site site.yaml
    """
    try:
        shipped = [rule for rule in rules_and_views().rules if not rule.read_model]
        own = [compile_rule(rule) for rule in _own(folder, _site(site), site)]
    except (RuleFault, FileFaults) as error:
        _end(str(error))
    for rule in (*shipped, *own):
        state = "on" if getattr(rule.params(), "enabled", True) else "off"
        print(
            f"{rule.id:26} {rule.severity:7} {rule.handler:12} {rule.delivery:10} {state:4}"
            f"{'own' if rule.form else 'shipped':8} {rule.title.zh}"
        )


@rules_app.command("check")
def check_rules(folder: Own = None, site: SiteFile = None) -> None:
    """Check that all rules hold together: your own, and a site's settings of them.

    Every fault is told with file, line and path.

    Example: smart-community rules check my-rules --site site.yaml
    """
    try:
        known = rules_and_views()
        told = _site(site)
        own = _own(folder, told, site)
        if faults := list(_faults(own, _folder(folder, told, site), known, told)):
            raise FileFaults(faults)
        for config in told.configs().values() if told else ():
            check_settings(known, with_rules(config, own))
    except (RuleFault, FileFaults, ValueError) as error:
        _end(str(error))
    shipped = sum(not rule.read_model for rule in known.rules)
    print(f"{shipped + len(own)} rules hold together, {len(own)} of them your own")


@rules_app.command("test")
def run_scenarios(
    folder: Annotated[Path, typer.Argument(help="A rule's folder, or one that holds several.")],
) -> None:
    """Run the scenarios beside your own rules; exit status 1 when one fails.

    Example: smart-community rules test my-rules
    """
    if not rule_folders(folder):
        _end(f"{folder}: holds no rule; make a folder in it with a rule.yaml")
    try:
        places = [place.resolve() for place in rule_folders(folder)]
        failed = sum(_run_scenarios(load(place), place) for place in places)
    except (RuleFault, FileFaults) as error:
        _end(str(error))
    if failed:
        raise typer.Exit(FAILED_STATUS)


def check_settings(rules: RuleSet, config: EstateConfig) -> None:
    """Raises ValueError for a setting of an unknown rule or of a wrong kind, naming the place."""
    known = rules.of(config).by_id
    spots = [("", config.rules), *((area.place, area.rules) for area in config.areas)]
    for place, settings in spots:
        where = f"estate {config.estate}" + (f", area {place}" if place else "")
        for name, values in settings.items():
            if name not in known:
                raise ValueError(f"{where}: there is no rule {name!r}; see `rules list`")
            try:
                known[name].read_params(values)
            except ValueError as error:
                raise ValueError(f"{where}: {error}") from error


def _site(file: Path | None) -> Site | None:
    return None if file is None else load_site(file)


def _folder(folder: Path | None, site: Site | None, main: Path | None) -> Path | None:
    if folder is None and site is not None and main is not None:
        return folder_of(site, main)
    return folder


def _own(folder: Path | None, site: Site | None, main: Path | None) -> tuple[OperatorRule, ...]:
    """The rules of the folder named, or else of the one that the site names."""
    found = _folder(folder, site, main)
    if found is None:
        return ()
    rules = RuleFiles(found).load()
    if not rules and not rule_folders(found):
        what = "holds no rule; make a folder in it with a rule.yaml"
        raise FileFaults([Fault(str(found), 1, "folder", what)])
    return rules


def _faults(
    own: tuple[OperatorRule, ...], folder: Path | None, known: RuleSet, site: Site | None
) -> Iterator[Fault]:
    """What is wrong with rules that hold by themselves: a name that is taken, an unknown place."""
    for file, rule in zip(rule_files(folder) if folder else (), own, strict=True):
        document = read_yaml(file)
        if rule.id in known.by_id:
            what = f"{rule.id!r} is the name of a shipped rule; choose another"
            yield document.fault(("id",), what)
        for index, estate in enumerate(rule.estates):
            if site is not None and estate not in {one.id for one in site.estates}:
                what = f"{estate!r} is not an estate of the site"
                yield document.fault(("estates", index), what)
        for name, maps in rule.selections.items() if site is not None else ():
            for place in sorted(_places(maps) - _known_places(site, rule)):
                what = f"{place!r} is not a place of the site; mend the name"
                yield document.fault(("detection", name), what)


def _known_places(site: Site | None, rule: OperatorRule) -> set[str]:
    estates = site.estates if site is not None else ()
    return {p.id for estate in estates if rule.is_for(estate.id) for p in estate.places}


def _places(maps: tuple[Map, ...]) -> set[str]:
    """The places that a selection names whole."""
    found: set[str] = set()
    for one in maps:
        for line in one.lines:
            if line.field == "place" and line.modifiers <= {"below", "neq", "all"}:
                found |= {str(v) for v in line.values if not {"*", "?"} & set(str(v))}
        found |= _places(one.excluded)
    return found


def _run_scenarios(rule: Rule, folder: Path) -> int:
    """Print each scenario with its faults; how many failed."""
    failed = 0
    files = scenario_files(folder)
    for file in files:
        faults = played(load_scenario(file))
        failed += bool(faults)
        typer.echo(f"{'FAIL' if faults else 'good'}  {rule.id}/{file.stem}")
        for fault in faults:
            typer.echo(f"      {fault}")
    if not files:
        typer.echo(f"to do  {rule.id}: has no scenario; put one into {folder / 'scenarios'}")
    return failed


def _end(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(FAULT_STATUS)
