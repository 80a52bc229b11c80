"""Where fetched and built services are kept, and how only one process builds each.

Building InfluxDB takes minutes, so it is done once for a user and not once for a checkout. Two
test runs may start at the same time: the second waits at a lock and then finds the work done.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class Unavailable(Exception):  # It reads as the sentence it is: "Kafka: Unavailable".
    """A service cannot be had on this machine; `reason` says why and how to mend it."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, for a skip or a failure to show."""
        super().__init__(reason)
        self.reason = reason


def cache_dir() -> Path:
    """Return the folder that keeps the services between runs, made if it is missing."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "smart-community" / "services"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_of(name: str) -> Path:
    """Return the file that keeps what the tools said while they made `name`."""
    return cache_dir() / f"{name}.log"


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock `name` against other processes; the system frees it if we die."""
    with (cache_dir() / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def have(name: str, is_whole: Callable[[Path], bool], make: Callable[[Path], None]) -> Path:
    """Return the cached folder `name`, made first if it is missing or not whole.

    `make` fills an empty folder, which takes its place in the cache in one step and only if
    `is_whole` agrees: a build that was stopped half-way is never mistaken for a good one.
    """
    home = cache_dir() / name
    with locked(name):
        if is_whole(home):
            return home
        part = cache_dir() / f"{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        log_of(name).unlink(missing_ok=True)
        make(part)
        if not is_whole(part):
            raise Unavailable(f"{name} was made but does not work; see {log_of(name)}")
        shutil.rmtree(home, ignore_errors=True)
        part.rename(home)
    return home
