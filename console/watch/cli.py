"""`smart-community watch`: what the police look for, by two people and for thirty days at most."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from console.register.terminal import (
    By,
    Data,
    Database,
    KeyFile,
    SiteFile,
    SiteOf,
    Why,
    opened,
    signed,
)

if TYPE_CHECKING:
    from console.register.kinds import Row

LooksFor = Literal["plate", "credential", "face"]
Basis = Literal["wanted", "missing", "protection_order", "case_vehicle", "cloned_plate"]
Severity = Literal["orange", "red"]
Name = Annotated[str, typer.Argument(metavar="ID", help="The entry's id, from `watch list`.")]
ALL = 1_000_000
DAY_MS = 86_400_000


def watch_app(site_of: SiteOf) -> typer.Typer:
    """The commands. `site_of` finds the site file that a stack was started with."""
    app = typer.Typer(no_args_is_help=True, help="What the police look for.")
    app.command("add")(_Commands(site_of).add)
    app.command("approve")(approve)
    app.command("end")(end_entry)
    app.command("list")(list_entries)
    return app


class _Commands:
    """What needs to know where the site file of a stack is."""

    def __init__(self, site_of: SiteOf) -> None:
        self._site_of = site_of

    def add(  # noqa: PLR0913 - one parameter for each option of the command
        self,
        value: Annotated[str, typer.Argument(metavar="PLATE|NUMBER", help="What is looked for.")],
        case: Annotated[str, typer.Option(help="The case's number.")],
        basis: Annotated[Basis, typer.Option(help="Its legal basis.")],
        owner: Annotated[str, typer.Option(help="Who is answerable for it.")],
        why: Why,
        looks_for: Annotated[LooksFor, typer.Option(help="What kind of thing it is.")] = "plate",
        estate: Annotated[str | None, typer.Option(help="Only there; else everywhere.")] = None,
        severity: Annotated[Severity, typer.Option(help="Of its hits.")] = "orange",
        role: Annotated[list[str] | None, typer.Option(help="Who is told of hits.")] = None,
        days: Annotated[float, typer.Option(min=0, max=30, help="How long, from now.")] = 7,
        by: By = None,
        data: Data = Path("data"),
        database: Database = None,
        site: SiteFile = None,
        key_file: KeyFile = None,
    ) -> None:
        """Propose an entry. Nothing is looked for until somebody else than its owner approves it.

        Example: smart-community watch add 苏E0F96D --case A-118 --basis case_vehicle --owner li
        --why "seen at the scene"
        """
        from console.watch.api import check_estate
        from console.watch.entries import WatchProposal

        with opened(data, database, site or self._site_of(data), key_file) as office:
            check_estate(office, estate)
            act = signed(office, by or owner, why)
            told = WatchProposal(
                estate=estate, looks_for=looks_for, value=value, case_number=case, basis=basis,
                severity=severity, owner=owner, roles=tuple(role or ("police",)),
                valid_from=act.at, valid_to=act.at + round(days * DAY_MS),
            )  # fmt: skip
            row = office.watch.propose(told, act)
        typer.echo(f"{row['id']}  proposed; in force once `watch approve` was said by another")


def approve(  # noqa: PLR0913 - one parameter for each option of the command
    name: Name,
    approver: Annotated[str, typer.Option(help="Who approves it; not its owner.")],
    why: Why,
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
    key_file: KeyFile = None,
) -> None:
    """Put an entry in force, as the second person.

    Example: smart-community watch approve 3f2a9c01d2e4b5a6 --approver wang --why "case file read"
    """
    with opened(data, database, None, key_file) as office:
        row = office.watch.approve(name, approver, signed(office, by or approver, why))
        typer.echo(_line(row, office.clock()))


def end_entry(  # noqa: PLR0913 - one parameter for each option of the command
    name: Name,
    why: Why,
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
    key_file: KeyFile = None,
) -> None:
    """End an entry, approved or not.

    Example: smart-community watch end 3f2a9c01d2e4b5a6 --why "found"
    """
    with opened(data, database, None, key_file) as office:
        row = office.watch.end(name, signed(office, by, why))
        typer.echo(_line(row, office.clock()))


def list_entries(
    estate: Annotated[str | None, typer.Option(help="Those that count there.")] = None,
    case: Annotated[str | None, typer.Option(help="Only of this case.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is over.")] = False,
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """Print the entries, one a line, without what they look for.

    Example: smart-community watch list --case A-118
    """
    from console.watch.desk import WatchWanted

    with opened(data, database) as office:
        wanted = WatchWanted(estate, case, None if everything else office.clock())
        for row in office.watch.listed(wanted, ALL):
            typer.echo(_line(row, office.clock()))


def _line(row: "Row", at: int) -> str:
    from console.watch.api import watch_answer

    told = watch_answer(row, at).model_dump(mode="json", exclude_none=True)
    front = [told.pop("id"), told.pop("estate", "everywhere"), told.pop("state")]
    return "  ".join([*front, *(f"{name}={value}" for name, value in told.items())])
