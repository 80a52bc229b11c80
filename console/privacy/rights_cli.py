"""`smart-community rights`: what people ask of their data, entered and answered at a terminal."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import orjson
import typer

from console.register.terminal import By, Data, Database, KeyFile, end, opened, signed

if TYPE_CHECKING:
    from console.privacy.requests import Requests, Row
    from console.register.office import RegisterOffice

KindName = Literal["copy", "correction", "deletion", "withdrawal"]
ConsentName = Literal["care", "face"]
IdentityName = Literal["account", "in_person", "documents"]
RefusalName = Literal["not_identified", "not_held", "kept_by_law", "others_rights", "repeated"]
Name = Annotated[str, typer.Argument(metavar="ID", help="The request's id, from `rights list`.")]
Answer = Annotated[str, typer.Option(help="What the asker is told.")]


def rights_app() -> typer.Typer:
    """The commands."""
    app = typer.Typer(no_args_is_help=True, help="What people ask of their data.")
    commands = (list_requests, show, file, take, grant, refuse, copy)
    for command in commands:
        app.command(command.__name__.partition("_")[0])(command)
    return app


def _requests(office: "RegisterOffice") -> "Requests":
    from console.cases.surroundings import load_surroundings
    from console.privacy.requests import Requests

    return Requests(office, load_surroundings(office.settings.site))


def _line(row: "Row", at: int) -> str:
    from console.privacy.requests import is_late
    from schemas.base import format_instant

    due = f"due={format_instant(row['due_at'])}{' LATE' if is_late(row, at) else ''}"
    front = [row["id"], row["state"], row["kind"], row["consent"] or "", row["estate"]]
    return "  ".join([*filter(None, front), row["dwelling"] or "", due]).replace("    ", "  ")


def list_requests(
    everything: Annotated[bool, typer.Option("--all", help="Also those answered.")] = False,
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """Print the requests that are open, the one that is due first on top.

    Example: smart-community rights list
    """
    from console.accounts.principal import EVERYWHERE, Principal

    everywhere = Principal("terminal", "police", frozenset({EVERYWHERE}), frozenset())
    with opened(data, database) as office:
        for row in _requests(office).listed(everywhere, is_open=not everything):
            typer.echo(_line(row, office.clock()))


def show(
    name: Name, by: By = None, data: Data = Path("data"), database: Database = None,
    key_file: KeyFile = None,
) -> None:  # fmt: skip
    """Print a request as it was written, and the entries it may be about. The look is kept.

    Example: smart-community rights show 3f2a9c01d2e4b5a6
    """
    from console.database import writing
    from console.privacy.reveal import note_look

    with opened(data, database, None, key_file) as office:
        requests = _requests(office)
        row = requests.request(name)
        with writing(office.engine) as tx:
            look = signed(office, by, "handling")
            note_look(tx, look, "reveal.request", f"requests/{name}", "terminal")
        typer.echo(_line(row, office.clock()))
        for field, value in requests.clear(row).items():
            typer.echo(f"  {field}: {value}")
        for entry, found in requests.entries(row):
            typer.echo(f"  {entry}  {found.get('dwelling') or ''}")


def file(  # noqa: PLR0913 - one parameter for each option of the command
    kind: Annotated[KindName, typer.Option("--kind", help="What is asked.")],
    estate: Annotated[str, typer.Option(help="The estate.")],
    dwelling: Annotated[str | None, typer.Option(help="The home.")] = None,
    name: Annotated[str, typer.Option(help="Who asks.")] = "",
    contact: Annotated[str, typer.Option(help="Where the answer goes.")] = "",
    number: Annotated[str, typer.Option(help="Their card.")] = "",
    plate: Annotated[str, typer.Option(help="Their plate.")] = "",
    text: Annotated[str, typer.Option(help="In their words.")] = "",
    consent: Annotated[ConsentName | None, typer.Option(help="Which one is withdrawn.")] = None,
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
    key_file: KeyFile = None,
) -> None:
    """Enter a request that came by word or letter; the time to answer begins now.

    Example: smart-community rights file --kind copy --estate riverside-court --number 0012ab
    """
    from console.privacy.asking import Request

    with opened(data, database, None, key_file) as office:
        asked = Request(
            kind=kind, estate=estate, dwelling=dwelling, text=text, consent=consent, name=name,
            contact=contact, number=number, plate=plate,
        )  # fmt: skip
        row = _requests(office).file(asked, "", signed(office, by, "came to the office"))
        typer.echo(_line(row, office.clock()))


def take(
    name: Name,
    identity: Annotated[IdentityName, typer.Option(help="How it was found out who asks.")],
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """Take a request up, once it is known who asks.

    Example: smart-community rights take 3f2a9c01d2e4b5a6 --identity documents
    """
    with opened(data, database) as office:
        row = _step(lambda: _requests(office).take(name, identity, signed(office, by, "")))
        typer.echo(_line(row, office.clock()))


def grant(  # noqa: PLR0913 - one parameter for each option of the command
    name: Name,
    answer: Answer,
    entry: Annotated[list[str] | None, typer.Option(help="KIND/ID of an entry meant.")] = None,
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
    key_file: KeyFile = None,
) -> None:
    """Do what was asked. Entries to be deleted, and withdrawn consents, end and are erased now.

    Example: smart-community rights grant 3f2a9c01d2e4b5a6 --entry credentials/9d --answer "deleted"
    """
    from console.privacy.requests import Decision

    decision = Decision(answer, tuple(entry or ()))
    with opened(data, database, None, key_file) as office:
        row = _step(lambda: _requests(office).grant(name, decision, signed(office, by, "")))
        typer.echo(_line(row, office.clock()))


def refuse(  # noqa: PLR0913 - one parameter for each option of the command
    name: Name,
    reason: Annotated[RefusalName, typer.Option(help="Why.")],
    answer: Answer,
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
) -> None:  # fmt: skip
    """Refuse a request, for a reason and in words.

    Example: smart-community rights refuse 3f2a9c01d2e4b5a6 --reason not_held --answer "nothing"
    """
    from console.privacy.requests import Decision

    decision = Decision(answer, reason=reason)
    with opened(data, database) as office:
        row = _step(lambda: _requests(office).refuse(name, decision, signed(office, by, "")))
        typer.echo(_line(row, office.clock()))


def copy(
    name: Name, by: By = None, data: Data = Path("data"), database: Database = None,
    key_file: KeyFile = None,
) -> None:  # fmt: skip
    """Print the copy that was granted, as JSON. That it was fetched is kept.

    Example: smart-community rights copy 3f2a9c01d2e4b5a6 > copy.json
    """
    from console.lifecycle.table import shipped_table
    from console.privacy.copying import copy_of
    from console.privacy.requests import may_be_copied

    with opened(data, database, None, key_file) as office:
        requests = _requests(office)
        row = requests.request(name)
        if not may_be_copied(row, office.clock()):
            end("there is no copy to fetch: grant it first; it can be fetched for 30 days")
        alone = tuple(shipped_table().police_only)
        content = copy_of(requests, row, signed(office, by, ""), alone)
        typer.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2).decode())


def _step(work: "Callable[[], Row]") -> "Row":
    from console.privacy.asking import NotPossible

    try:
        return work()
    except NotPossible as error:
        end(str(error))
