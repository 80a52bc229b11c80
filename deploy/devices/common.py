"""What the commands about devices share: their options, the files they read, how they end."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from deploy.embedded.parts import LOOPBACK
from deploy.embedded.place import told_files, told_ports
from ingest.bridge.passwords import PasswordFileError, read_passwords
from ingest.catalogue import Catalogue, load_catalogue
from ingest.gateway.state import DeviceClocks
from ingest.settings import IngestSettings
from ingest.skew import SkewTable
from schemas.base import MS_PER_S
from schemas.site import Site
from schemas.site_files import Loaded, SiteFiles
from schemas.yaml_file import FileFaults

FAULT_STATUS = 2
PASSWORDS = "devices.json"
CLOCKS = "*.clocks.json"

Broker = Annotated[
    str | None, typer.Option(help="The MQTT broker, HOST:PORT; without it the stack's.")
]
Data = Annotated[Path, typer.Option(envvar="SC_DATA", help="The stack's folder.")]
SiteFile = Annotated[Path | None, typer.Option(help="The site file; without it the stack's.")]
AdapterFolder = Annotated[
    Path | None, typer.Option(help="A folder with your own adapters; without it the stack's.")
]


@dataclass(frozen=True, slots=True)
class House:
    """What a command was told, or the stack of the data folder was started with."""

    data: Path
    site_file: Path | None
    catalogue: Catalogue
    loaded: Loaded | None

    @property
    def site(self) -> Site:
        """The site, an empty one where there is no file."""
        return self.loaded.site if self.loaded else Site()


def house(data: Path, site: Path | None, adapters: Path | None) -> House:
    """Read what the options name, or what the stack was started with. Ends at a fault."""
    files = told_files(data)
    site, adapters = site or files.get("site"), adapters or files.get("adapters")
    try:
        catalogue = load_catalogue([] if adapters is None else [adapters])
        loaded = SiteFiles(site).load() if site else None
    except FileFaults as error:
        end(str(error))
    return House(data, site, catalogue, loaded)


def site_file(told: House) -> Path:
    """The site file; ends the command where there is none."""
    if told.site_file is None:
        end("there is no site file: give it with --site, or start the stack with one")
    return told.site_file


def broker_settings(data: Path, broker: str | None) -> IngestSettings:
    """The broker that was named, that of the stack of the folder, or what SC_MQTT_… names."""
    try:
        settings = IngestSettings(data=data)
    except ValidationError as error:
        end("; ".join(f"SC_{f['loc'][0]}: {f['msg']}" for f in error.errors(include_url=False)))
    if broker is not None:
        host, _, port = broker.rpartition(":")
        if not host or not port.isdigit():
            end(f"--broker {broker}: write it as HOST:PORT, like 192.168.1.10:1883")
        return settings.model_copy(update={"mqtt_host": host, "mqtt_port": int(port)})
    stack = told_ports(data)
    if stack is None:
        return settings
    # Behind the gate, where nobody is asked for a password; rumqttd speaks 3.1.1.
    here = {"mqtt_host": LOOPBACK, "mqtt_port": stack[0].mqtt_inner, "mqtt_version": "311"}
    return settings.model_copy(update=here)


def passwords(data: Path) -> set[str]:
    """The devices that have a password."""
    try:
        return set(read_passwords(data / PASSWORDS).devices)
    except PasswordFileError as error:
        end(str(error))


def clocks(data: Path) -> dict[str, float]:
    """How far each device's clock is behind ours in s, as the gateways last wrote it down.

    By source (`/ESTATE/DEVICE`); a clock that is right, or not measured, is not named.
    """
    found: dict[str, float] = {}
    for file in sorted(data.glob(CLOCKS)):
        try:
            samples = DeviceClocks.model_validate_json(file.read_bytes()).samples
        except (OSError, ValueError):
            continue  # What a gateway measures is a help here, and no condition.
        corrections = SkewTable.load(samples).corrections()
        found |= {source: value / MS_PER_S for source, value in corrections.items()}
    return found


def heard_at(data: Path) -> dict[str, int] | None:
    """When each registered device was last heard in ms, by source, as the gateways last wrote it
    down; None where none has.
    """
    found: dict[str, int] | None = None
    for file in sorted(data.glob(CLOCKS)):
        try:
            told = DeviceClocks.model_validate_json(file.read_bytes()).heard_at
        except (OSError, ValueError):
            continue
        found = found or {}
        for source, at in told.items():
            found[source] = max(at, found.get(source, 0))
    return found


def clock_words(behind_s: float | None) -> str:
    """A clock's error in words."""
    if not behind_s:
        return ""
    return f"clock {abs(behind_s):.0f} s {'behind' if behind_s > 0 else 'ahead'}"


def end(what: str) -> NoReturn:
    """End the command with one line for each thing to mend."""
    typer.echo(what, err=True)
    raise typer.Exit(FAULT_STATUS)
