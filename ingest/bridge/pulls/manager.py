"""All devices that are asked: one task each, begun and ended as `bridge.yaml` says."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from ingest.bridge.config import PullEntry
from ingest.bridge.file_watch import FileWatch
from ingest.bridge.metrics import BridgeMetrics
from ingest.bridge.outbox import Outbox
from ingest.bridge.passwords import Logins, PasswordFileError
from ingest.bridge.pulls.dhip import pull_dhip
from ingest.bridge.pulls.http_stream import pull_stream
from ingest.bridge.pulls.puller import PullDenied, PullEnded, Puller
from ingest.topics import push_topic

BACKOFF_MIN_S, BACKOFF_MAX_S = 1.0, 60.0
LASTING_S = 30.0
"""A connection shorter than this does not end the backoff."""
DENIED_PAUSE_S = 600.0
"""Makes lock an address out after five to seven wrong passwords, for half an hour."""
WAYS: dict[str, tuple[str, Callable[[Puller], Awaitable[None]]]] = {
    "hikvision_alert_stream": ("hikvision", pull_stream),
    "dahua_event_stream": ("dahua", pull_stream),
    "dahua_dhip": ("dahua", pull_dhip),
}
"""Which make a way belongs to, and how it is gone."""

log = structlog.get_logger("ingest.bridge")


class PullManager:
    """Asks the devices that the file names."""

    def __init__(
        self,
        file: FileWatch,
        logins: Logins,
        publish: Callable[[str, bytes], Awaitable[str | None]],
        metrics: BridgeMetrics,
        bytes_max: int,
    ) -> None:
        """Nothing is asked before `run`."""
        self._file = file
        self._logins = logins
        self._publish = publish
        self._metrics = metrics
        self._bytes_max = bytes_max
        self.address: Callable[[str], str | None] = lambda _: None
        """Where the site has a device."""
        self._changed = asyncio.Event()
        self._tasks: dict[PullEntry, asyncio.Task[None]] = {}
        self._standing: set[PullEntry] = set()
        self.denied_pause_s, self.backoff_min_s = DENIED_PAUSE_S, BACKOFF_MIN_S

    def adopt(self) -> None:
        """The file or the site has another content."""
        self._changed.set()

    def standing(self) -> str:
        """How many of the devices answer, for /healthz."""
        return f"{len(self._standing)} of {len(self._file.content.pulls)}"

    async def run(self) -> None:
        """Ask until cancelled."""
        try:
            while True:
                await self._match()
                await self._changed.wait()
                self._changed.clear()
        finally:
            await self._end(list(self._tasks))

    async def _match(self) -> None:
        """Begin what is new in the file, and end what is no longer there."""
        told = self._file.content.pulls
        wanted = {entry for entry in (e.at(self.address(e.device)) for e in told) if entry}
        for name in {entry.device for entry in told} - {entry.device for entry in wanted}:
            log.error("pull_without_address", device=name, mend="url: here or address: in the site")
        await self._end([entry for entry in self._tasks if entry not in wanted])
        for entry in wanted - set(self._tasks):
            self._tasks[entry] = asyncio.create_task(self._keep_asking(entry))

    async def _end(self, entries: list[PullEntry]) -> None:
        tasks = [self._tasks.pop(entry) for entry in entries]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_asking(self, entry: PullEntry) -> None:
        outbox = Outbox(self._publish, self._metrics.dropped.labels(entry.device).inc)
        sending = asyncio.create_task(outbox.run())
        loop, delay = asyncio.get_running_loop(), self.backoff_min_s
        try:
            while True:
                began = loop.time()
                denied = await self._ask(entry, outbox)
                if loop.time() - began > LASTING_S:
                    delay = self.backoff_min_s
                pause = self.denied_pause_s if denied else delay * random.uniform(0.8, 1.2)
                await asyncio.sleep(pause)
                delay = min(delay * 2, BACKOFF_MAX_S)
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending

    async def _ask(self, entry: PullEntry, outbox: Outbox) -> bool:
        """One connection; whether the device refused us."""
        make, way = WAYS[entry.way]
        topic, device = push_topic(entry.device, make), entry.device
        up = self._metrics.pulling.labels(device)
        up.set(0)

        async def tell(body: bytes) -> None:
            self._metrics.pulled.labels(device).inc()
            await outbox.put(topic, body)

        def stands() -> None:
            up.set(1)
            self._standing.add(entry)
            log.info("pull_stands", device=device, way=entry.way)

        drop = self._metrics.dropped.labels(device).inc
        try:
            password = self._password(device)
            await way(Puller(entry, password, self._bytes_max, tell, stands, drop))
        except PullDenied:
            log.error("pull_denied", device=device, mend="see `smart-community bridge password`")
            return True
        except PullEnded as error:
            log.warning("pull_ended", device=device, why=str(error))
        finally:
            up.set(0)
            self._standing.discard(entry)
        return False

    def _password(self, device: str) -> str:
        """Raises PullDenied where there is none, PullEnded while the file cannot be read."""
        try:
            found = self._logins.pull(device)
        except PasswordFileError as error:
            raise PullEnded(str(error)) from error
        if found is None:
            raise PullDenied
        return found
