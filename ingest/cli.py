"""The commands of ingest: `normalise` says what payloads become, without side effects."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from ingest.catalogue import Catalogue, load_catalogue
from ingest.mapping import Mapper
from ingest.normalise import Defaults, lines_of, messages_of, zone_note
from ingest.registry import Registry
from schemas.base import MS_PER_S, parse_instant
from schemas.site import Site
from schemas.site_files import load_site
from schemas.yaml_file import FileFaults

EXIT_USAGE = 2
EXIT_REJECTED = 3


def register(app: typer.Typer) -> None:
    """Adds the commands of ingest to the program."""
    app.command("normalise")(normalise)


def normalise(  # noqa: PLR0913 - one parameter for each option of the command
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Payloads, one a file.")],
    adapter: Annotated[str | None, typer.Option(help="An adapter, or a make.")] = None,
    adapters: Annotated[Path | None, typer.Option(help="A folder with your own adapters.")] = None,
    site: Annotated[Path | None, typer.Option(help="The site file; without it none.")] = None,
    topic: Annotated[str, typer.Option(help="The MQTT topic the payloads came on.")] = "",
    received_at: Annotated[
        str | None, typer.Option(help="When they came, in RFC 3339; without it now.")
    ] = None,
    tz: Annotated[
        str | None, typer.Option(help="The zone of wall-clock times without a site file.")
    ] = None,
) -> None:
    """Print the events that payloads become, one JSON a line, or why they are rejected.

    Example: smart-community normalise --topic frigate/events event.json

    A file ending in .mqtt.ndjson holds many messages, one {"topic","received_at","payload"} a line.
    Rejections make the exit status 3. Values are clear: pseudonyms are made by the gateway. Where
    nobody says in which zone a device's wall clock is meant, one line on standard error tells what
    became of such times.
    """
    defaults = Defaults(topic, _instant(received_at))
    mapper = Mapper(_catalogue(adapters), Registry(_site(site), _zone(tz)))
    lines = []
    for file in files:
        messages = messages_of(file.name, _content(file), defaults)
        for line in lines_of(mapper, messages, adapter):
            typer.echo(line.text)
            lines.append(replace(line, text=b""))
    if note := zone_note(lines):
        typer.echo(note, err=True)
    if any(line.rejected for line in lines):
        raise typer.Exit(EXIT_REJECTED)


def _instant(text: str | None) -> int:
    if text is None:
        return time.time_ns() * MS_PER_S // 1_000_000_000
    try:
        return parse_instant(text)
    except ValueError:
        _fail(f"--received-at: {text!r} is not RFC 3339; write it like 2026-03-01T08:00:00Z")


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        _fail(f"--tz: {name!r} is not a time zone; write one like Asia/Shanghai")


def _catalogue(folder: Path | None) -> Catalogue:
    try:
        return load_catalogue([] if folder is None else [folder])
    except FileFaults as error:
        _fail(str(error))


def _site(file: Path | None) -> Site | None:
    if file is None:
        return None
    try:
        return load_site(file)
    except FileFaults as error:
        _fail(str(error))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        _fail(f"{file}: cannot be read ({error.strerror}); check its name and rights")


def _fail(what: str) -> NoReturn:
    """Ends the command with one line for each thing to mend."""
    typer.echo(what, err=True)
    raise typer.Exit(EXIT_USAGE)
