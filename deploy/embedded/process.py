"""Processes of the stack: they die with whoever started them, and their memory can be read."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
WATCH_S = 1.0
KIB = 1024
PARENT = "SC_PARENT_PID"
ON_LINUX = sys.platform == "linux"

_libc = ctypes.CDLL(None, use_errno=True) if ON_LINUX else None


def die_with_parent() -> None:
    """In a fresh child: have the kernel kill us when the parent dies, however it dies.

    Linux only; elsewhere `watch_parent` does it in our own processes and `guard` for programs that
    are not ours. Safe between fork and exec: one system call, no allocation.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def watch_parent(expected: int | None = None) -> None:
    """End this process when its parent is no longer the one that started it.

    `expected` defaults to the process id in SC_PARENT_PID; without either, nothing is watched.
    """
    parent = expected or int(os.environ.get(PARENT, "0"))
    if parent:
        threading.Thread(target=_watch, args=(parent,), daemon=True, name="parent-watch").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_S)
    os._exit(1)


async def guard(pid: int) -> asyncio.subprocess.Process:
    """A shell that kills `pid` when we are gone, for programs that are not ours; see `unguard`.

    It waits for the end of a pipe whose other end only we hold, so it needs nothing of the kernel.
    """
    return await asyncio.create_subprocess_exec(
        "sh", "-c", 'read -r _; kill -s KILL -- "$1"', "guard", str(pid),
        stdin=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


async def unguard(watch: asyncio.subprocess.Process) -> None:
    """Let the guarded process be."""
    with contextlib.suppress(ProcessLookupError):
        watch.kill()
    await watch.wait()


def rss_bytes(pid: int) -> int:
    """Resident memory of a process in bytes; 0 if it is gone."""
    if ON_LINUX:
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=False)
    return int(said.stdout.strip() or 0) * KIB
