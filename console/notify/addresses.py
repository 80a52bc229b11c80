"""Where messages may go: hosts that the operator allows, at addresses that are not this house's.

Pure but for `resolved`. A name is resolved once, all its addresses are judged, and the connection
goes to an address that was judged: a name that leads elsewhere a moment later leads nowhere.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from pydantic import Field

from schemas.base import Model

Address = IPv4Address | IPv6Address
_PORTS = {"http": 80, "https": 443}
_HOST = r"^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9a-fA-F:.]+$"


class NotAllowed(ValueError):
    """A place that messages may not go to; one line on why and how to mend it."""


class AllowedHost(Model):
    """A host that messages may go to: its name, `*.` before it for all below, and its ports.

    `addresses` are the networks of this house that it may lie in; without them only public
    addresses are taken.
    """

    host: str = Field(pattern=_HOST, max_length=253)
    ports: tuple[int, ...] = Field(default=(443,), min_length=1)
    addresses: tuple[IPv4Network | IPv6Network, ...] = ()

    def covers(self, host: str, port: int) -> bool:
        """Whether it is about a host and port."""
        return port in self.ports and fnmatchcase(host, self.host.lower())

    def takes(self, address: Address) -> bool:
        """Whether a host of it may lie at an address."""
        plain = _plain(address)
        if any(plain in network for network in self.addresses):
            return True
        return plain.is_global and not (plain.is_multicast or _is_disguised(plain))


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: where it leads, and the rule that allows it."""

    host: str
    port: int
    rule: AllowedHost


def allowed(rules: Iterable[AllowedHost], host: str, port: int) -> Target:
    """The target of a host and port. Raises NotAllowed."""
    name = host.rstrip(".").lower()
    for rule in rules:
        if rule.covers(name, port):
            return Target(name, port, rule)
    raise NotAllowed(f"{name}:{port} is not under `allow`; add its host and port")


def host_of(url: str) -> tuple[str, int]:
    """Host and port that an http or https URL leads to. Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        raise NotAllowed("write an address that begins with https:// or http://") from error
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise NotAllowed("write a host, without a login before it and without # behind it")
    return parts.hostname, port


def judged(target: Target, addresses: Iterable[str]) -> str:
    """The address to connect to: the first, where all of them may be. Raises NotAllowed."""
    found = [ip_address(address) for address in addresses]
    for address in found:
        if not target.rule.takes(address):
            raise NotAllowed(
                f"{target.host} leads to {address}, which is not public; "
                "name its network under `addresses` if that is meant"
            )
    if not found:
        raise NotAllowed(f"{target.host} leads nowhere")
    return str(found[0])


def resolved(target: Target) -> str:
    """Look a host up, and judge what it leads to. Raises NotAllowed, OSError."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    # The fifth part of an entry begins with the address; a link-local one ends with its zone.
    return judged(target, dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def _plain(address: Address) -> Address:
    """An IPv4 address that comes as an IPv6 one."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_disguised(address: Address) -> bool:
    """Whether an IPv6 address leads to an IPv4 one that cannot be judged by it."""
    if not isinstance(address, IPv6Address):
        return False
    return address.sixtofour is not None or address.teredo is not None or address in _NAT64


_NAT64 = IPv6Network("64:ff9b::/96")
