"""What the commands on the database share: their options, how they open it, and how they end."""

import getpass
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from console.audit.chain import Signed
    from console.register.office import RegisterOffice

FAULT_STATUS = 2
SiteOf = Callable[[Path], Path | None]
"""The site file that the stack of a data folder was started with, if any."""

Data = Annotated[Path, typer.Option(envvar="SC_DATA", help="The console's folder.")]
Database = Annotated[
    str | None, typer.Option(envvar="SC_DATABASE_URL", help="Its database, if it has another.")
]
SiteFile = Annotated[
    Path | None, typer.Option(envvar="SC_SITE", help="The site file; without it the stack's.")
]
KeyFile = Annotated[
    Path | None, typer.Option(envvar="SC_KEY_FILE", help="Ingest's key, else DATA/master.key.")
]
By = Annotated[str | None, typer.Option(help="Who you are; without it your name on this machine.")]
Why = Annotated[str, typer.Option(help="Why; it is written down.")]


@contextmanager
def opened(
    data: Path,
    database: str | None = None,
    site: Path | None = None,
    key_file: Path | None = None,
) -> "Iterator[RegisterOffice]":
    """The register of a database; whatever goes wrong there ends the command with one line."""
    # The database's framework takes its time to load; other commands do not wait for it.
    from console.database import DatabaseFault, open_database
    from console.register.office import RegisterOffice
    from console.settings import ConsoleSettings

    told = ConsoleSettings(data=data, database_url=database, site=site, key_file=key_file)
    if database is None and not data.is_dir():
        end(f"{data}: there is no such folder; name the stack's with --data")
    try:
        engine = open_database(told.url)
    except DatabaseFault as fault:
        end(str(fault))
    try:
        with explained():
            yield RegisterOffice(told, engine, lambda: time.time_ns() // 1_000_000)
    finally:
        engine.dispose()


@contextmanager
def explained() -> Iterator[None]:
    """What may go wrong at a desk, as one line and the end of the command."""
    from pydantic import ValidationError
    from sqlalchemy.exc import SQLAlchemyError

    from console.register.planning import Conflict
    from console.register.reveal import TooOften
    from console.register.vault import NoKey
    from schemas.events import explain

    try:
        yield
    except KeyError as error:
        end(f"there is no entry {error.args[0]!r}; `list` shows what there is")
    except SQLAlchemyError as error:
        end(f"the database refused: {str(error).splitlines()[0]}")
    except ValidationError as error:
        end(explain(error).replace("Value error, ", ""))
    except (ValueError, OSError, Conflict, NoKey, TooOften) as error:
        end(str(error))


def signed(office: "RegisterOffice", by: str | None, why: str) -> "Signed":
    """Who does it, why, and now."""
    from console.audit.chain import Signed

    return Signed(by or f"terminal {getpass.getuser()}", why, office.clock())


def end(what: str) -> NoReturn:
    """End the command with one line for each thing to mend."""
    typer.echo(what, err=True)
    raise typer.Exit(FAULT_STATUS)
