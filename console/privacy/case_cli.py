"""`smart-community cases`: a case taken out as a file that a third party can check."""

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from console.register.terminal import By, Data, Database, KeyFile, Why, end, opened, signed

BROKEN_STATUS = 1
ReasonName = Literal["handling", "identity", "emergency", "visit", "evidence", "supervision"]


def cases_app() -> typer.Typer:
    """The commands."""
    app = typer.Typer(no_args_is_help=True, help="Take cases out of the house, and check them.")
    for command in (export, verify, key):
        app.command(command.__name__)(command)
    return app


def export(  # noqa: PLR0913 - one parameter for each option of the command
    name: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    to: Annotated[Path, typer.Option(help="The file to write; it must not be there yet.")],
    why: Why,
    reason: Annotated[ReasonName, typer.Option(help="What for.")] = "evidence",
    by: By = None,
    data: Data = Path("data"),
    database: Database = None,
    key_file: KeyFile = None,
) -> None:
    """Write a case as a ZIP with its acts, alerts and hashes, signed. Who and why is written down.

    Example: smart-community cases export 3f2a9c01 --to case.zip --why "asked for by the court"
    """
    from console.cases.office import CaseOffice
    from console.cases.rows import find_case
    from console.database import writing
    from console.privacy.export import Exporter

    with opened(data, database, None, key_file) as office:
        act = signed(office, by, f"{reason}: {why}")
        cases, settings = CaseOffice(office.settings, office.engine), office.settings
        keys = office.vault.keys()
        exporter = Exporter(
            cases.procedure, keys, settings.picture_folder, settings.office_zh
        )  # fmt: skip
        with to.open("xb") as file, writing(office.engine) as tx:
            case = find_case(tx, name)
            if case is None:
                to.unlink()
                raise KeyError(name)
            file.write(exporter.export(tx, case, act))
    to.chmod(0o600)
    typer.echo(f"{to}: check it with `cases verify {to} --key FINGERPRINT` (see `cases key`)")


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The ZIP.")],
    trusted: Annotated[
        str | None, typer.Option("--key", help="The fingerprint that its key must have.")
    ] = None,
) -> None:
    """Check an exported case: no file was changed, taken out or put in. Ends with 1 if not.

    Ask whoever gave you the file for the fingerprint another way: without --key anybody's would do.

    Example: smart-community cases verify case.zip --key 5d41402abc4b2a76b9719d911017c592…
    """
    from console.privacy.bundle import check

    if trusted is not None and not re.fullmatch(r"[0-9a-fA-F: ]{64,130}", trusted):
        end("--key: a fingerprint has 64 hex digits; `cases key` prints it")
    try:
        content = file.read_bytes()
    except OSError as error:
        end(f"{file}: {error.strerror}; name a ZIP that `cases export` wrote")
    found = check(content, trusted)
    for fault in found.faults:
        typer.echo(f"{file}: {fault}", err=True)
    if found.faults:
        raise typer.Exit(BROKEN_STATUS)
    told = found.manifest
    typer.echo(
        f"whole: case {told['case']}, version {told['version']}, exported {told['exported_at']} "
        f"by {told['exported_by']}"
    )
    sure = "the key is the one you named" if trusted else f"signed by {found.fingerprint}"
    typer.echo(sure)


def key(data: Data = Path("data"), database: Database = None, key_file: KeyFile = None) -> None:
    """Print the public key that exports are signed with, and its fingerprint.

    Example: smart-community cases key --data /var/lib/smart-community
    """
    from console.privacy.signing import fingerprint, private_key, public_pem

    with opened(data, database, None, key_file) as office:
        mine = private_key(office.vault.keys())
    typer.echo(public_pem(mine).decode(), nl=False)
    typer.echo(fingerprint(mine.public_key()))
