"""The product as an operator starts it: each part alone on given services, or the embedded stack.

Every part is a process of its own that can be killed and started again; nothing here looks inside.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.e2e.api import Api
from tests.repo.tree import ROOT
from tests.services.influxdb import InfluxDB
from tests.services.process import Child, Service, free_port
from tests.services.worker import answers

COMMAND = [sys.executable, "-m", "deploy.cli"]
PARTS = {
    "ingest": "INGEST_PORT",
    "process": "PROCESS_PORT",
    "sink": "SINK_PORT",
    "afterwards": "AFTERWARDS_PORT",
    "console": "PORT",
    "bridge": "BRIDGE_HEALTH_PORT",
}
"""The parts and the settings of the ports on which each tells its health."""
START_S = 120.0


class Product:
    """The parts on services that run already; `parts` has them by name."""

    def __init__(
        self, data: Path, settings: Mapping[str, str], names: Iterable[str] = PARTS
    ) -> None:
        """The named parts; `settings` are SC_… without the prefix. Nothing is started yet."""
        data.mkdir(parents=True, exist_ok=True)
        ports = {name: free_port() for name in names}
        env = {"DATA": str(data), "NO_AUTH": "true", "BRIDGE_AUTH": "false", **settings}
        env |= {"BRIDGE_PORT": str(free_port()), "SESSION_TIMEOUT_S": "6"}
        env |= {PARTS[name]: str(port) for name, port in ports.items()}
        told = {f"SC_{name}": value for name, value in env.items()}
        self.bridge_port = int(env["BRIDGE_PORT"])
        self.api = Api(ports["console"])
        self.parts = {name: _part(name, port, data, told) for name, port in ports.items()}

    def start(self, *names: str) -> None:
        """Start the named parts, all if none is named, side by side; return when all are ready."""
        wanted = [self.parts[name] for name in names or self.parts]
        with ThreadPoolExecutor(len(wanted)) as pool:
            list(pool.map(Service.start, wanted))

    def kill(self, name: str) -> None:
        """Kill one part, as a power cut would, and start it again."""
        self.parts[name].kill()
        self.parts[name].start()

    def __enter__(self) -> Self:
        """Start all parts."""
        try:
            self.start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        at: TracebackType | None,
    ) -> None:  # fmt: skip
        """Stop all parts."""
        self._stop()

    def _stop(self) -> None:
        with ThreadPoolExecutor(len(self.parts)) as pool:
            list(pool.map(Service.stop, self.parts.values()))


def settings_of(
    site: Path, mqtt_port: int, bootstrap: str, influxdb: InfluxDB | None = None
) -> dict[str, str]:
    """What the parts are told of the site and of the services, as `Product` takes it."""
    told = {"SITE": str(site), "MQTT_PORT": str(mqtt_port), "BOOTSTRAP": bootstrap}
    if influxdb is not None:
        told |= {"INFLUX_URL": influxdb.url, "INFLUX_TOKEN": influxdb.token}
        told |= {"INFLUX_ORG": influxdb.org, "INFLUX_BUCKET": "raw"}
    return told


def install_topics(bootstrap: str) -> None:
    """Create the topics, as an operator does before the first start."""
    subprocess.run([*COMMAND, "install-topics", "--bootstrap", bootstrap], cwd=ROOT, check=True)


def _part(name: str, port: int, data: Path, told: Mapping[str, str]) -> Service:
    log = data / f"{name}.log"
    child = Child([*COMMAND, name], log, lambda: answers(port), told, ROOT, START_S)
    return Service(child)


class Stack(Service):
    """The embedded stack, started by one command; its children die with it."""

    def __init__(self, data: Path, command: str = "up", *options: str, **settings: str) -> None:
        """`settings` are SC_… names without the prefix; nothing is started yet."""
        data.parent.mkdir(parents=True, exist_ok=True)
        self.data = data
        self.mqtt_port, http = free_port(), free_port()
        self.api = Api(http)
        argv = [*COMMAND, command, "--data", str(data), "--mqtt-port", str(self.mqtt_port)]
        argv += ["--http-port", str(http), *options]
        self.log = data.parent / f"{data.name}.log"
        env = {f"SC_{name.upper()}": value for name, value in settings.items()}
        super().__init__(Child(argv, self.log, lambda: answers(http), env, ROOT, START_S))

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def pids(self) -> dict[str, int]:
        """The process of each part that runs now: the last word of its command is its name."""
        argv = ["ps", "-o", "pid=,args=", "--ppid", str(self.child.pid)]
        said = subprocess.run(argv, capture_output=True, check=False, text=True).stdout
        return {line.split()[-1]: int(line.split()[0]) for line in said.splitlines()}

    def kill_part(self, name: str) -> None:
        """Kill one part; its supervisor is to bring it back."""
        os.kill(self.pids()[name], signal.SIGKILL)

    def interrupt(self) -> None:
        """What Ctrl-C does: SIGINT to the command itself."""
        os.kill(self.child.pid, signal.SIGINT)

    def said(self) -> str:
        """All that the command printed."""
        return self.log.read_text(errors="replace")


def rss_mb(pid: int) -> float:
    """The resident memory of a process, in MB of 2**20 bytes; 0 when it is gone."""
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=False)
    return int(said.stdout.strip() or 0) / 1024
