"""`smart-community channels` and `roster`: from the machine that the database is on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.register.terminal import By, Data, Database, Why, end, opened, signed

if TYPE_CHECKING:
    from console.notify.channels import Book

ChannelsFile = Annotated[
    Path | None, typer.Option(envvar="SC_CHANNELS", help="The file of channels.")
]


def channels_app() -> typer.Typer:
    """The commands on channels."""
    app = typer.Typer(no_args_is_help=True, help="By what people are told.")
    app.command("list")(list_channels)
    app.command("test")(try_one)
    return app


def roster_app() -> typer.Typer:
    """The commands on the roster."""
    app = typer.Typer(no_args_is_help=True, help="Who is on duty.")
    app.command("show")(show)
    app.command("import")(import_roster)
    return app


def list_channels(
    channels: ChannelsFile = None, data: Data = Path("data"), database: Database = None
) -> None:
    """Check the file of channels, and say how each channel did last.

    Example: smart-community channels list --channels channels.yaml
    """
    book = _book(channels)
    from console.notify.asking import channels_of
    from console.notify.store import health

    with opened(data, database) as office:
        for one in channels_of(book, health(office.engine)):
            off = "" if one.enabled else "  off"
            state = "dead" if one.dead else f"{one.code} {one.line}".strip() or "not tried"
            typer.echo(f"{one.name}  {one.kind}  {one.host}{off}  {state}")


def try_one(
    name: Annotated[str, typer.Argument(help="The channel, or feed:NAME.")],
    to: Annotated[str, typer.Option(help="The login whose address it goes to.")] = "admin",
    channels: ChannelsFile = None,
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """Send a test by a channel; it says nothing of any case. Ends with 1 if it was not taken.

    Example: smart-community channels test duty-mail --to wang --channels channels.yaml
    """
    book = _book(channels)
    from console.notify.people import PeopleDesk
    from console.notify.trial import Trial, try_channel

    if book.sender(name) is None:
        end(f"there is no channel {name!r}, or it is switched off; `channels list` shows them")
    with opened(data, database) as office:
        people = PeopleDesk(office.engine, office.vault)
        outcome = try_channel(book, people, Trial(name, to, office.clock()))
    said = "delivered" if outcome.ok else "not delivered"
    typer.echo(f"{name}: {said}: {outcome.code} {outcome.line}".rstrip())
    raise typer.Exit(0 if outcome.ok else 1)


def show(data: Data = Path("data"), database: Database = None) -> None:
    """The roster and the quiet hours, as `roster import` reads them.

    Example: smart-community roster show > roster.yaml
    """
    import yaml

    from console.notify.people import PeopleDesk

    with opened(data, database) as office:
        told = PeopleDesk(office.engine, office.vault).file()
    plain = told.model_dump(mode="json", exclude_none=True)
    typer.echo(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False).rstrip())


def import_roster(
    file: Annotated[Path, typer.Argument(help="The roster, in YAML.")],
    why: Why = "",
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """Make roster and quiet hours what a file says; what does not stand there goes.

    Example: smart-community roster import roster.yaml --why "March"
    """
    from console.notify.people import PeopleDesk, RosterFile
    from schemas.rule_files import read_yaml
    from schemas.yaml_file import validate

    with opened(data, database) as office:
        told = validate(read_yaml(file), RosterFile)
        desk = PeopleDesk(office.engine, office.vault)
        new, gone = desk.replace(told, signed(office, by, why))
    typer.echo(f"{len(told.entries)} entries: {new} new, {gone} gone")


def _book(file: Path | None) -> "Book":
    from console.notify.channels import ChannelsFault, load_channels

    if file is None:
        end("say where the channels are: --channels FILE, or SC_CHANNELS")
    try:
        return load_channels(file)
    except ChannelsFault as fault:
        end(str(fault))
