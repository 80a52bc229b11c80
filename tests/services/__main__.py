"""Fetch the real services, or run them all by hand: `python -m tests.services prepare|up`."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from tests.services import axe, chromium, influxdb, kafka, mosquitto, postgresql
from tests.services.cache import Unavailable
from tests.services.process import NotReady

# The slow one last: the others' reasons for not being there show first.
PREPARE: dict[str, Callable[[], Path]] = {
    "kafka": kafka.prepare,
    "mosquitto": mosquitto.prepare,
    "postgresql": postgresql.prepare,
    "chromium": chromium.prepare,
    "axe-core": axe.prepare,
    "influxdb": influxdb.prepare,
}


def prepare(names: Sequence[str]) -> int:
    """Fetch or build the named services (all if none is named); answer how many cannot be had."""
    missing = 0
    for name in names or PREPARE:
        started = time.monotonic()
        try:
            said = str(PREPARE[name]())
        except Unavailable as absent:
            missing += 1
            said = f"unavailable: {absent.reason}"
        print(f"{name:<10} {time.monotonic() - started:7.1f} s  {said}", flush=True)
    return missing


def up(folder: Path) -> int:
    """Start every service with its data under `folder` and keep them until Ctrl-C."""
    with ExitStack() as stack:
        broker = stack.enter_context(kafka.start(folder / "kafka"))
        print(f"kafka      {broker.bootstrap}")
        mqtt = stack.enter_context(mosquitto.start(folder / "mosquitto"))
        print(f"mosquitto  {mqtt.host}:{mqtt.port}")
        database = stack.enter_context(postgresql.start(folder / "postgresql"))
        print(f"postgresql {database.url()}")
        store = stack.enter_context(influxdb.start(folder / "influxdb"))
        print(f"influxdb   {store.url} org={store.org} bucket={store.bucket} token={store.token}")
        browser = stack.enter_context(chromium.start(folder / "chromium"))
        print(f"chromium   {browser.devtools} {browser.executable}")
        print(f"their data is in {folder}; Ctrl-C ends them", flush=True)
        signal.pause()
    return 0


def _interrupt(*_: object) -> NoReturn:
    """Let a plain `kill` end the services in good order, as Ctrl-C does."""
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="python -m tests.services", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    fetch = commands.add_parser("prepare", help="fetch or build services into the user's cache")
    fetch.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(PREPARE)}")
    commands.add_parser("up", help="start all, print their addresses, stop at Ctrl-C")
    asked = parser.parse_args(argv)
    if asked.command == "prepare":
        unknown = sorted(set(asked.names) - set(PREPARE))
        if unknown:
            parser.error(f"no such service: {', '.join(unknown)}")
        return 1 if prepare(asked.names) else 0
    signal.signal(signal.SIGTERM, _interrupt)
    with tempfile.TemporaryDirectory(prefix="smart-community-") as folder:
        try:
            return up(Path(folder))
        except KeyboardInterrupt:
            return 0
        except (Unavailable, NotReady) as broken:
            print(broken, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
