"""The keeper: it copies the broker's log into SQLite, and lays it into each fresh broker.

It reads without a consumer group. Each round asks for every partition, state first. What a state
record rests on was acknowledged before it was written, so it stands in the same answer, or below
an end that the same answer names; state is stored only when all of that is stored too. So the
file never knows of an alert only from the state of the rule that raised it.

A round's records are stored in one transaction; then whoever asked for one of them is answered.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog

from deploy.embedded.keep import Keep, contiguous, seed_batches, seeded_end
from deploy.embedded.rawlog import Place, RawLog, Slice
from deploy.embedded.store import Store
from deploy.embedded.waiters import Waiters

T = TypeVar("T")
log = structlog.get_logger()

# How long the broker may hold a look that finds nothing. Half of it is the longest that a new
# record goes unseen.
LOOK_MS = 50
# The same where records are known to wait: time enough to list a long log.
CATCH_UP_MS = 5_000
PRUNE_S = 2.0
COMMITS_S = 1.0
# How long a hole in a partition is taken for a batch that is still on its way into the broker. A
# late batch costs whoever waits for it this time at most; one that is passed over is lost for good.
HOLE_S = 10.0
HOLE_LOOK_S = 0.01
MS = 1000


@dataclass
class Partition:
    """Where the keeper stands in one partition of the running broker."""

    position: int
    batches: int = 0
    hole_since: float | None = None


class Keeper:
    """Follows one run of the broker from the seeding on."""

    def __init__(self, store: Store, connection: RawLog, partitions: int) -> None:
        """`seed` comes next, then `follow`."""
        self._store = store
        self._log = connection
        self._count = partitions
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="keeper-store")
        self._partitions: dict[Place, Partition] = {}
        self._behind = False
        self._pruned = self._looked = 0.0
        self._commits: dict[str, dict[Place, int]] = {}
        self.waiters = Waiters({}, {})

    async def seed(self, keeps: Iterable[Keep]) -> None:
        """Lay what is kept into the empty broker, and note where it goes on before the first byte.

        A crash while laying costs nothing: the next broker goes on one jump further.
        """
        places = [Place(keep.name, p) for keep in keeps for p in range(self._count)]
        stored = self._store.ends()
        kinds = self._store.keeps
        fresh = {p: seeded_end(kinds[p.topic], stored.get(p, 0)) for p in places}
        await self._in_thread(self._store.apply, (), fresh)
        for keep in keeps:
            await self._seed(keep, stored)
        for group, offsets in self._store.commits().items():
            await self._log.commit(group, offsets)
        self._partitions = {place: Partition(end) for place, end in fresh.items()}
        self.waiters = Waiters({place: stored.get(place, 0) for place in places}, fresh)

    async def _seed(self, keep: Keep, stored: Mapping[Place, int]) -> None:
        now = _now_ms()
        rows = dict(self._store.seeds(keep, now))
        for partition in range(self._count):
            place = Place(keep.name, partition)
            records = rows.get(partition, iter(()))
            for base, batch in seed_batches(keep, records, stored.get(place, 0), now):
                await self._log.append(place, base, batch)

    @property
    def batches_max(self) -> int:
        """The most batches that one partition of the broker got since the seeding."""
        return max((item.batches for item in self._partitions.values()), default=0)

    async def follow(self, stop: asyncio.Event) -> None:
        """Copy until `stop`, then until nothing is left. Raises when the broker is gone."""
        while not stop.is_set():
            await self.round()
            await self._tend()
        while await self.round():
            pass
        await self._tend(force=True)

    async def round(self) -> int:
        """One look at every partition; answers how many records were stored."""
        slices = await self._look(self._partitions)
        held = [item for item in slices if self._is_state(item.place)]
        slices = [item for item in slices if not self._is_state(item.place)]
        targets = {item.place: item.high for item in slices} if _any(held) else {}
        stored = 0
        while behind := [p for p in targets if self._after(slices, p) < targets[p]]:
            stored += await self._apply(slices)
            slices = await self._look(behind)
        return stored + await self._apply([*held, *slices])

    def _is_state(self, place: Place) -> bool:
        return self._store.keeps[place.topic].is_state

    def _after(self, slices: list[Slice], place: Place) -> int:
        found = next((item for item in slices if item.place == place), None)
        read = len(found.records) if found else 0
        return self._partitions[place].position + read

    async def _look(self, places: Iterable[Place]) -> list[Slice]:
        positions = {place: self._partitions[place].position for place in places}
        found = await self._log.fetch(positions, CATCH_UP_MS if self._behind else LOOK_MS)
        slices = [self._whole(item) for item in found]
        self._behind = not _any(slices) and any(i.high > positions[i.place] for i in slices)
        if self._behind:
            await asyncio.sleep(HOLE_LOOK_S)
        return slices

    def _whole(self, item: Slice) -> Slice:
        """The slice up to its first hole, unless the hole has stood too long to be a late batch."""
        partition = self._partitions[item.place]
        records = contiguous(item.records, partition.position)
        if records or not item.records:
            partition.hole_since = None
            return replace(item, records=records)
        now = time.monotonic()
        partition.hole_since = partition.hole_since or now
        if now - partition.hole_since < HOLE_S:
            return replace(item, records=())
        first = item.records[0].offset
        log.warning("hole", place=tuple(item.place), expected=partition.position, found=first)
        partition.hole_since, partition.position = None, first
        return replace(item, records=contiguous(item.records, first))

    async def _apply(self, slices: list[Slice]) -> int:
        full = [item for item in slices if item.records]
        if not full:
            return 0
        ends = {item.place: item.records[-1].offset + 1 for item in full}
        await self._in_thread(self._store.apply, full, ends)
        for item in full:
            partition = self._partitions[item.place]
            partition.position = ends[item.place]
            partition.batches += item.batches
        self.waiters.advance(ends)
        return sum(len(item.records) for item in full)

    async def _tend(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if force or now - self._looked > COMMITS_S:
            self._looked = now
            await self._take_commits()
        if now - self._pruned > PRUNE_S and not await self._in_thread(self._store.prune, _now_ms()):
            self._pruned = now

    async def _take_commits(self) -> None:
        for keep in self._store.keeps.values():
            # The processors' own commits may be ahead of the checkpoints stored here; theirs count.
            if keep.group is None or keep.checkpoints:
                continue
            places = [place for place in self._partitions if place.topic == keep.name]
            offsets = await self._log.committed(keep.group, places)
            if offsets != self._commits.get(keep.group):
                await self._in_thread(self._store.release, offsets)
                self._commits[keep.group] = offsets

    async def _in_thread(self, call: Callable[..., T], *values: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, call, *values)


def _any(slices: list[Slice]) -> bool:
    return any(item.records for item in slices)


def _now_ms() -> int:
    return time.time_ns() // (MS * MS)
