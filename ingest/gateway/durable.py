"""Whether what a broker confirmed would outlive it: asked where Kafka is one that forgets.

The embedded stack's broker keeps everything in memory, and a keeper beside it stores it. There a
record is safe only when the keeper has it, so that is asked before MQTT gets its acknowledgement.
On a real Kafka nobody need be asked.
"""

import asyncio
from collections.abc import Iterable

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from aiokafka.structs import RecordMetadata

ASK_AGAIN_S = 0.5
ANSWER_WITHIN_S = 40.0
STORED, NOT_KEPT, NEVER, AWAY = 200, 404, 409, 0

log = structlog.get_logger("ingest.durable")

Partition = tuple[str, int]


class DurableCheck:
    """Asks `POST URL/stored` about the last record of each partition."""

    def __init__(self, url: str | None) -> None:
        """Without a URL everything confirmed counts as safe."""
        self.url = url
        self._session: ClientSession | None = None

    async def lost(self, written: Iterable[RecordMetadata]) -> set[Partition]:
        """Wait until all is stored; the partitions whose records must be written again."""
        if self.url is None:
            return set()
        last: dict[Partition, int] = {}
        for record in written:
            where = (record.topic, record.partition)
            last[where] = max(last.get(where, -1), record.offset)
        answers = await asyncio.gather(*(self._stored(*item) for item in last.items()))
        return {where for where, stored in zip(last, answers, strict=True) if not stored}

    async def close(self) -> None:
        """Close the connection to the keeper."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _stored(self, where: Partition, offset: int) -> bool:
        """Ask until there is an answer. A keeper that is away comes back with another broker, where
        the offset may mean another record or none for ever: then it must be written again.
        """
        while True:
            status = await self._ask(where, offset)
            if status in (STORED, NOT_KEPT):
                return True
            if status in (NEVER, AWAY):
                return False
            await asyncio.sleep(ASK_AGAIN_S)

    async def _ask(self, where: Partition, offset: int) -> int:
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=ANSWER_WITHIN_S))
        body = {"topic": where[0], "partition": where[1], "offset": offset}
        where_to_ask = f"{(self.url or '').rstrip('/')}/stored"
        try:
            async with self._session.post(where_to_ask, json=body) as answer:
                return answer.status
        except (ClientError, TimeoutError, OSError) as error:
            log.warning("keeper_away", error=repr(error))
            return AWAY
