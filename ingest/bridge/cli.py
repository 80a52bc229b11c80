"""`smart-community bridge makes|password|check`: what an operator needs beside the bridge."""

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ingest.bridge.catalogue import known_makes
from ingest.bridge.config import BridgeFile, read_bridge_file
from ingest.bridge.passwords import (
    PasswordFile,
    PasswordFileError,
    read_passwords,
    set_pull_password,
)
from schemas.yaml_file import FileFaults

EXIT_USAGE = 2
PASSWORDS, FILE = "devices.json", "bridge.yaml"

Data = Annotated[Path, typer.Option(help="The data folder.")]


def add_commands(bridge: typer.Typer) -> None:
    """Add the commands below `bridge`."""
    bridge.command("makes")(makes)
    bridge.command("password")(password)
    bridge.command("check")(check)


def makes() -> None:
    """Print the makes that want an answer of their own, and what to enter in the device.

    Example: smart-community bridge makes
    """
    for make in known_makes().values():
        typer.echo(f"{make.name:<12} {make.title:<48} {make.address}")


def password(
    device: Annotated[str, typer.Argument(help="The device, as under pulls: in bridge.yaml.")],
    data: Data = Path("data"),
) -> None:
    """Keep the password that the bridge logs in at a device with; it is asked for.

    Example: smart-community bridge password yard-camera --data /var/lib/smart-community
    """
    told = typer.prompt(f"password of {device}", hide_input=True)
    try:
        set_pull_password(data / PASSWORDS, device, told)
    except (PasswordFileError, OSError) as error:
        _fail(str(error))
    typer.echo(f"kept in {data / PASSWORDS}; the bridge takes it at its next try")


def check(data: Data = Path("data")) -> None:
    """Check that bridge.yaml holds and every device to be asked has a password.

    Example: smart-community bridge check --data /var/lib/smart-community
    """
    file = Path(os.environ.get("SC_BRIDGE_FILE") or data / FILE)
    try:
        found, known = read_bridge_file(file), read_passwords(data / PASSWORDS)
    except (FileFaults, PasswordFileError, OSError) as error:
        _fail(str(error))
    faults = list(_faults(found, known))
    for line in faults:
        typer.echo(line)
    if faults:
        raise typer.Exit(1)
    typer.echo(f"{len(found.serials)} serial numbers, {len(found.pulls)} devices to be asked: good")


def _faults(found: BridgeFile, known: PasswordFile) -> list[str]:
    without = [pull.device for pull in found.pulls if pull.device not in known.pulls]
    return [f"{name} has no password: smart-community bridge password {name}" for name in without]


def _fail(what: str) -> NoReturn:
    """Ends the command with one line for each thing to mend."""
    typer.echo(what, err=True)
    raise typer.Exit(EXIT_USAGE)
