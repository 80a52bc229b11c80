"""A stack's place on the machine: one stack a folder, and ports that are really free."""

import os
import socket
import sys
from pathlib import Path

import pytest

from deploy.embedded.place import (
    PlaceTaken,
    _is_unused,
    choose_ports,
    held,
    locked,
    tell_ports,
    told_ports,
)
from deploy.embedded.process import ON_LINUX
from tests.deploy.stack import spawn
from tests.services.process import free_port

HOST = "127.0.0.1"
HOLD = """
import sys, time
from pathlib import Path
from deploy.embedded.place import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_folder_belongs_to_one_stack(tmp_path: Path) -> None:
    taken = pytest.raises(PlaceTaken, match=f"in use by process {os.getpid()}")
    with locked(tmp_path / "data"), taken, locked(tmp_path / "data"):
        pass


def test_a_killed_stack_leaves_its_folder_free(tmp_path: Path) -> None:
    log = tmp_path / "log"
    holder = spawn([sys.executable, "-c", HOLD, str(tmp_path / "data")], {}, log)
    while "held" not in log.read_text():
        assert holder.poll() is None
    with pytest.raises(PlaceTaken), locked(tmp_path / "data"):
        pass
    holder.kill()
    holder.wait()
    with locked(tmp_path / "data"):
        pass


def test_a_port_in_use_is_named_with_its_option() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PlaceTaken, match=f"--http-port {port} is in use"):
            choose_ports(HOST, free_port(), port, None)


def test_a_port_that_is_held_is_chosen_by_nobody_and_can_be_listened_on() -> None:
    ports = choose_ports(HOST, free_port(), free_port(), 0)
    with held(ports):
        assert _is_unused(ports.broker) is not ON_LINUX
        with socket.create_server((HOST, ports.broker)) as ours:
            socket.create_connection(ours.getsockname()).close()


def test_all_ports_differ_and_are_told_to_others(tmp_path: Path) -> None:
    mqtt, http = free_port(), free_port()
    ports = choose_ports(HOST, mqtt, http, None)
    values = [getattr(ports, name) for name in ports.__dataclass_fields__]
    assert len(set(values)) == len(values)
    assert (ports.mqtt, ports.http) == (mqtt, http)
    assert told_ports(tmp_path) is None
    tell_ports(tmp_path, ports, HOST)
    assert told_ports(tmp_path) == (ports, HOST)
