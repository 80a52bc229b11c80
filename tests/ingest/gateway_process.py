"""A gateway as a process of its own, to be killed and started again: `python -m` this module.

It knows the probe adapter alone; its settings are the environment's.
"""

import asyncio
import sys
import urllib.request
from pathlib import Path

from ingest.gateway import Gateway
from ingest.settings import IngestSettings
from tests.ingest.parts import probe_catalogue
from tests.services.process import LOOPBACK, Child, Service, free_port

ROOT = Path(__file__).parents[2]


def gateway_process(data: Path, mqtt_port: int, bootstrap: str, **more: str) -> Service:
    """Start a gateway that keeps its data in `data`; `more` are SC_… names without the prefix."""
    port = free_port()
    env = {
        "SC_DATA": str(data),
        "SC_MQTT_PORT": str(mqtt_port),
        "SC_BOOTSTRAP": bootstrap,
        "SC_INGEST_PORT": str(port),
        "PYTHONPATH": str(ROOT),
        **{f"SC_{name.upper()}": value for name, value in more.items()},
    }
    argv = [sys.executable, "-m", "tests.ingest.gateway_process"]
    child = Child(argv, data / "gateway.log", lambda: _is_ready(port), env, ROOT)
    child.start()
    return Service(child)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    gateway = Gateway(IngestSettings(), probe_catalogue())
    asyncio.run(gateway.run(asyncio.Event(), asyncio.Event()))
