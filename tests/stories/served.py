"""A console as a process of its own, whose clock the tests move: `served.py FOLDER PORT BOOTSTRAP`.

The clock shows the day of the stories, and goes on from there as time does; `ahead` in the folder
says by how many ms it was put forward since.
"""

import asyncio
import logging
import signal
import sys
import time
from pathlib import Path

from console.server import run_console
from console.settings import ConsoleSettings
from schemas.base import parse_instant

MORNING = parse_instant("2026-03-02T09:00:00+08:00")
"""A Monday within office hours."""
SITE = Path(__file__).with_name("site.yaml")
AHEAD = "ahead"


class MovedClock:
    """Tells the time in ms: that of the stories, so long after they began as it is."""

    def __init__(self, began: int, file: Path) -> None:
        """`began` is the monotonic time of the stories' morning, in ms."""
        self._began = began
        self._file = file

    def __call__(self) -> int:
        """The time now."""
        ahead = int(self._file.read_text() or 0) if self._file.exists() else 0
        return MORNING + monotonic_ms() - self._began + ahead


def monotonic_ms() -> int:
    """Ms of a clock that all processes of a machine share."""
    return time.monotonic_ns() // 1_000_000


def settings_of(folder: Path, port: int, bootstrap: str) -> ConsoleSettings:
    """The settings of the stories' console."""
    return ConsoleSettings(
        data=folder, port=port, bootstrap=bootstrap, site=SITE, stale_after_s=86_400,
        reveals_per_hour=2,
    )  # fmt: skip


async def _serve(settings: ConsoleSettings, clock: MovedClock) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run_console(settings, stop, clock=clock)


def main(folder: Path, port: int, bootstrap: str) -> None:
    """Run it until it is told to stop."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    clock = MovedClock(int((folder / "began").read_text()), folder / AHEAD)
    asyncio.run(_serve(settings_of(folder, port, bootstrap), clock))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
