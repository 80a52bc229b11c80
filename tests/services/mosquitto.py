"""A real mosquitto, the MQTT broker that devices and gateways publish to.

Its persistence is set for fault tests: what it queued or retained is saved at every change, so a
`kill()` loses nothing that a later answer of the broker came after.
"""

import getpass
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.services import process, tools
from tests.services.process import LOOPBACK, Child, Service

PACKAGE = "mosquitto"
QUEUED_MAX = 100_000
# Saving at every change writes the whole store each time: right for faults, slow for floods.
SAVE_AT_EVERY_CHANGE = ["autosave_interval 1", "autosave_on_changes true"]
SAVE_AT_STOP = ["autosave_interval 0"]
# MQTT 3.1.1: connect as "p", clean session, keep-alive 60 s; any answer begins with CONNACK.
CONNECT = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01p"
CONNACK = b"\x20"


@dataclass
class Mosquitto(Service):
    """A running mosquitto at `host` and `port`."""

    port: int
    data: Path
    host: str = LOOPBACK


def prepare() -> Path:
    """Return the mosquitto program, installed with apt-get if it is missing."""
    return tools.apt_install("mosquitto", PACKAGE)


def start(
    data: Path,
    password_file: Path | None = None,
    *,
    save_at_every_change: bool = True,
    extra: Sequence[str] = (),
) -> Mosquitto:
    """Start a mosquitto that keeps everything in `data`.

    Without a password file everybody may come in; `extra` are more lines for its configuration.
    """
    program = prepare()
    data.mkdir(parents=True, exist_ok=True)
    port = process.free_port()
    entry = [f"password_file {password_file}"] if password_file else ["allow_anonymous true"]
    saving = SAVE_AT_EVERY_CHANGE if save_at_every_change else SAVE_AT_STOP
    config = data / "mosquitto.conf"
    config.write_text("\n".join([*_base(data, port), *entry, *saving, *extra, ""]))
    argv = [str(program), "-c", str(config)]
    child = Child(argv, data / "mosquitto.log", partial(_is_ready, port), cwd=data)
    child.start()
    return Mosquitto(child, port, data)


def write_password_file(path: Path, users: Mapping[str, str]) -> Path:
    """Write `users` (name to password) as mosquitto reads them, and return the path."""
    prepare()
    program = tools.need("mosquitto_passwd", "it comes with mosquitto")
    path.touch(mode=0o600)
    for name, password in users.items():
        subprocess.run([program, "-b", path, name, password], check=True)
    return path


def _base(data: Path, port: int) -> list[str]:
    return [
        f"listener {port} {LOOPBACK}",
        # Started by root it would become its own user, who may not write in a test's folder.
        f"user {getpass.getuser()}",
        "persistence true",
        f"persistence_location {data}/",
        f"max_queued_messages {QUEUED_MAX}",
        "set_tcp_nodelay true",
        "log_dest stderr",
    ]


def _is_ready(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as call:
            call.sendall(CONNECT)
            return call.recv(1) == CONNACK
    except OSError:
        return False
