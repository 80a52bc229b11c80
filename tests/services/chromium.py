"""A real Chromium with Chinese fonts, to look at the console's pages as an officer does.

A handle is a running headless browser, steered through its DevTools address; `screenshot` takes
one picture with a browser of its own, which is all that most tests need.
"""

import os
import subprocess
import tempfile
import urllib.request
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.services import process, tools
from tests.services.process import LOOPBACK, Child, NotReady, Service

PACKAGES = ("chromium", "fonts-noto-cjk")
SCREENSHOT_TIMEOUT_S = 60
# It is to call nobody but this machine: no updates, no accounts, no names but the loopback ones.
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--no-first-run",
    "--hide-scrollbars",
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {LOOPBACK}, EXCLUDE localhost",
)
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Chromium(Service):
    """A running Chromium: its program, and its DevTools address (http, on loopback)."""

    executable: Path
    devtools: str
    data: Path

    @property
    def flags(self) -> list[str]:
        """What to pass to `executable` when a test starts a browser of its own."""
        return flags()

    def screenshot(self, url: str, png: Path, *, width: int = 1280, height: int = 800) -> Path:
        """Render the page into a PNG file, with a fresh profile, and return the file's path."""
        with tempfile.TemporaryDirectory(dir=self.data) as profile:
            argv = [str(self.executable), *flags(), f"--user-data-dir={profile}"]
            argv += [f"--window-size={width},{height}", f"--screenshot={png}", url]
            done = subprocess.run(
                argv, capture_output=True, timeout=SCREENSHOT_TIMEOUT_S, check=False
            )
        if done.returncode != 0 or not png.exists():
            raise NotReady(f"Chromium made no picture of {url}: {done.stderr.decode()[-600:]}")
        return png


def flags() -> list[str]:
    """Return the flags every Chromium of the tests has; root has to do without its sandbox."""
    return [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def prepare() -> Path:
    """Return the Chromium program, installed with apt-get if it or the fonts are missing."""
    return tools.apt_install("chromium", *PACKAGES)


def start(data: Path) -> Chromium:
    """Start a headless Chromium that keeps its profile in `data`."""
    program = prepare()
    data.mkdir(parents=True, exist_ok=True)
    port = process.free_port()
    devtools = f"http://{LOOPBACK}:{port}"
    argv = [str(program), *flags(), f"--user-data-dir={data / 'profile'}"]
    argv += [f"--remote-debugging-port={port}", "about:blank"]
    child = Child(argv, data / "chromium.log", partial(_is_ready, devtools), cwd=data)
    child.start()
    return Chromium(child, program, devtools, data)


def _is_ready(devtools: str) -> bool:
    try:
        with OPENER.open(f"{devtools}/json/version", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
