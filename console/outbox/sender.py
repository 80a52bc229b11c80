"""One who sends into the log for as long as the console runs, turn after turn.

Several consoles on one database take turns by a lease. Every trouble is told and tried again with
a new producer: what an old one still holds must not come late.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from console.outbox.lease import LEASE_MS, Lease
from console.outbox.log import Log

POLL_S = 0.5
RETRY_S = 1.0
CLOSE_S = 5.0
log = structlog.get_logger("console.outbox")


class Sender(ABC):
    """Sends while it holds the lease."""

    def __init__(self, kafka: Log, lease: Lease, clock: Callable[[], int], sent: str) -> None:
        """`kafka` is the topic written to; `clock` the wall clock in ms; `sent` names its load."""
        self._kafka, self._lease, self._wall, self._sent = kafka, lease, clock, sent
        self._producer: AIOKafkaProducer | None = None
        self._leased_until = 0
        self.fault: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`; every trouble is told in `fault`, and tried again."""
        while not stop.is_set():
            pause = POLL_S
            try:
                pause = 0.0 if await self.turn() else POLL_S
                self.fault = None
            except (KafkaError, OSError, TimeoutError, SQLAlchemyError) as error:
                await self._failed(error)
                pause = RETRY_S
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
        await self.close()

    async def turn(self) -> bool:
        """One turn, if it is this console's; whether there may be more to do at once."""
        now = self._wall()
        return await self._leased(now) and await self._send_some(now)

    async def close(self) -> None:
        """Let Kafka go."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(producer.stop(), CLOSE_S)

    @abstractmethod
    async def _send_some(self, now: int) -> bool:
        """Send what waits; whether there may be more."""

    async def _open(self) -> AIOKafkaProducer:
        """The producer; a new one at first and after each trouble."""
        if self._producer is None:
            self._producer = await self._kafka.producer()
        return self._producer

    async def _leased(self, now: int) -> bool:
        """The lease is renewed in good time, and not at each turn."""
        if self._leased_until - now > LEASE_MS // 2:
            return True
        has = await asyncio.to_thread(self._lease.taken, now)
        self._leased_until = now + LEASE_MS if has else 0
        return has

    async def _failed(self, error: Exception) -> None:
        said = (str(error) or type(error).__name__).splitlines()[0]
        if self.fault is None:
            log.warning(f"{self._sent} are kept and not yet in the log, trying again", error=said)
        self.fault = said
        await self.close()
