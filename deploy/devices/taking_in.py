"""`smart-community devices` templates, import, learn, adopt: how devices get into the site."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer

from deploy.devices.adopt import (
    NotAdopted,
    beside,
    estate_for,
    listed,
    note_named,
    texts_as,
    texts_with,
    write_checked,
)
from deploy.devices.common import (
    AdapterFolder,
    Broker,
    Data,
    House,
    SiteFile,
    broker_settings,
    end,
    house,
    site_file,
)
from deploy.devices.importing import differences, file_text, is_written
from deploy.devices.site_edit import CannotEdit
from deploy.devices.stanza import PLACE, Wish, counted, entry, line, missing
from ingest.mapping import Mapper
from ingest.notes import Note
from ingest.registry import Registry
from ingest.templates import template_files
from schemas.device_site import FaceSite
from schemas.site_faults import UNREGISTERED
from schemas.yaml_file import FileFaults, parse

MS_IN_NS = 1_000_000


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("templates")(templates)
    app.command("import")(import_list)
    app.command("learn")(learn)
    app.command("adopt")(adopt)


def templates(adapters: AdapterFolder = None, data: Data = Path("data")) -> None:
    """Print the templates that come with the adapters, as a file for `include:` in the site.

    Example: smart-community devices templates > templates.yaml
    """
    told = house(data, None, adapters)
    try:
        found = template_files(told.catalogue)
    except FileFaults as error:
        end(str(error))
    typer.echo("version: 1\ntemplates:")
    for file in found:
        typer.echo("\n".join(f"  {row}".rstrip() for row in file.text.strip().splitlines()))


def import_list(  # noqa: PLR0913 - one parameter for each option of the command
    file: Annotated[Path, typer.Argument(help="The list: CSV in UTF-8 or GB18030.")],
    write: Annotated[bool, typer.Option("--write", help="Write it; without it only say.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="The include file, beside the site file; else the list's name, .yaml."),
    ] = None,
    site: SiteFile = None,
    adapters: AdapterFolder = None,
    data: Data = Path("data"),
) -> None:
    """Take a list of devices into the site: every fault by row, and what would change.

    The devices go into a file of their own beside the site file, which then includes it; no other
    file is touched. The list is the whole of that file: a device that is gone from the list goes.
    Columns may be called as in the site file or as in Chinese device lists; docs/site-file.md has
    them all.

    Example: smart-community devices import gates.csv --site site.yaml --write
    """
    # The table's columns are read from a file that no other command needs.
    from deploy.devices.table import read_table

    told = house(data, site, adapters)
    main = site_file(told)
    try:
        target = listed(told, beside(main, out or Path(f"{file.stem}.yaml")))
        table = read_table(file.read_bytes(), str(file), told.site)
        before = _devices_in(target, main)
        changes = list(differences(before, table.content["devices"]))
        texts = texts_as(told, target, file_text(table.content["devices"], file.name))
        differ = _differ(texts)
        # Checked as the list, so that a fault is told at its row.
        write_checked(told, texts, {target: table}, write=write and differ)
    except (FileFaults, CannotEdit, NotAdopted) as error:
        end(str(error))
    except OSError as error:
        end(f"{error.filename}: {error.strerror}; check its name and rights")
    for row in changes:
        typer.echo(row)
    count = sum(map(len, table.content["devices"].values()))
    if not differ:
        typer.echo(f"{count} devices, nothing to change in {target}")
        return
    included = f"{main} {'now includes' if write else 'would include'} it" if main in texts else (
        f"{main} includes it already"
    )  # fmt: skip
    if write:
        typer.echo(f"{count} devices written to {target}; {included}")
    else:
        typer.echo(f"{count} devices would stand in {target}; {included}")
        typer.echo("nothing is written yet: run it again with --write")


def _differ(texts: dict[Path, str]) -> bool:
    return any(
        not file.exists() or file.read_text(encoding="utf-8") != text
        for file, text in texts.items()
    )


def _devices_in(file: Path, main: Path) -> dict[str, list[dict[str, Any]]]:
    """What an earlier list put into its file. Raises NotAdopted for a file that no list wrote: all
    that stands in it would be lost.
    """
    if not file.exists():
        return {}
    text = file.read_text(encoding="utf-8")
    if file == main or not is_written(text):
        what = "is the site file itself" if file == main else "was not written by `devices import`"
        raise NotAdopted(f"{file}: {what}, and would be overwritten; name another with --out")
    content = parse(text, str(file)).content
    found: dict[str, list[dict[str, Any]]] = (content or {}).get("devices") or {}
    return found


def learn(  # noqa: PLR0913 - one parameter for each option of the command
    filter_: Annotated[str, typer.Option("--filter", help="The MQTT topic filter.")] = "#",
    for_s: Annotated[float, typer.Option("--for", min=1, help="Seconds to listen.")] = 60,
    broker: Broker = None,
    site: SiteFile = None,
    adapters: AdapterFolder = None,
    data: Data = Path("data"),
) -> None:
    """Listen, and say of each device which adapter understands it and what is missing.

    It keeps nothing: paste the entries that it prints. What ingest has heard, `devices adopt` takes
    in by itself. The broker is that of the stack of the data folder, or what SC_MQTT_… in the
    environment names.

    Example: smart-community devices learn --filter 'site-7/#' --for 60
    """
    # An MQTT client takes a second to load.
    from deploy.devices.hear import Ear, NotHeard, listen
    from ingest.mqtt import MqttRefused

    _be_quiet()
    told = house(data, site, adapters)
    settings = broker_settings(data, broker)
    mapper = Mapper(told.catalogue, Registry(told.site))
    ear = Ear(mapper, _now_ms, (filter_,), settings.topic_prefixes)
    typer.echo(f"listening to {filter_} for {for_s:g} s; let each device do something")
    try:
        asyncio.run(listen(ear, settings, for_s))
    except (NotHeard, MqttRefused) as error:
        end(str(error))
    except KeyboardInterrupt:
        pass
    for note in sorted(ear.notes.values(), key=lambda note: (note.estate, note.name)):
        _tell(note, told)
    typer.echo(f"{counted(ear.messages, 'message')} of {counted(len(ear.notes), 'device')}")
    if not ear.messages:
        typer.echo(f"nothing was said on {filter_}: see that the devices publish to this broker")


def _be_quiet() -> None:
    logging.getLogger("ingest").setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _now_ms() -> int:
    return time.time_ns() // MS_IN_NS


def _tell(note: Note, told: House) -> None:
    for row in about(note, told):
        typer.echo(row)


def about(note: Note, told: House) -> list[str]:
    """What is known of a device, what is missing, and its entry. Pure."""
    spec = told.catalogue.adapters[note.adapter].spec if note.adapter else None
    known = bool(note.estate) and note.estate != UNREGISTERED
    where = f"registered in {note.estate}" if known else "not registered"
    by = f"understood by {note.adapter}" if note.adapter else "not understood"
    said = ", ".join(f"{word} {count}" for word, count in note.types.items())
    rows = [f"{note.name}: {where}, {by}, {counted(note.messages, 'message')}"]
    rows += [f"  said     {said}"] if said else []
    rows += [f"  on       {', '.join(list(note.topics)[:4])}"]
    rows += [f"  missing  {row}" for row in missing(note, spec, zone=known)]
    if not known and note.adapter:
        rows += [f"  entry    {line(entry(note, spec))}"]
    return rows


def adopt(  # noqa: PLR0913 - one parameter for each option of the command
    name: Annotated[str, typer.Argument(help="What it calls itself; see `devices list`.")],
    place: Annotated[str, typer.Option(help="Where it stands: a place of the site.")] = PLACE,
    estate: Annotated[str | None, typer.Option(help="Its estate, where there are several.")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="Its name in the site.")] = None,
    template: Annotated[str | None, typer.Option(help="A template of the site.")] = None,
    kind: Annotated[str | None, typer.Option(help="reader, camera …; without it as heard.")] = None,
    face: Annotated[
        list[str] | None, typer.Option(help="PAPER=TEXT, once for each paper of a face device.")
    ] = None,
    file: Annotated[
        Path, typer.Option(help="The include file it is written to, beside the site file.")
    ] = Path("adopted.yaml"),
    site: SiteFile = None,
    adapters: AdapterFolder = None,
    data: Data = Path("data"),
) -> None:
    """Take an unregistered device into the site, as it was heard; nothing is written at a fault.

    Example: smart-community devices adopt AC:DE:48:00:11:22 --place b1-u1-door --id b1-u1-reader
    """
    told = house(data, site, adapters)
    main = site_file(told)
    try:
        note = note_named(data, name)
        if note.adapter is None and template is None:
            raise NotAdopted(f"{name}: no adapter understood it: {next(iter(note.reasons), '')}")
        wish = Wish(place, id_, template, kind, _papers(face or []))
        spec = told.catalogue.adapters[note.adapter].spec if note.adapter else None
        item = line(entry(note, spec, wish))
        texts = texts_with(told, beside(main, file), estate_for(told, estate), item)
        write_checked(told, texts)
    except (NotAdopted, CannotEdit, FileFaults) as error:
        end(str(error))
    except OSError as error:
        end(f"{error.filename}: {error.strerror}; check its rights")
    typer.echo(f"written to {', '.join(map(str, texts))}:\n  {item}")
    for row in missing(note, spec, zone=True):
        typer.echo(f"  still {row}")


def _papers(words: list[str]) -> dict[str, Any]:
    papers: dict[str, Any] = {}
    for word in words:
        name, sign, text = word.partition("=")
        if not sign or name not in FaceSite.model_fields:
            known = ", ".join(FaceSite.model_fields)
            raise NotAdopted(f"--face {word}: write PAPER=TEXT with one of {known}")
        papers[name] = int(text) if text.isdigit() else text
    return papers
