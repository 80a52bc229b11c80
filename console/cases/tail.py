"""Which cases were acted on, told to all who listen: the acts are read once for all of them.

The database is the owner, and other consoles write to it too, so it is asked four times a second
while somebody listens. On PostgreSQL the last acts are looked at again each time: of two at once
the one that was numbered first may be kept second. SQLite has one writer, and no such acts.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from console.cases.tables import ACTS

POLL_S = 0.25
AT_ONCE = 200
KEPT = 2000
PAGE = 200
Acted = tuple[int, str]
"""The number of an act, and its case."""


class CaseTail:
    """The acts as they come, and those after a number."""

    def __init__(self, engine: Engine) -> None:
        """Asks nothing until somebody listens."""
        self._engine = engine
        self.behind = 0 if engine.dialect.name == "sqlite" else AT_ONCE
        self._recent: deque[Acted] = deque(maxlen=KEPT)
        self._told, self._last = 0, 0
        self._seen: set[int] = set()
        self._is_begun, self._reads = False, asyncio.Lock()
        self._listeners = 0
        self._task: asyncio.Task[None] | None = None
        self._more = asyncio.Event()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """As long as this lasts, new acts are looked for."""
        self._listeners += 1
        if self._task is None:
            self._task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            self._listeners -= 1
            if not self._listeners and self._task is not None:
                self._task.cancel()
                self._task, self._is_begun = None, False

    @property
    def told(self) -> int:
        """How many acts were told so far."""
        return self._told

    async def begin(self) -> int:
        """The number of the last act that is known; what comes after it is told."""
        async with self._reads:
            if not self._is_begun:
                await self._begin()
        return self._last

    def since(self, told: int) -> list[Acted] | None:
        """The acts that were told after so many; None if some of them are no longer kept here."""
        missed = self._told - told
        if missed > len(self._recent):
            return None
        return list(self._recent)[len(self._recent) - missed :]

    async def wait(self, told: int, timeout_s: float) -> bool:
        """Wait until more than so many were told; False if the time ran out."""
        more = self._more
        if self._told > told:
            return True
        with suppress(TimeoutError):
            await asyncio.wait_for(more.wait(), timeout_s)
        return self._told > told

    async def after(self, number: int) -> list[Acted]:
        """The acts after a number as the database has them, at most a page of them."""
        return await asyncio.to_thread(self._rows, number, PAGE)

    def _rows(self, number: int, limit: int | None = None) -> list[Acted]:
        query = sa.select(ACTS.c.sequence, ACTS.c.case).where(ACTS.c.sequence > number)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(ACTS.c.sequence).limit(limit))
            return [(row.sequence, row.case) for row in rows]

    def _newest(self) -> int:
        with self._engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.max(ACTS.c.sequence))) or 0

    async def _follow(self) -> None:
        while True:
            async with self._reads:
                with suppress(SQLAlchemyError):  # Too busy to tell; the next time will do.
                    await (self._read() if self._is_begun else self._begin())
            await asyncio.sleep(POLL_S)

    async def _begin(self) -> None:
        self._last = await asyncio.to_thread(self._newest)
        self._seen = {one for one, _ in await self.after(max(0, self._last - self.behind))}
        self._is_begun = True

    async def _read(self) -> None:
        rows = await asyncio.to_thread(self._rows, max(0, self._last - self.behind))
        self._publish([row for row in rows if row[0] not in self._seen])

    def _publish(self, fresh: Sequence[Acted]) -> None:
        if not fresh:
            return
        self._recent.extend(fresh)
        self._told += len(fresh)
        self._last = max(self._last, *(number for number, _ in fresh))
        seen = (*self._seen, *(number for number, _ in fresh))
        self._seen = {one for one in seen if one > self._last - self.behind}
        woken, self._more = self._more, asyncio.Event()
        woken.set()
