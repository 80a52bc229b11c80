"""The hourly round of a running console: what is over goes, what a case needs is held, the audit
log's place is noted, and alerts that were let go are taken out of the log.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from console.audit import anchors
from console.audit.log import head_of
from console.database import writing
from console.office import Office
from console.outbox.log import Log
from console.outbox.stored import until_stored
from console.privacy.held import hold_pictures, pictures_of_cases
from console.privacy.retention import let_go
from console.privacy.tables import FORGOTTEN
from schemas.topics import ALERTS

EVERY_S = 3600.0
AT_ONCE = 500
log = structlog.get_logger("console.privacy")


@dataclass(frozen=True, slots=True)
class Keeping:
    """Keeps the periods of one office's data."""

    office: Office

    async def run(self, stop: asyncio.Event) -> None:
        """A round each hour until `stop`; every trouble is logged and met again in the next one."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(self.round)
                await self.take_out()
            except (SQLAlchemyError, OSError, KafkaError, TimeoutError) as error:
                said = (str(error) or type(error).__name__).splitlines()[0]
                log.warning("not all that is over could go", error=said)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)

    def round(self) -> None:
        """What needs no Kafka. Raises OSError, SQLAlchemyError."""
        office, at = self.office, self.office.clock()
        gone = let_go(office.engine, office.settings, at)
        anchors.note(office.settings.data / anchors.NAME, head_of(office.engine), at)
        held, dropped = hold_pictures(
            office.settings.picture_folder, pictures_of_cases(office.engine)
        )
        if gone or held or dropped:
            log.info("periods", gone=gone, pictures_held=held, pictures_gone=dropped)

    async def take_out(self) -> int:
        """Write a tombstone for each alert that was let go; how many. Raises KafkaError, OSError.

        An alert stands in the partition of what it was made of, which its id does not tell; so each
        partition gets the tombstone, and compaction lets go of both.
        """
        ids = await asyncio.to_thread(self._forgotten)
        if not ids:
            return 0
        settings = self.office.settings
        producer = await Log(settings.bootstrap, settings.durable_url, ALERTS.name).producer()
        try:
            partitions = sorted(await producer.partitions_for(ALERTS.name))
            sent = [
                await producer.send(ALERTS.name, None, key=name.encode(), partition=number)
                for name in ids
                for number in partitions
            ]
            await until_stored(settings.durable_url, [await one for one in sent])
        finally:
            await producer.stop()
        await asyncio.to_thread(self._taken_out, ids)
        return len(ids)

    def _forgotten(self) -> list[str]:
        query = sa.select(FORGOTTEN.c.alert).order_by(FORGOTTEN.c.at).limit(AT_ONCE)
        with self.office.engine.connect() as connection:
            return list(connection.scalars(query))

    def _taken_out(self, ids: list[str]) -> None:
        with writing(self.office.engine) as tx:
            tx.execute(FORGOTTEN.delete().where(FORGOTTEN.c.alert.in_(ids)))
