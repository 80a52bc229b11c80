"""A thread outside Faust and outside the event loop that ends a worker which stands still.

Faust's own detectors only log. What the watchdog sees wrong: never ready, the loop blocked, lag
without progress, too much memory. It dumps every task's stack and ends the process; the supervisor
starts a fresh one, and nothing is lost because nothing unfinished was acknowledged.
"""

import faulthandler
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from processors.shell.producer import FATAL

log = structlog.get_logger()
Look = Callable[[float], str | None]
"""Given a monotonic time, one line on what is wrong, or None."""


@dataclass
class Vitals:
    """What the loop tells the watchdog; plain attributes, written by one thread and read by one."""

    started_at: float = field(default_factory=time.monotonic)
    loop_at: float = field(default_factory=time.monotonic)
    progress_at: float = field(default_factory=time.monotonic)
    ready: bool = False
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, and megabytes of memory."""

    ready_within_s: float
    stuck_after_s: float
    blocked_after_s: float = 20.0
    memory_max_mb: int = 2048


def diagnose(vitals: Vitals, limits: Limits, now: float, memory_mb: float) -> str | None:
    """What is wrong with a worker, or None. Pure."""
    if now - vitals.loop_at > limits.blocked_after_s:
        return f"the event loop has been blocked for {now - vitals.loop_at:.0f} s"
    if not vitals.ready and now - vitals.started_at > limits.ready_within_s:
        return f"not ready after {limits.ready_within_s:.0f} s"
    if vitals.ready and vitals.lag > 0 and now - vitals.progress_at > limits.stuck_after_s:
        return f"no progress for {now - vitals.progress_at:.0f} s with {vitals.lag} records waiting"
    if memory_mb > limits.memory_max_mb:
        return f"{memory_mb:.0f} MB in use, {limits.memory_max_mb} allowed"
    return None


def watch(vitals: Vitals, limits: Limits, every_s: float = 2.0) -> threading.Thread:
    """Start watching; the thread ends with the process."""

    def body() -> None:
        while True:
            time.sleep(every_s)
            wrong = diagnose(vitals, limits, time.monotonic(), memory_mb())
            if wrong is not None:
                log.critical("watchdog ends the process", why=wrong)
                faulthandler.dump_traceback(file=sys.stderr)
                os._exit(FATAL)

    thread = threading.Thread(target=body, name="watchdog", daemon=True)
    thread.start()
    return thread


def memory_mb() -> float:
    """Resident memory now (Linux), or its peak (macOS), in megabytes."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
