"""A stack's place on this machine: its lock, its free ports, and where others find it."""

import fcntl
import json
import os
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from deploy.embedded.parts import INNER, Ports

LOCK = "stack.lock"
STACK = "stack.json"
PUSH_PORT = 8081
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


def choose_ports(host: str, mqtt: int, http: int, push: int | None) -> Ports:
    """The given ports, if they are free at `host`, and free loopback ones for the rest."""
    for name, port in (("--mqtt-port", mqtt), ("--http-port", http), ("--push-port", push)):
        if port is not None and not _is_free(host, port):
            raise PlaceTaken(f"{name} {port} is in use at {host}: stop its owner or choose another")
    if push is None:
        push = PUSH_PORT if _is_free(host, PUSH_PORT) else _free({mqtt, http})
    taken = {mqtt, http, push}
    inner: dict[str, int] = {}
    for name in INNER:
        inner[name] = _free(taken)
        taken.add(inner[name])
    return Ports(mqtt=mqtt, http=http, push=push, **inner)


def _free(taken: set[int]) -> int:
    for port in random.sample(FREE_PORTS, TRIES):
        if port not in taken and _is_free("127.0.0.1", port):
            return port
    raise PlaceTaken(f"no free port between {FREE_PORTS.start} and {FREE_PORTS.stop}")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: a port that only remembers old connections is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def tell_ports(data: Path, ports: Ports, host: str) -> None:
    """Write down where the running stack is found, for `doctor` and `devices`."""
    folder = data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{STACK}"
    draft.write_text(json.dumps({"host": host, "pid": os.getpid(), "ports": asdict(ports)}))
    draft.replace(folder / STACK)


def told_ports(data: Path) -> tuple[Ports, str] | None:
    """Where the stack of this folder was last found, and its address; None if it never ran."""
    try:
        content = json.loads((data / "run" / STACK).read_text())
        return Ports(**content["ports"]), str(content["host"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
