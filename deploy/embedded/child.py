"""One running part: started, asked until it is ready, stopped or killed; its words in its log."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from deploy.embedded.logs import RotatingLog, last_words
from deploy.embedded.parts import LOOPBACK, Part
from deploy.embedded.process import PARENT, die_with_parent

PROBE_S = 0.1
PROBE_LATE_S = 2.0
CHUNK = 64 * 1024
KILLED = -signal.SIGKILL


class NotReady(RuntimeError):  # It reads as the sentence it is.
    """A part ended while it was started, or did not become ready in time."""


class Child:
    """A part's process. `ended` is set when it is gone, whoever ended it."""

    def __init__(self, part: Part, env: Mapping[str, str], logs: Path) -> None:
        """Nothing is started yet."""
        self.part = part
        self._env = {**os.environ, **env, **part.env, PARENT: str(os.getpid())}
        self.log_file = logs / f"{part.name}.log"
        self._process: asyncio.subprocess.Process | None = None
        self._pump: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()
        self.started_at = 0.0

    @property
    def pid(self) -> int:
        """The process id; 0 before the first start."""
        return self._process.pid if self._process else 0

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    @property
    def status(self) -> int | None:
        """The exit status of the last run."""
        return self._process.returncode if self._process else None

    async def start(self) -> None:
        """Start the process; `wait_ready` comes next."""
        self.ended = asyncio.Event()
        self.started_at = time.monotonic()
        self._process = await asyncio.create_subprocess_exec(
            *self.part.argv, env=self._env, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            preexec_fn=die_with_parent, start_new_session=True, limit=CHUNK,
        )  # fmt: skip
        self._pump = asyncio.create_task(self._keep_words(self._process, self.ended))

    async def _keep_words(self, process: asyncio.subprocess.Process, ended: asyncio.Event) -> None:
        log = RotatingLog(self.log_file)
        try:
            assert process.stdout is not None
            while chunk := await process.stdout.read(CHUNK):
                log.write(chunk)
            await process.wait()
        finally:
            log.close()
            ended.set()

    async def wait_ready(self) -> None:
        """Wait until the part does its work. Raises NotReady."""
        deadline = time.monotonic() + self.part.start_s
        while not await self._is_ready():
            if not self.running:
                raise NotReady(f"{self.part.name} ended with {self.status}: {self._last_words()}")
            if time.monotonic() > deadline:
                late = f"{self.part.name} was not ready in {self.part.start_s:g} s"
                raise NotReady(f"{late}; see {self.log_file}")
            await asyncio.sleep(PROBE_S)

    def _last_words(self) -> str:
        said = last_words(self.log_file)
        return f"{said} (more in {self.log_file})" if said else f"see {self.log_file}"

    async def _is_ready(self) -> bool:
        if not self.running:
            return False
        if self.part.health is not None:
            status, said = await ask(self.part.health)
            return status == 200 or bool(self.part.starts_with and said.get(self.part.starts_with))
        if self.part.port is not None:
            return await accepts(self.part.host, self.part.port)
        return True

    async def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        if self.running:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ended.wait(), self.part.stop_s)
        await self.kill()

    async def kill(self) -> None:
        """End it at once."""
        if self.running:
            self._signal(signal.SIGKILL)
        if self._pump is not None:
            await self._pump

    def _signal(self, sign: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, sign)


async def is_healthy(url: str) -> bool:
    """Whether the address answers 200."""
    return (await ask(url))[0] == 200


async def ask(url: str) -> tuple[int, dict[str, object]]:
    """The status and the JSON object of an answer; status 0 when nobody answers."""
    timeout = aiohttp.ClientTimeout(total=PROBE_LATE_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            is_json = "json" in answer.headers.get("Content-Type", "")
            body = await answer.json() if is_json else {}
            return answer.status, body if isinstance(body, dict) else {}
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return 0, {}


async def accepts(host: str, port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        _, writer = await asyncio.open_connection(host or LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True
