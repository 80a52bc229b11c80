"""Who waits for which record to be stored. Pure bookkeeping over futures; no clock."""

import asyncio
import heapq
from collections.abc import Mapping
from itertools import count

from deploy.embedded.rawlog import Place


class NeverStored(LookupError):  # It reads as the sentence it is.
    """The record was lost with an earlier broker: write it again."""


class Waiters:
    """Stored ends of the partitions, and the futures of those who wait for a record."""

    def __init__(self, stored: Mapping[Place, int], fresh: Mapping[Place, int]) -> None:
        """`stored`: the ends when the broker was started; `fresh`: where it went on.

        What lies between the two can never be stored any more.
        """
        self._lost = dict(stored)
        self._fresh = dict(fresh)
        self._ends = dict(fresh)
        self._waiting: dict[Place, list[tuple[int, int, asyncio.Future[None]]]] = {}
        self._ticket = count()

    def knows(self, place: Place) -> bool:
        """Whether the partition is kept at all."""
        return place in self._ends

    async def stored(self, place: Place, offset: int) -> None:
        """Wait until the record is stored. Raises NeverStored, or KeyError for an unknown one."""
        if self._lost.get(place, 0) <= offset < self._fresh[place]:
            raise NeverStored(f"{place.topic}/{place.partition} offset {offset}")
        if offset < self._ends[place]:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heap = self._waiting.setdefault(place, [])
        heapq.heappush(heap, (offset, next(self._ticket), future))
        await future

    def advance(self, ends: Mapping[Place, int]) -> None:
        """These partitions are now stored up to here."""
        self._ends.update(ends)
        for place, end in ends.items():
            heap = self._waiting.get(place, [])
            while heap and heap[0][0] < end:
                future = heapq.heappop(heap)[2]
                if not future.done():
                    future.set_result(None)
