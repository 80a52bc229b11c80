"""`bridge.yaml`: what the bridge must be told of devices that cannot log in or must be asked.

Passwords stand in `devices.json` and never here. The file is looked at again while the bridge
runs; one that does not hold is told and left aside.
"""

import ipaddress
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator
from yarl import URL

from schemas.base import Model
from schemas.yaml_file import Document, Fault, FileFaults, parse, validate

DEVICE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
SILENCE_S = 90.0
SCHEMES = {"hikvision_alert_stream": "http", "dahua_event_stream": "http", "dahua_dhip": "tcp"}
DHIP_PORT = 5000

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Way = Literal["hikvision_alert_stream", "dahua_event_stream", "dahua_dhip"]


def _check_network(text: str) -> str:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(f"{text!r} is no address; write 192.168.7.21 or 192.168.7.0/24") from error
    return text


class SerialEntry(Model):
    """A device that says its serial number and can prove nothing: it is let in from `addresses`."""

    serial: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    device: str = Field(pattern=DEVICE_PATTERN)
    make: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    addresses: tuple[Annotated[str, AfterValidator(_check_network)], ...] = Field(min_length=1)

    def allows(self, peer: str | None) -> bool:
        """Whether the device may come from this address."""
        try:
            address = ipaddress.ip_address(peer or "")
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in ipaddress.ip_network(n, strict=False) for n in self.addresses)


class PullEntry(Model):
    """A device that must be asked: which way, where, as which user.

    Without `url` it is asked at the `address` that the site file gives it. After `silence_s`
    without a byte the connection is taken for dead. `fingerprint` is the SHA-256 of the device's
    own certificate, for HTTPS without an authority.
    """

    device: str = Field(pattern=DEVICE_PATTERN)
    way: Way
    url: str | None = None
    user: str = "admin"
    silence_s: float = Field(default=SILENCE_S, ge=5, le=3600)
    fingerprint: str | None = Field(default=None, pattern=r"^[0-9A-Fa-f]{64}$")

    @field_validator("url")
    @classmethod
    def _has_no_secret(cls, url: str | None) -> str | None:
        if url is None:
            return None
        told = URL(url)
        if told.host is None or told.scheme not in ("http", "https", "tcp"):
            raise ValueError(
                f"{url!r} is no address; write http://192.168.7.30 or tcp://192.168.7.30"
            )
        if told.password is not None or told.user is not None:
            raise ValueError("user and password do not stand in the URL; see `bridge password`")
        return url

    def at(self, address: str | None) -> "PullEntry | None":
        """The entry with where to ask: its own `url`, else the site's `address`; None for neither,
        or for an address that this way does not go to.
        """
        if self.url is not None or not address:
            return self if self.url is not None else None
        scheme = SCHEMES[self.way]
        url = address if "://" in address else f"{scheme}://{address}"
        fits = (URL(url).scheme == "tcp") is (scheme == "tcp")
        return self.model_copy(update={"url": url}) if fits else None


class BridgeFile(Model):
    """The whole of `bridge.yaml`."""

    version: Literal[1] = 1
    serials: tuple[SerialEntry, ...] = ()
    pulls: tuple[PullEntry, ...] = ()

    def entry_of(self, make: str, serial: str) -> SerialEntry | None:
        """What is known of a serial number."""
        known = (e for e in self.serials if e.make == make and e.serial == serial)
        return next(known, None)

    def allows(self, make: str, device: str, serial: str | None, peer: str | None) -> bool:
        """Whether a serial number alone lets this device in from this address."""
        entry = self.entry_of(make, serial) if serial else None
        return entry is not None and entry.device == device and entry.allows(peer)


def read_bridge_file(path: Path) -> BridgeFile:
    """The file's content, nothing if there is none. Raises FileFaults or OSError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return BridgeFile()
    except UnicodeDecodeError as error:
        what = "is not UTF-8 text; save it as UTF-8"
        raise FileFaults([Fault(str(path), 1, "$", what)]) from error
    document = parse(text, str(path))
    found = validate(document, BridgeFile)
    if faults := list(_faults(found, document)):
        raise FileFaults(faults)
    return found


def _faults(found: BridgeFile, document: Document) -> Iterator[Fault]:
    told = Counter((entry.make, entry.serial) for entry in found.serials)
    for index, entry in enumerate(found.serials):
        if told[entry.make, entry.serial] > 1:
            what = f"{entry.serial!r} is given more than once"
            yield document.fault(("serials", index, "serial"), what)
    for index, pull in enumerate(found.pulls):
        if pull.url is None:
            continue
        scheme = "tcp" if URL(pull.url).scheme == "tcp" else "http"
        if scheme != SCHEMES[pull.way]:
            what = (
                f"{pull.way} is asked over {SCHEMES[pull.way]}; begin with {SCHEMES[pull.way]}://"
            )
            yield document.fault(("pulls", index, "url"), what)
