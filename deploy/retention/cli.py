"""`smart-community retention` and `smart-community backup`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from console.privacy.periods import BACKUP_DAYS
from console.register.terminal import Data, Database, end
from console.words import Language

Pictures = Annotated[
    Path | None, typer.Option(envvar="SC_PICTURES", help="Ingest's pictures, else DATA/pictures.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    group = typer.Typer(no_args_is_help=True, help="How long what is kept.")
    group.command("show")(show)
    group.command("run")(run)
    app.add_typer(group, name="retention")
    app.command("backup")(backup)


def show(lang: Annotated[Language, typer.Option(help="zh or en.")] = "zh") -> None:
    """Print what is kept where, for how long, and what lets it go, by the present settings.

    Example: smart-community retention show --lang en
    """
    from console.settings import ConsoleSettings
    from deploy.retention.stores import kept, rows
    from ingest.settings import IngestSettings

    for cells in rows(lang, kept(ConsoleSettings(), IngestSettings())):
        typer.echo("  ".join(cell.strip("`") for cell in cells))


def run(
    data: Data = Path("data"),
    database: Database = None,
    pictures: Pictures = None,
    backups: Annotated[Path | None, typer.Option(help="Also the backups there.")] = None,
    keep_days: Annotated[int, typer.Option(min=1, help="Of backups.")] = BACKUP_DAYS,
) -> None:
    """Let go of what is over, now. A running stack does it by itself, hourly.

    The log of an embedded stack is gone through only while the stack stands still.

    Example: smart-community retention run --data /var/lib/smart-community --backups /backup
    """
    from sqlalchemy.exc import SQLAlchemyError

    from console.database import DatabaseFault
    from console.settings import ConsoleSettings
    from deploy.retention.jobs import Jobs
    from ingest.settings import IngestSettings

    if not data.is_dir():
        end(f"{data}: there is no such folder; name the stack's with --data")
    console = ConsoleSettings(data=data, database_url=database, pictures=pictures)
    stands_still = not (data / "run" / "stack.json").exists()
    jobs = Jobs(console, IngestSettings(data=data), backups, keep_days, stands_still)
    try:
        counts = [(name, count) for name, count in jobs.run(_now()) if count]
    except (DatabaseFault, SQLAlchemyError, OSError) as error:
        end(str(error).splitlines()[0])
    for name, count in counts:
        typer.echo(f"{name}: {count}")
    if not counts:
        typer.echo("nothing is over")


def backup(
    to: Annotated[Path, typer.Option(help="Where backups go, each in a folder of its own.")],
    data: Data = Path("data"),
    keep_days: Annotated[int, typer.Option(min=1, help="Older ones are deleted.")] = BACKUP_DAYS,
) -> None:
    """Copy the databases of a data folder, also of a running stack, and delete old backups.

    The master key is not in it: keep a copy elsewhere. Of a console on PostgreSQL this copies what
    is beside it; back up the database by its own means, and delete those copies as soon.

    Example: smart-community backup --data /var/lib/smart-community --to /backup --keep-days 14
    """
    from deploy.retention.backup import BackupFault, make_backup

    try:
        made = make_backup(data, to, _now(), keep_days)
    except BackupFault as fault:
        end(str(fault))
    typer.echo(f"{made.folder}: {', '.join(made.files)}")
    for name in made.gone:
        typer.echo(f"{name}: deleted, older than {keep_days} days")


def _now() -> int:
    return time.time_ns() // 1_000_000
