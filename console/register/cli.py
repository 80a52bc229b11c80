"""`smart-community register`: lists of homes, cards and permits in, what stands out."""

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
    end,
    opened,
    signed,
)

if TYPE_CHECKING:
    from console.register.kinds import Kind, Row
    from console.register.office import RegisterOffice

KindName = Literal[
    "dwellings", "credentials", "permits", "passes", "aways", "consents", "works", "patrols",
]  # fmt: skip
KindOption = Annotated[KindName, typer.Option("--kind", help="What the file lists.")]
KindArgument = Annotated[KindName, typer.Argument(metavar="KIND", help="The kind of entry.")]
Name = Annotated[str, typer.Argument(metavar="ID", help="The entry's id, from `register list`.")]
ALL = 1_000_000


def register_app(site_of: SiteOf) -> typer.Typer:
    """The commands. `site_of` finds the site file that a stack was started with."""
    app = typer.Typer(no_args_is_help=True, help="Homes, credentials, permits: what is registered.")
    commands = _Commands(site_of)
    app.command("import")(commands.import_list)
    for command in (list_entries, show, end_entry, publish):
        app.command(command.__name__.partition("_")[0])(command)
    return app


class _Commands:
    """What needs to know where the site file of a stack is."""

    def __init__(self, site_of: SiteOf) -> None:
        self._site_of = site_of

    def import_list(  # noqa: PLR0913 - one parameter for each option of the command
        self,
        file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX.")],
        kind: KindOption,
        write: Annotated[bool, typer.Option("--write", help="Do it, not only say it.")] = False,
        estate: Annotated[str | None, typer.Option(help="Of rows that name none.")] = None,
        revive: Annotated[
            bool, typer.Option("--revive", help="Bring back what was ended by hand.")
        ] = False,
        why: Why = "list imported",
        by: By = None,
        data: Data = Path("data"),
        database: Database = None,
        site: SiteFile = None,
        key_file: KeyFile = None,
    ) -> None:
        """Enter a list in the register: XLSX, or CSV in UTF-8 or GB18030; headings zh or en.

        Without --write nothing is changed, and what would be is printed: + new, ~ changed, ! was
        ended by hand and stays so. One fault in any row and nothing is written. What is not in the
        list stays as it is; the same list again changes nothing.

        Example: smart-community register import cards.csv --kind credentials --write
        """
        from console.register.importing import Wish, import_file
        from console.register.kinds import KINDS

        with opened(data, database, site or self._site_of(data), key_file) as office:
            wish = Wish(_content(file), str(file), estate, write=write, revive=revive)
            imported = import_file(office, KINDS[kind], wish, signed(office, by, why))
        for line in imported.lines(KINDS[kind]):
            typer.echo(line)
        counts = imported.counts
        said = ", ".join(f"{counts[change]} {change}" for change in _SAID if counts[change])
        typer.echo(f"{said or 'nothing in it'}{'' if write else '; add --write to do it'}")


_SAID = ("added", "changed", "revived", "left", "same")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        end(f"{file}: {error.strerror}; name a CSV or XLSX file")


def list_entries(  # noqa: PLR0913 - one parameter for each option of the command
    kind: KindArgument,
    estate: Annotated[str | None, typer.Option(help="Only of this estate.")] = None,
    dwelling: Annotated[str | None, typer.Option(help="Only of this home.")] = None,
    number: Annotated[str | None, typer.Option(help="Of this card; needs --estate.")] = None,
    plate: Annotated[str | None, typer.Option(help="Of this plate; needs --estate.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is over.")] = False,
    data: Data = Path("data"),
    database: Database = None,
    key_file: KeyFile = None,
) -> None:
    """Print the entries of a kind, one a line, without a clear number, plate or name.

    Example: smart-community register list permits --estate riverside-court
    """
    from console.register.kinds import KINDS
    from console.register.shelf import Wanted, listed

    with opened(data, database, None, key_file) as office:
        ref = _ref(office, estate, number, plate)
        standing_at = None if everything else office.clock()
        wanted = Wanted(estate, dwelling, ref=ref, standing_at=standing_at)
        with office.engine.connect() as connection:
            rows = listed(connection, KINDS[kind], wanted, ALL)
        for row in rows:
            typer.echo(_line(KINDS[kind], row, office.clock()))


def _ref(
    office: "RegisterOffice", estate: str | None, number: str | None, plate: str | None
) -> str | None:
    if number is None and plate is None:
        return None
    if estate is None:
        end("--estate is missing: each estate has pseudonyms of its own")
    scope = office.vault.keys().estate(estate)
    return scope.credential(number) if number is not None else scope.plate(plate or "").ref


def _line(kind: "Kind", row: "Row", at: int) -> str:
    from console.register.answers import answer_of

    told = answer_of(kind, row, at).model_dump(mode="json", exclude_none=True)
    front = [told.pop(name) for name in ("id", "estate", "state")]
    for name in ("clear", "changed_at", "skeleton"):
        told.pop(name, None)
    return "  ".join([*front, *(f"{name}={value}" for name, value in told.items())])


def show(  # noqa: PLR0913 - one parameter for each option of the command
    kind: KindArgument,
    name: Name,
    reveal: Annotated[str | None, typer.Option(help="Also in clear, for this reason.")] = None,
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
    key_file: KeyFile = None,
) -> None:
    """Print one entry and who changed it. In clear only for a reason, which is written down first.

    Example: smart-community register show permits 3f2a9c01 --reveal "case 118: owner not reached"
    """
    from console.register.kinds import KINDS
    from console.register.sealing import unsealed
    from console.register.shelf import entry_of, history
    from schemas.base import format_instant

    with opened(data, database, None, key_file) as office:
        with office.engine.connect() as connection:
            row = entry_of(connection, KINDS[kind], name)
            versions = history(connection, KINDS[kind], name)
        if row is None:
            raise KeyError(name)
        typer.echo(_line(KINDS[kind], row, office.clock()))
        for one in versions:
            typer.echo(f"  {format_instant(one.at)} {one.change} by {one.who}: {one.why}")
        if reveal is not None:
            keys, asked = office.vault.keys(), signed(office, by, reveal)
            found = office.reveals.show(f"{kind}/{name}", asked, lambda: unsealed(row, keys))
            for field, value in found.items():
                typer.echo(f"  {field}: {value}")


def end_entry(  # noqa: PLR0913 - one parameter for each option of the command
    kind: KindArgument,
    name: Name,
    why: Why,
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """End an entry: a card was lost, a tenancy is over, a consent is withdrawn.

    Example: smart-community register end credentials 3f2a9c01 --why "lost on 1 March"
    """
    from console.register.kinds import KINDS

    with opened(data, database) as office:
        ended = office.desk.end(KINDS[kind], name, signed(office, by, why))
        typer.echo("it was ended already" if ended.change == "same" else "ended")


def publish(
    estate: Annotated[str | None, typer.Option(help="Only into this estate's log.")] = None,
    by: By = None,
    why: Why = "asked for",
    data: Data = Path("data"),
    database: Database = None,
) -> None:
    """Have the console write all that stands into the logs once more; it does so daily by itself.

    Example: smart-community register publish --estate riverside-court
    """
    from console.audit.chain import Said
    from console.audit.log import append, hold
    from console.database import writing
    from console.outbox.store import announce_again

    with opened(data, database) as office, writing(office.engine) as tx:
        hold(tx)
        append(tx, signed(office, by, why), [Said("register.publish", estate or "all")])
        count = announce_again(tx, None if estate is None else [estate])
        typer.echo(f"{count} estates; the console writes them within a second of running")
