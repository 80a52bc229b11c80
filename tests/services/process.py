"""A service's process: started, probed until ready, killed, and started again on the same port.

Each child leads a process group of its own, so that what it started ends with it and a Ctrl-C in
the terminal reaches us first. A guard ends the group if this process dies without a word: a test
run that was killed must not leave a broker behind.
"""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.services.tools import tail

LOOPBACK = "127.0.0.1"
# Below the range that systems take outgoing ports from (32768 and up). A client that calls a dead
# service's port within that range can be given the same port, connect to itself and keep it.
PORTS = range(20_000, 32_000)
PROBE_EVERY_S = 0.05
GUARD = 'read -r _; kill -s KILL -- "-$1"'


class NotReady(RuntimeError):  # Named for what the service is.
    """A service was started but ended, or did not answer in time: it is broken, not missing."""


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on."""
    for port in random.sample(PORTS, k=200):
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise NotReady(f"no free port between {PORTS.start} and {PORTS.stop}")


def accepts(port: int) -> bool:
    """Tell whether somebody takes connections on the loopback port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def end_group(group: int, sign: signal.Signals) -> None:
    """Send the signal to a process group, which may be gone already."""
    with suppress(ProcessLookupError):
        os.killpg(group, sign)


def is_there(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be looked at does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def descendants(pid: int) -> set[int]:
    """Every process that a process started, and those that they started."""
    said = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, check=True)
    parents = [tuple(map(int, line.split())) for line in said.stdout.decode().splitlines()]
    found, young = set[int](), {pid}
    while young:
        young = {child for child, parent in parents if parent in young}
        found |= young
    return found


@dataclass
class Child:
    """One command that can be started again and again; its words go to `log`."""

    argv: list[str]
    log: Path
    is_ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    start_timeout_s: float = 60.0
    stop_timeout_s: float = 30.0
    _process: subprocess.Popen[bytes] | None = None
    _guard: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id, which is its group's id too."""
        if self._process is None:
            raise NotReady(f"{self.argv[0]} is not started")
        return self._process.pid

    def start(self) -> None:
        """Start the process and wait until it is ready; on failure nothing is left behind."""
        if self.running:
            return
        self.kill()  # One that ended by itself has left its guard, and perhaps helpers.
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self.argv,
                cwd=self.cwd,
                env={**os.environ, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        watch = ["sh", "-c", GUARD, "guard", str(self.pid)]
        self._guard = subprocess.Popen(watch, stdin=subprocess.PIPE, start_new_session=True)
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.start_timeout_s
        while True:
            if not self.running:
                raise NotReady(f"{self.argv[0]} ended at once; {self.log}:\n{tail(self.log)}")
            if self.is_ready():
                return
            if time.monotonic() > deadline:
                late = f"{self.argv[0]} was not ready in {self.start_timeout_s:g} s"
                raise NotReady(f"{late}; {self.log}:\n{tail(self.log)}")
            time.sleep(PROBE_EVERY_S)

    def stop(self) -> None:
        """Ask the process to end, and kill its group if it does not in time."""
        if self._process is not None and self.running:
            end_group(self.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(self.stop_timeout_s)
        self.kill()

    def kill(self) -> None:
        """End the whole group at once, as a power cut would (SIGKILL)."""
        if self._process is not None:
            end_group(self.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
            self._guard = None


@dataclass
class Service:
    """What every service's handle can do; each adds its own address."""

    child: Child

    @property
    def running(self) -> bool:
        """Whether the service's process is there."""
        return self.child.running

    def start(self) -> None:
        """Start the service again after a stop or a kill: same data, same port."""
        self.child.start()

    def stop(self) -> None:
        """Shut the service down in good order."""
        self.child.stop()

    def kill(self) -> None:
        """Kill the service with SIGKILL: nothing is flushed, nobody is told."""
        self.child.kill()

    def restart(self) -> None:
        """Stop the service if it runs, and start it: same data, same port."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        """Answer the running service, to be stopped at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Stop the service."""
        self.stop()
