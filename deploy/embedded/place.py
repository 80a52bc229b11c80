"""A stack's place on this machine: its lock, its free ports, and where others find it."""

import fcntl
import json
import os
import random
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

from deploy.embedded.parts import INNER, Ports
from deploy.embedded.process import ON_LINUX

LOCK = "stack.lock"
STACK = "stack.json"
BRIDGE_PORT = 8081
# Below the ranges that systems take outgoing ports from (32768 and up), so that no client of a
# part that is down can be given its port.
FREE_PORTS = range(20_000, 32_000)
TRIES = 500


class PlaceTaken(RuntimeError):  # It reads as the sentence it is.
    """The data folder or a port is in use; one line that says by what and how to mend it."""


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the data folder against a second stack. The system frees it if we die."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / LOCK).open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            owner = handle.read().strip() or "another process"
            raise PlaceTaken(
                f"{data} is in use by process {owner}: stop that stack, or choose another --data"
            ) from error
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        yield


def choose_ports(host: str, mqtt: int, http: int, bridge: int | None = None) -> Ports:
    """The given ports, if they are free at `host`, and free loopback ones for the rest.

    `bridge` 0 is any free one, None the usual one if that is free.
    """
    for name, port in (("--mqtt-port", mqtt), ("--http-port", http), ("--bridge-port", bridge)):
        if port and not _is_free(host, port):
            raise PlaceTaken(f"{name} {port} is in use at {host}: stop its owner or choose another")
    if bridge is None and _is_free(host, BRIDGE_PORT):
        bridge = BRIDGE_PORT
    bridge = bridge or _free({mqtt, http})
    taken = {mqtt, http, bridge}
    inner: dict[str, int] = {}
    for name in INNER:
        inner[name] = _free(taken)
        taken.add(inner[name])
    return Ports(mqtt=mqtt, http=http, bridge=bridge, **inner)


def _free(taken: set[int]) -> int:
    for port in random.sample(FREE_PORTS, TRIES):
        if port not in taken and _is_unused(port):
            return port
    raise PlaceTaken(f"no free port between {FREE_PORTS.start} and {FREE_PORTS.stop}")


def _is_free(host: str, port: int) -> bool:
    try:
        # As servers do: a port that only remembers old connections is free.
        socket.create_server((host, port), family=_family(host)).close()
    except OSError:
        return False
    return True


def _is_unused(port: int) -> bool:
    """Whether nobody has bound the loopback port, listening or not."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


@contextmanager
def held(ports: Ports) -> Iterator[None]:
    """Keep others from choosing our loopback ports before our parts listen on them, and while a
    part is down.

    Linux lets several sockets that all say SO_REUSEADDR be bound to a port of which only one
    listens; elsewhere nothing is held.
    """
    with ExitStack() as stack:
        for name in INNER if ON_LINUX else ():
            holder = stack.enter_context(socket.socket())
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.bind(("127.0.0.1", getattr(ports, name)))
        yield


def tell_ports(
    data: Path, ports: Ports, host: str, files: Mapping[str, Path | None] = MappingProxyType({})
) -> None:
    """Write down where the running stack is found, for `doctor`, `devices` and `rejected`.

    `files` are what it was started with: `site` and `adapters`.
    """
    folder = data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{STACK}"
    told = {"host": host, "pid": os.getpid(), "ports": asdict(ports)}
    told |= {"files": {name: str(path) for name, path in files.items() if path is not None}}
    draft.write_text(json.dumps(told))
    draft.replace(folder / STACK)


def told_ports(data: Path) -> tuple[Ports, str] | None:
    """Where the stack of this folder was last found, and its address; None if it never ran."""
    try:
        content = json.loads((data / "run" / STACK).read_text())
        return Ports(**content["ports"]), str(content["host"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def told_files(data: Path) -> dict[str, Path]:
    """The `site` and `adapters` that the stack of this folder was last started with, if any."""
    try:
        content = json.loads((data / "run" / STACK).read_text())
        return {name: Path(path) for name, path in content.get("files", {}).items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
