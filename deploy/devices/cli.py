"""`smart-community devices`: add, list, check, walk."""

import asyncio
import logging
import re
import socket
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from deploy.devices.checks import faults
from deploy.devices.entry import PAGES, Address, Entry, page_of, read_pages, site_lines, typed
from deploy.embedded.parts import LOOPBACK
from deploy.embedded.place import PUSH_PORT, told_ports
from ingest.catalogue import Catalogue, load_catalogue
from ingest.push.passwords import (
    PasswordFileError,
    generate_password,
    read_passwords,
    set_password,
)
from schemas.site import Site, parse_site
from schemas.yaml_file import FileFaults

FAULT_STATUS = 2
PASSWORDS = "devices.json"
MQTT_PORT = 1883
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")

devices_app = typer.Typer(help="Hook devices in and try them.", no_args_is_help=True)

Data = Annotated[Path, typer.Option(help="The stack's folder.")]
SiteFile = Annotated[Path | None, typer.Option(help="The site file.")]
AdapterFolder = Annotated[Path | None, typer.Option(help="A folder with your own adapters.")]


@devices_app.command("add")
def add(  # noqa: PLR0913 - one parameter for each option of the command
    name: Annotated[str, typer.Argument(help="The device's name, as the site file will have it.")],
    make: Annotated[str, typer.Option(help="hikvision, dahua, frigate, esp_rfid or an adapter.")],
    place: Annotated[str, typer.Option(help="Where it stands: a place of the site.")] = "PLACE",
    data: Data = Path("data"),
    host: Annotated[str | None, typer.Option(help="Our address as the device sees it.")] = None,
    site: SiteFile = None,
    adapters: AdapterFolder = None,
) -> None:
    """Give a device a password, and print what to type into its page.

    The password holds from now on; run it again for a new one.

    Example: smart-community devices add gate-1-reader --make hikvision --place gate-1-door
    """
    if not NAME.match(name):
        _end(f"{name!r} is no device name: use letters, digits, dot, dash, underscore")
    known = _catalogue(adapters).named(make)
    if not known:
        _end(f"--make {make}: no adapter is of this make; see `devices makes`")
    entry = Entry(name, sorted(known, key=lambda a: a.spec.evidence)[0].spec, place)
    password = generate_password()
    try:
        set_password(data / PASSWORDS, name, password)
    except (PasswordFileError, OSError) as error:
        _end(str(error))
    page = page_of(entry, read_pages(PAGES.read_text(encoding="utf-8")))
    for line in typed(entry, page, _address(data, host), password):
        typer.echo(line)
    if name not in _device_ids(_site(site)):
        typer.echo("In the site file, under devices: of its estate:")
        for line in site_lines(entry):
            typer.echo(line)


@devices_app.command("makes")
def makes(adapters: AdapterFolder = None) -> None:
    """Print the adapters: name, make, how strong the evidence is, and what they understand.

    Example: smart-community devices makes
    """
    for _, adapter in sorted(_catalogue(adapters).adapters.items()):
        spec = adapter.spec
        typer.echo(f"{spec.name:<22} {spec.make:<16} {spec.evidence}  {spec.title}")


@devices_app.command("list")
def list_devices(site: SiteFile = None, data: Data = Path("data")) -> None:
    """Print every device: estate, name, adapter, place, and whether it has a password.

    Example: smart-community devices list --site site.yaml
    """
    passwords = _passwords(data)
    shown = _site(site)
    for estate in shown.estates:
        for device in estate.devices:
            has = "password" if device.id in passwords else "-"
            row = f"{estate.id:<20} {device.id:<24} {device.adapter:<20} {device.place:<20} {has}"
            typer.echo(row)
    for name in sorted(passwords - _device_ids(shown)):
        typer.echo(f"{'-':<20} {name:<24} {'-':<20} {'-':<20} password")


@devices_app.command("check")
def check(
    site: Annotated[Path, typer.Option(help="The site file.")],
    data: Data = Path("data"),
    adapters: AdapterFolder = None,
) -> None:
    """Check that site file, passwords and adapters agree; exit status 1 when they do not.

    Example: smart-community devices check --site site.yaml
    """
    known = _catalogue(adapters).adapters
    passwords = _passwords(data)
    found = list(faults(_site(site), known, passwords, asked=bool(passwords)))
    for line in found:
        typer.echo(line)
    if found:
        raise typer.Exit(1)
    typer.echo("site file, passwords and adapters agree")


@devices_app.command("walk")
def walk(
    data: Data = Path("data"),
    site: SiteFile = None,
    bootstrap: Annotated[str | None, typer.Option(help="Kafka, HOST:PORT.")] = None,
) -> None:
    """走测: show each swipe and passage as it comes; Ctrl-C ends it.

    Example: smart-community devices walk --site site.yaml
    """
    told = told_ports(data)
    if bootstrap is None and told is None:
        _end(f"no stack ran on {data}: start one with `up`, or give --bootstrap HOST:PORT")
    address = bootstrap or f"{LOOPBACK}:{told[0].broker if told else 9092}"
    health = told[0].ingest_health if told and bootstrap is None else None
    # Loading a Kafka client takes a second that the other commands need not wait for.
    from deploy.devices.walk import WalkFault, show_walk

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        asyncio.run(show_walk(address, _site(site).configs(), health, typer.echo))
    except KeyboardInterrupt:
        return
    except WalkFault as error:
        _end(str(error))


def _address(data: Path, host: str | None) -> Address:
    """Where the device finds us: as asked, as the stack listens, or as this machine is reached."""
    told = told_ports(data)
    listens = told[1] if told else None
    if host is None and listens not in (None, LOOPBACK, "0.0.0.0", "::"):
        host = listens
    ports = (told[0].mqtt, told[0].push) if told else (MQTT_PORT, PUSH_PORT)
    return Address(host or _own_address(), *ports)


def _own_address() -> str:
    """The address this machine sends from; no packet is sent for the question."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # A documentation address (RFC 5737): only the routing table is asked.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "THIS_MACHINE"
        return str(probe.getsockname()[0])


def _device_ids(site: Site) -> set[str]:
    return {device.id for estate in site.estates for device in estate.devices}


def _passwords(data: Path) -> set[str]:
    try:
        return set(read_passwords(data / PASSWORDS).devices)
    except PasswordFileError as error:
        _end(str(error))


def _site(file: Path | None) -> Site:
    if file is None:
        return Site()
    try:
        return parse_site(file.read_text(encoding="utf-8"), str(file))
    except (FileFaults, UnicodeDecodeError) as error:
        _end(str(error))
    except OSError as error:
        _end(f"--site {file}: {error.strerror}; check its name and rights")


def _catalogue(folder: Path | None) -> Catalogue:
    try:
        return load_catalogue([] if folder is None else [folder])
    except FileFaults as error:
        _end(str(error))


def _end(what: str) -> NoReturn:
    typer.echo(what, err=True)
    raise typer.Exit(FAULT_STATUS)
