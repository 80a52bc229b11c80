"""A processors worker as a child process, to be killed and started again in tests."""

import os
import sys
import urllib.request
from pathlib import Path

from tests.services.process import LOOPBACK, Child, Service, free_port

ROOT = Path(__file__).parents[2]


def start(data: Path, bootstrap: str, partitions: int, **settings: str) -> Service:
    """Start a worker; ready when it has partitions. `settings` are SC_… names without prefix."""
    port = free_port()
    env = {
        "SC_BOOTSTRAP": bootstrap,
        "SC_PARTITIONS": str(partitions),
        "SC_PROCESS_PORT": str(port),
        "SC_SESSION_TIMEOUT_S": "6",
        "PYTHONPATH": str(ROOT),
        **{f"SC_{name.upper()}": value for name, value in settings.items()},
    }
    argv = [sys.executable, "-m", "deploy.cli", "process"]
    child = Child(argv, data / "worker.log", lambda: answers(port), {**os.environ, **env}, ROOT)
    child.start()
    return Service(child)


def answers(port: int) -> bool:
    """Whether /healthz on a port says that all is well."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
