"""`smart-community rejected`: what was not understood, why, and once more through the mapping."""

from pathlib import Path
from typing import Annotated

import typer

rejected_app = typer.Typer(help="What was not understood, and why.", no_args_is_help=True)

Data = Annotated[Path, typer.Option(envvar="SC_DATA", help="The stack's folder.")]
Bootstrap = Annotated[str | None, typer.Option(help="Kafka, HOST:PORT; without it the stack's.")]
SiteFile = Annotated[Path | None, typer.Option(help="The site file; without it the stack's.")]
AdapterFolder = Annotated[
    Path | None, typer.Option(help="A folder with your own adapters; without it the stack's.")
]
Device = Annotated[
    str | None, typer.Option(help="Only what this device sent: its name in the site, or its topic.")
]
AdapterName = Annotated[
    str | None, typer.Option("--adapter", help="Only what this adapter refused, or none took.")
]
TakerName = Annotated[
    str | None,
    typer.Option("--adapter", help="Only what this adapter, or make, refused then or takes now."),
]
Since = Annotated[str | None, typer.Option(help="Only from this time on, in RFC 3339.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(rejected_app, name="rejected")


# A Kafka client takes a second to load, so the work is loaded when a command asks for it.


@rejected_app.command("list")
def list_rejected(  # noqa: PLR0913 - one parameter for each option of the command
    data: Data = Path("data"),
    bootstrap: Bootstrap = None,
    adapters: AdapterFolder = None,
    device: Device = None,
    adapter: AdapterName = None,
    since: Since = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what was re-driven.")] = False,
    site: SiteFile = None,
) -> None:
    """Print what was not understood in seven days, by reason and device, the most frequent first.

    A device is called as in the site file; one that the site does not have is said to be not
    registered, and called by its topic. Each group shows how it differs from the nearest message
    that is understood: names of its parts, never what they say.

    Example: smart-community rejected list --data /var/lib/smart-community
    """
    from deploy.rejects import commands

    wanted = commands.chosen(device=device, adapter=adapter, since=since)
    asked = commands.Asked(data, bootstrap, site, adapters)
    commands.list_groups(asked, wanted, everything=everything)


@rejected_app.command("show")
def show(  # noqa: PLR0913 - one parameter for each option of the command
    identity: Annotated[str, typer.Argument(metavar="ID", help="Of one message, or its begin.")],
    reason: Annotated[str, typer.Option(help="Why you must see it; it is written down.")],
    data: Data = Path("data"),
    bootstrap: Bootstrap = None,
    out: Annotated[Path | None, typer.Option(help="Write the body to this file.")] = None,
    site: SiteFile = None,
) -> None:
    """Show one message in clear. Who, when and why is written down first, for good.

    It may hold names, cards, plates and pictures: look only where you must.

    Example: smart-community rejected show 3f2a9c01 --reason "ticket 118: new firmware at gate 1"
    """
    from deploy.rejects import commands

    commands.show_body(commands.Asked(data, bootstrap, site), identity, reason.strip(), out)


@rejected_app.command("redrive")
def redrive(  # noqa: PLR0913 - one parameter for each option of the command
    group: Annotated[list[str] | None, typer.Option(help="Only this group, or these.")] = None,
    identity: Annotated[list[str] | None, typer.Option("--id", help="Only this message.")] = None,
    device: Device = None,
    adapter: TakerName = None,
    since: Since = None,
    everything: Annotated[bool, typer.Option("--all", help="All of it.")] = False,
    go: Annotated[bool, typer.Option("--publish", help="Write the events; else only say.")] = False,
    data: Data = Path("data"),
    bootstrap: Bootstrap = None,
    site: SiteFile = None,
    adapters: AdapterFolder = None,
) -> None:
    """Send messages through the mapping once more, with the topic and the receipt they had.

    Without --publish it only says what they would become. The events get the ids they would have
    had at once, so to do it twice changes nothing. They count as old news and ring nobody.

    Example: smart-community rejected redrive --group 1f0c2e --publish
    """
    from deploy.rejects import commands

    wanted = commands.chosen(
        groups=tuple(group or ()), ids=tuple(identity or ()), device=device, adapter=adapter,
        since=since,
    )  # fmt: skip
    if go and wanted.everything and not everything:
        commands.end("--publish: say which with --group, --id, --device, --adapter or --since; "
                     "or give --all")  # fmt: skip
    commands.redrive(commands.Asked(data, bootstrap, site, adapters), wanted, go=go)


@rejected_app.command("ledger")
def ledger(data: Data = Path("data")) -> None:
    """Print who looked at which messages and why, who re-drove them, and whether the chain holds.

    Example: smart-community rejected ledger --data /var/lib/smart-community
    """
    from deploy.rejects import commands

    commands.show_ledger(commands.Asked(data))
