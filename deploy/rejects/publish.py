"""What is re-driven goes to Kafka as the gateway sends it: pictures first, then the events."""

import asyncio

from ingest.gateway.batch import Batch
from ingest.gateway.pictures import Bounds, PictureFolder
from ingest.gateway.writer import KafkaWriter
from ingest.settings import IngestSettings

WITHIN_S = 120.0


class NotPublished(RuntimeError):
    """Kafka did not take it all; one line on how to mend it. To try again is safe."""


def publish(settings: IngestSettings, batch: Batch) -> None:
    """Return once Kafka (and the embedded stack's keeper) has all of it. Raises NotPublished."""
    bounds = Bounds(settings.pictures_days, settings.pictures_bytes, settings.pictures_spare_bytes)
    batch.unlink(PictureFolder(settings.picture_folder, bounds).keep(batch.pictures))
    try:
        asyncio.run(_write(settings, batch))
    except TimeoutError as error:
        raise NotPublished(
            f"Kafka at {settings.bootstrap} did not take all of it in {WITHIN_S:g} s: start it and "
            "run this again; what it has already gets the same ids"
        ) from error


async def _write(settings: IngestSettings, batch: Batch) -> None:
    writer = KafkaWriter(settings, lambda: None)
    try:
        async with asyncio.timeout(WITHIN_S):
            await writer.write(batch.rounds())
    finally:
        await writer.close()
