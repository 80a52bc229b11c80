"""A console as a process of its own, to be killed and started again."""

import json
import os
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.services.process import LOOPBACK, Child, Service, free_port

CODE = "import typer; from console.cli import register; a = typer.Typer(); register(a); a()"
ROOT = Path(__file__).parents[2]
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def is_healthy(url: str) -> bool:
    """Whether a console at an address says that all of it runs."""
    try:
        with OPENER.open(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class RunningConsole(Service):
    """A console on a free port; ready when it is healthy."""

    def __init__(
        self,
        bootstrap: str,
        data: Path,
        env: Mapping[str, str] | None = None,
        *,
        no_auth: bool = True,
    ) -> None:
        port = free_port()
        self.url = f"http://{LOOPBACK}:{port}"
        data.mkdir(parents=True, exist_ok=True)
        argv = [sys.executable, "-c", CODE, "console", "--bootstrap", bootstrap]
        argv += ["--data", str(data), "--port", str(port), *(["--no-auth"] if no_auth else [])]
        paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        settings = paths | dict(env or {})
        super().__init__(Child(argv, data / "console.log", self.is_healthy, settings, ROOT))

    def is_healthy(self) -> bool:
        return is_healthy(self.url)

    def ask(self, path: str) -> Any:
        """What the console answers, as it is in JSON."""
        with OPENER.open(f"{self.url}{path}", timeout=10) as answer:
            return json.load(answer)

    def post(self, path: str, body: Any) -> Any:
        """What the console answers to something asked of it, as it is in JSON."""
        headers = {"Content-Type": "application/json"}
        asked = urllib.request.Request(
            f"{self.url}{path}", json.dumps(body).encode(), headers, method="POST"
        )
        with OPENER.open(asked, timeout=10) as answer:
            return json.load(answer)
