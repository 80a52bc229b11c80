"""`smart-community devices`: add, makes, list, check, walk; the rest is in `taking_in`."""

import asyncio
import logging
import re
import socket
import time
from pathlib import Path
from typing import Annotated

import typer

from deploy.devices import taking_in
from deploy.devices.adopt import NotAdopted, notes_of
from deploy.devices.checks import faults, warnings
from deploy.devices.common import (
    PASSWORDS,
    AdapterFolder,
    Data,
    House,
    SiteFile,
    clocks,
    end,
    heard_at,
    house,
    passwords,
)
from deploy.devices.entry import PAGES, Address, Entry, page_of, read_pages, site_lines, typed
from deploy.devices.judged import Known, found, judged
from deploy.devices.listing import Heard, device_rows, note_rows
from deploy.devices.plan_check import plan_faults
from deploy.embedded.parts import LOOPBACK
from deploy.embedded.place import BRIDGE_PORT, told_ports
from ingest.bridge.passwords import PasswordFileError, generate_password, set_password
from ingest.notes import Note
from ingest.site_check import checked, face_warnings, faces_enrolled
from schemas.base import MS_PER_S
from schemas.fault_words import nearest
from schemas.site import Site

MQTT_PORT = 1883
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")

devices_app = typer.Typer(help="Hook devices in and try them.", no_args_is_help=True)
taking_in.register(devices_app)


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
        end(f"{name!r} is no device name: use letters, digits, dot, dash, underscore")
    told = house(data, site, adapters)
    known = told.catalogue.named(make)
    if not known:
        end(f"--make {make}: no adapter is of this make; see `adapters list`")
    entry = Entry(name, sorted(known, key=lambda a: a.spec.evidence)[0].spec, place)
    password = generate_password()
    try:
        set_password(data / PASSWORDS, name, password)
    except (PasswordFileError, OSError) as error:
        end(str(error))
    page = page_of(entry, read_pages(PAGES.read_text(encoding="utf-8")))
    for line in typed(entry, page, _address(data, host), password):
        typer.echo(line)
    if not found(told.site, name):
        typer.echo("In the site file, under devices: of its estate:")
        for line in site_lines(entry):
            typer.echo(line)


@devices_app.command("list")
def list_devices(
    site: SiteFile = None,
    data: Data = Path("data"),
    adapters: AdapterFolder = None,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Only those not registered, with their entries.")
    ] = False,
) -> None:
    """Print every device with place, when it was last heard, clock and password; then those that
    no site file names.

    `last heard` is what ingest on this data folder wrote down, up to half a minute late: `never`
    if it has not heard the device, `-` if no ingest ran there. Times are the estate's own.

    Example: smart-community devices list --site site.yaml
    """
    told = house(data, site, adapters)
    try:
        notes = notes_of(data)
    except NotAdopted as error:
        end(str(error))
    if unknown:
        rows = [row for note in notes for row in taking_in.about(note, told)]
    else:
        rows = _all_rows(told.site, notes, data)
    typer.echo("\n".join(rows) if rows else _nobody(told, unknown=unknown))


def _all_rows(site: Site, notes: list[Note], data: Path) -> list[str]:
    now = time.time_ns() // (MS_PER_S * MS_PER_S)
    rows = device_rows(site, Heard(now, clocks(data), heard_at(data), passwords(data)))
    if notes:
        rows += [""] * bool(rows)
        rows += [f"not registered: {len(notes)} (devices list --unknown has the entry of each)"]
        rows += note_rows(notes, now)
    return rows


def _nobody(told: House, *, unknown: bool) -> str:
    if unknown:
        return "no device was heard that no site file names"
    if told.site_file is None:
        return f"no site file was given (--site), and no device was heard on {told.data}"
    return f"{told.site_file} names no device, and none was heard on {told.data}"


@devices_app.command("check")
def check(
    name: Annotated[str | None, typer.Argument(help="One device: how it will be judged.")] = None,
    site: SiteFile = None,
    data: Data = Path("data"),
    adapters: AdapterFolder = None,
) -> None:
    """Check that site file, plans, passwords and adapters agree; exit status 1 when they do not,
    2 when the site file has a fault.

    With a device's name: how it is known, how its clock is read, and when it counts as lost.

    Example: smart-community devices check gate-1-reader --site site.yaml
    """
    told = house(data, site, adapters)
    if told.loaded is None:
        end("there is no site file: give it with --site, or start the stack with one")
    try:
        checked(told.loaded, told.catalogue.face_adapters)
        if name is not None:
            _check_one(told, name, clocks(data))
            return
    except ValueError as error:
        end(str(error))
    known = passwords(data)
    wrong = list(faults(told.site, told.catalogue.adapters, known, asked=bool(known)))
    wrong += plan_faults(told.site, told.loaded.files[0].parent)
    for line in (*wrong, *warnings(told.site), *face_warnings(faces_enrolled(told.site))):
        typer.echo(line)
    if wrong:
        raise typer.Exit(1)
    typer.echo("site file, passwords and adapters agree")


def _check_one(told: House, name: str, clock: dict[str, float]) -> None:
    """Print how a device will be judged. Raises ValueError for one that is not there."""
    devices = found(told.site, name)
    if not devices:
        near = nearest(name, (d.id for estate in told.site.estates for d in estate.devices))
        mend = f"did you mean {near}?" if near else "see `devices list`"
        raise ValueError(f"{name}: is no device of the site; {mend}")
    for estate, device in devices:
        adapter = told.catalogue.adapters.get(device.adapter)
        push = Entry(device.id, adapter.spec, device.place).push if adapter else None
        known = Known(clock.get(f"/{estate.id}/{device.id}"), push)
        for line in judged(estate, device, known):
            typer.echo(line)


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
    configs = house(data, site, None).site.configs()
    if bootstrap is None and told is None:
        end(f"no stack ran on {data}: start one with `up`, or give --bootstrap HOST:PORT")
    address = bootstrap or f"{LOOPBACK}:{told[0].broker if told else 9092}"
    health = told[0].ingest_health if told and bootstrap is None else None
    # Loading a Kafka client takes a second that the other commands need not wait for.
    from deploy.devices.walk import WalkFault, show_walk

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        asyncio.run(show_walk(address, configs, health, typer.echo))
    except KeyboardInterrupt:
        return
    except WalkFault as error:
        end(str(error))


def _address(data: Path, host: str | None) -> Address:
    """Where the device finds us: as asked, as the stack listens, or as this machine is reached."""
    told = told_ports(data)
    listens = told[1] if told else None
    if host is None and listens not in (None, LOOPBACK, "0.0.0.0", "::"):
        host = listens
    ports = (told[0].mqtt, told[0].bridge) if told else (MQTT_PORT, BRIDGE_PORT)
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
