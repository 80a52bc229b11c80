"""Whether what a broker confirmed would outlive it: asked where Kafka is one that forgets.

The embedded broker keeps all in memory and a keeper beside it stores it; only what the keeper has
is written for good.
"""

import asyncio
from collections.abc import Iterable

import httpx
from aiokafka.structs import RecordMetadata

ASK_AGAIN_S = 0.5
ANSWER_S = 40.0
STORED, NEVER = (200, 404), 409


class NotStored(ConnectionError):
    """A record went with an earlier broker: it must be written again."""


async def until_stored(url: str | None, written: Iterable[RecordMetadata]) -> None:
    """Wait until all that was written is safe. Raises NotStored. Without a URL it is so already."""
    if url is None:
        return
    last: dict[tuple[str, int], int] = {}
    for record in written:
        where = (record.topic, record.partition)
        last[where] = max(last.get(where, -1), record.offset)
    async with httpx.AsyncClient(timeout=ANSWER_S, trust_env=False) as client:
        for (topic, partition), offset in last.items():
            asked = {"topic": topic, "partition": partition, "offset": offset}
            await _stored(client, f"{url.rstrip('/')}/stored", asked)


async def _stored(client: httpx.AsyncClient, url: str, asked: dict[str, object]) -> None:
    while True:
        try:
            status = (await client.post(url, json=asked)).status_code
        except httpx.HTTPError as error:
            # A keeper that went comes back with another broker, where the offset means another
            # record, or none for ever.
            raise NotStored(f"{asked}: the keeper went away ({type(error).__name__})") from error
        if status in STORED:
            return
        if status == NEVER:
            raise NotStored(f"{asked} was not kept")
        await asyncio.sleep(ASK_AGAIN_S)
