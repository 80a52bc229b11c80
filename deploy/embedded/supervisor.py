"""Starts the parts in order, starts again what ends, and ends all of them together.

A part that ends by itself is started again after a pause that doubles from one second to thirty; a
part that ended with 70 asked for it, and comes back at once. When the broker goes, what holds on to
its log goes with it and comes back after it, because a fresh broker is laid before anyone writes.
The same happens on purpose when the broker says it is full.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any

from deploy.embedded.child import Child, NotReady, ask
from deploy.embedded.parts import Part

ASKED_FOR = 70
PAUSE_MIN_S, PAUSE_MAX_S = 1.0, 30.0
STEADY_S = 60.0
FULL_LOOK_S = 1.0
BROKER = "broker"
BROKER_TRIES = 5

Say = Callable[[str], None]


class StackFailed(RuntimeError):  # It reads as the sentence it is.
    """The stack cannot be started, or its broker does not come back; the message says why."""


def pause_s(failures: int, status: int | None) -> float:
    """How long a part that failed so often in a row, last with `status`, stays down."""
    if status == ASKED_FOR and failures <= 1:
        return 0.0
    return float(min(PAUSE_MAX_S, PAUSE_MIN_S * 2 ** max(0, failures - 1)))


class Supervisor:
    """The processes of one stack."""

    def __init__(
        self, parts: Iterable[Part], env: Mapping[str, str], logs: Path, say: Say = print
    ) -> None:
        """Nothing is started yet. `env` is told to every part; `say` prints one line."""
        self._say = say
        self._children = [Child(part, env, logs) for part in parts]
        self._by_name = {child.part.name: child for child in self._children}
        self._failures: dict[str, int] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._log_lock = asyncio.Lock()
        self._failed = asyncio.Event()
        self._why = ""

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Run until `stop`. `ready` is called once all parts work. Raises StackFailed."""
        running = asyncio.create_task(self._run(ready))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({stopped, running}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        finally:
            stopped.cancel()
            running.cancel()
            await self._stop_all()

    async def _run(self, ready: Callable[[], None]) -> None:
        await self._start_all()
        ready()
        await self._failed.wait()
        raise StackFailed(self._why)

    async def _start_all(self) -> None:
        for level in sorted({child.part.level for child in self._children}):
            here = [child for child in self._children if child.part.level == level]
            try:
                await asyncio.gather(*map(self._start, here))
            except NotReady as error:
                raise StackFailed(str(error)) from error
        if BROKER in self._by_name:
            self._spawn(self._watch_full())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _start(self, child: Child) -> None:
        await child.start()
        await child.wait_ready()
        took = time.monotonic() - child.started_at
        self._say(f"started {child.part.name} in {took:.1f} s (process {child.pid})")
        self._watch(child)

    def _watch(self, child: Child) -> None:
        self._watchers[child.part.name] = self._spawn(self._mind(child))

    def _unwatch(self, child: Child) -> None:
        watcher = self._watchers.pop(child.part.name, None)
        if watcher is not None and watcher is not asyncio.current_task():
            watcher.cancel()

    async def _mind(self, child: Child) -> None:
        """Wait for the end of a part, and bring it back."""
        await child.ended.wait()
        name = child.part.name
        if child.part.may_end and child.status == 0:
            self._say(f"{name} has done its work")
            return
        self._say(f"{name} ended with {child.status}; see {child.log_file}")
        if name == BROKER:
            await self._renew_log(gently=False)
            return
        await self._bring_back(child)

    async def _bring_back(self, child: Child) -> None:
        name = child.part.name
        while True:
            steady = time.monotonic() - child.started_at > STEADY_S
            self._failures[name] = 1 if steady else self._failures.get(name, 0) + 1
            await asyncio.sleep(pause_s(self._failures[name], child.status))
            try:
                await self._start(child)
            except NotReady as error:
                self._say(str(error))
                await child.kill()
            else:
                return

    async def _watch_full(self) -> None:
        """Look again and again whether the broker must make way."""
        url = self._by_name[BROKER].part.health
        assert url is not None
        while True:
            await asyncio.sleep(FULL_LOOK_S)
            status, health = await ask(url)
            if status == 200 and health.get("full"):
                self._say(
                    f"broker at {health.get('rss_mb')} MB and {health.get('batches')} batches: "
                    "it makes way for a fresh one"
                )
                await self._renew_log(gently=True)

    async def _renew_log(self, *, gently: bool) -> None:
        """Stop what holds on to the log, replace the broker, and start all of them again.

        With the broker gone there is nothing they could still bring to an end.
        """
        holders = [child for child in self._children if child.part.on_log]
        broker = self._by_name[BROKER]
        for child in (*holders, broker):
            self._unwatch(child)
        async with self._log_lock:
            for stage in _stages([*holders, broker]):
                await asyncio.gather(*(child.stop() if gently else child.kill() for child in stage))
            await self._start_broker(broker)
            await asyncio.gather(*map(self._start_or_watch, holders))

    async def _start_broker(self, broker: Child) -> None:
        for tried in range(1, BROKER_TRIES + 1):
            try:
                await self._start(broker)
            except NotReady as error:
                self._say(str(error))
                await broker.kill()
                if tried == BROKER_TRIES:
                    self._give_up(str(error))
                    return
                await asyncio.sleep(pause_s(tried, broker.status))
            else:
                return

    async def _start_or_watch(self, child: Child) -> None:
        try:
            await self._start(child)
        except NotReady as error:
            self._say(str(error))
            await child.kill()
            self._watch(child)

    def _give_up(self, why: str) -> None:
        self._why = why
        self._failed.set()

    async def _stop_all(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for stage in _stages(self._children):
            await asyncio.gather(*(child.stop() for child in stage))


def _stages(children: list[Child]) -> Iterable[list[Child]]:
    """What ends together, in order: those who bring readings in, those who read, the rest."""
    late = {BROKER, "mqtt"}
    readers = {"process", "sink", "afterwards", "console"}
    yield [c for c in children if c.part.name not in late | readers]
    yield [c for c in children if c.part.name in readers]
    for name in (BROKER, "mqtt"):
        yield [c for c in children if c.part.name == name]
