"""`smart-community audit`: whether the record of who did what is whole, and what it says."""

from pathlib import Path
from typing import Annotated

import typer

from console.register.terminal import Data, Database, end, opened

BROKEN_STATUS = 1


def audit_app() -> typer.Typer:
    """The commands."""
    app = typer.Typer(no_args_is_help=True, help="Who did what, when and why.")
    app.command("verify")(verify)
    app.command("list")(list_entries)
    return app


def verify(
    head: Annotated[
        list[str] | None, typer.Option(help="A hash noted earlier; it must still be met.")
    ] = None,
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """Check the whole audit log: no entry was changed, taken out or put in. Ends with 1 if not.

    The console notes each hour where the log stands, in audit.anchors of its folder; those notes
    must be met as well. It prints the hash of the last entry. Note it where nobody can change it,
    with the handover: given as --head later, it proves that nothing up to it was lost.

    Example: smart-community audit verify --data /var/lib/smart-community
    """
    from console.audit import anchors, log

    with opened(data, database) as office:
        noted = anchors.still_to_meet(data / anchors.NAME, log.head_of(office.engine))
        found, fault = log.verify(office.engine, {*noted, *(head or ())})
    if fault is not None:
        typer.echo(f"the audit log was tampered with: {fault}", err=True)
        raise typer.Exit(BROKEN_STATUS)
    count = found.sequence - found.base_sequence
    met = f", {len(noted)} notes met" if noted else ""
    typer.echo(f"whole: {count} entries, the last is {found.sequence} {found.hash}{met}")


def list_entries(
    last: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    target: Annotated[str | None, typer.Option(help="Only about this, KIND/ID.")] = None,
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """Print the newest entries of the audit log, newest first.

    Example: smart-community audit list --target permits/3f2a9c01
    """
    from console.audit import log
    from schemas.base import format_instant

    with opened(data, database) as office:
        links = log.newest(office.engine, last, target)
    if not links:
        end("the audit log has nothing of it")
    for link in links:
        when = format_instant(link.at)
        typer.echo(f"{link.sequence} {when} {link.who}: {link.act} {link.target}  {link.why}")
