"""The commands of the embedded stack: up, demo, doctor, devices."""

import asyncio
import ipaddress
import logging
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from deploy.devices.cli import devices_app
from deploy.embedded.parts import Wish
from deploy.embedded.place import PlaceTaken, choose_ports
from deploy.embedded.supervisor import StackFailed
from ingest.catalogue import load_catalogue
from ingest.site_check import checked
from schemas.site_files import SiteFiles
from schemas.yaml_file import FileFaults

FAULT_STATUS = 2

Data = Annotated[Path, typer.Option(help="Folder that keeps everything.")]
MqttPort = Annotated[int, typer.Option(min=1, max=65535, help="Port for devices that speak MQTT.")]
HttpPort = Annotated[int, typer.Option(min=1, max=65535, help="Port of the page and the API.")]
BridgePort = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Port for devices that push over HTTP.")
]
SiteFile = Annotated[Path | None, typer.Option(help="The site file: estates, places, devices.")]
AdapterFolder = Annotated[Path | None, typer.Option(help="A folder with your own adapters.")]
Listen = Annotated[
    str | None, typer.Option(help="Address to open to devices and people; 0.0.0.0 is all.")
]
NoAuth = Annotated[
    bool, typer.Option("--no-auth", help="Ask this machine's own users for nothing.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("up")(up)
    app.command("demo")(demo)
    app.command("doctor")(doctor)
    app.add_typer(devices_app, name="devices")


def up(  # noqa: PLR0913 - one parameter for each option of the command
    data: Data = Path("data"),
    mqtt_port: MqttPort = 1883,
    http_port: HttpPort = 8080,
    bridge_port: BridgePort = None,
    site: SiteFile = None,
    adapters: AdapterFolder = None,
    listen: Listen = None,
    no_auth: NoAuth = False,
) -> None:
    """Run everything on this machine, for real devices; Ctrl-C ends it.

    Example: smart-community up --data /var/lib/smart-community --site site.yaml --listen 0.0.0.0
    """
    from deploy.embedded.up import data_folder

    own = _checked_adapters(adapters)
    wish = Wish(
        data=data_folder(data), site=_checked_site(site, own), adapters=own,
        listen=_checked_listen(listen, no_auth), no_auth=no_auth,
    )  # fmt: skip
    _run(wish, mqtt_port, http_port, bridge_port)


def demo(
    data: Data = Path("data/demo"),
    mqtt_port: MqttPort = 1883,
    http_port: HttpPort = 8080,
    seed: Annotated[int, typer.Option(help="The same seed gives the same day.")] = 1,
) -> None:
    """Run everything with a simulated estate and a day of incidents at speed; Ctrl-C ends it.

    Example: smart-community demo --http-port 8090
    """
    from deploy.embedded.simulated import ADAPTERS, SITE
    from deploy.embedded.up import data_folder

    wish = Wish(
        data=data_folder(data), site=SITE, adapters=ADAPTERS, no_auth=True, demo=True, seed=seed
    )
    # No device pushes to a demo; a stack for real devices may have the usual port.
    _run(wish, mqtt_port, http_port, 0)


def doctor(
    data: Data = Path("data"),
    site: SiteFile = None,
) -> None:
    """Check every connection and say what to mend; exit status 1 when something must be.

    Looks at the stack that runs on the data folder, or at what SC_… in the environment names.

    Example: smart-community doctor --data /var/lib/smart-community
    """
    from deploy.embedded.doctor import examine
    from deploy.embedded.up import data_folder

    # What the Kafka client says of a broker that is away, the finding says better.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    findings = asyncio.run(examine(data_folder(data), site))
    for finding in findings:
        typer.echo(finding.line())
    if any(not finding.good for finding in findings):
        raise typer.Exit(1)


def _run(wish: Wish, mqtt_port: int, http_port: int, bridge_port: int | None) -> None:
    from deploy.embedded.up import run_stack

    try:
        run_stack(wish, choose_ports(wish.host, mqtt_port, http_port, bridge_port), typer.echo)
    except (PlaceTaken, StackFailed) as error:
        _end(str(error))
    except OSError as error:
        _end(f"{wish.data}: {error.strerror}; choose a folder that can be written to")


def _checked_site(file: Path | None, adapters: Path | None) -> Path | None:
    if file is None:
        return None
    try:
        catalogue = load_catalogue([] if adapters is None else [adapters])
        checked(SiteFiles(file).load(), catalogue.face_adapters)
    except FileFaults as error:
        _end(str(error))
    return file.resolve()


def _checked_adapters(folder: Path | None) -> Path | None:
    if folder is None:
        return None
    if not folder.is_dir():
        _end(f"--adapters {folder}: is no folder; check its name")
    try:
        load_catalogue([folder])
    except FileFaults as error:
        _end(str(error))
    return folder.resolve()


def _checked_listen(listen: str | None, no_auth: bool) -> str | None:
    if listen is None:
        return None
    try:
        address = ipaddress.ip_address(listen)
    except ValueError:
        _end(f"--listen {listen}: is no address; write one like 192.168.1.10, or 0.0.0.0 for all")
    if no_auth and not address.is_loopback:
        _end(f"--listen {listen} with --no-auth would let anybody in; leave one of them out")
    return listen


def _end(what: str) -> NoReturn:
    typer.echo(what, err=True)
    raise typer.Exit(FAULT_STATUS)
