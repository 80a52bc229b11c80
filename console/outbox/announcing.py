"""What must be written although nothing changed: all that stands, to logs that may not hold it.

The log is kept for a week and must be enough to judge it by, so once a day it is told all that
stands; and at once where it is found to be another log than the one we wrote to. Whatever was known
is told again: equal content, a new id and a new time, and no rule may mind.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, Engine

from console.database import writing
from console.outbox.log import Log
from console.outbox.notes import Note
from console.outbox.store import (
    Estate,
    OutboxStore,
    announce_again,
    keep_stamp,
    know_estates,
)
from schemas.base import MS_PER_S

AGAIN_AFTER_MS = 24 * 3600 * MS_PER_S
LOOK_AFTER_MS = 600 * MS_PER_S
"""How often it is looked whether a log is still the one that was written to."""
log = structlog.get_logger("console.outbox")


@dataclass(frozen=True, slots=True)
class Speaker:
    """What there is to announce.

    `standing` gives all that stands in an estate, as of an instant (ms), in the order in which it
    must be told. `welcome` puts what concerns every estate into the outbox for new ones.
    """

    standing: Callable[[Connection, str, int], list[Note]]
    welcome: Callable[[Connection, list[str], int], None]


class Announcing:
    """Knows the estates, and whose turn it is. Everything here waits for the database."""

    def __init__(self, engine: Engine, store: OutboxStore, speaker: Speaker) -> None:
        """Announces what `speaker` has to say."""
        self._engine, self._store, self._speaker = engine, store, speaker
        self._looked_at = 0

    def meet(self, now: int) -> None:
        """Estates that were not known before are told what concerns every estate."""
        heard = self._store.unknown()
        if heard:
            with writing(self._engine) as tx:
                self._speaker.welcome(tx, know_estates(tx, heard, now), now)

    def due(self, now: int) -> Estate | None:
        """An estate that must be told all again."""
        for estate in self._store.estates():
            if estate.announced_at is None or now - estate.announced_at >= AGAIN_AFTER_MS:
                return estate
        return None

    def notes(self, estate: str, stamp: int) -> list[Note]:
        """What stands there. The time is remembered first: no later change may lie before it."""
        with writing(self._engine) as tx:
            keep_stamp(tx, estate, stamp)
            return self._speaker.standing(tx, estate, stamp)

    def done(self, estate: str, stamp: int, now: int) -> None:
        """It was told."""
        with writing(self._engine) as tx:
            keep_stamp(tx, estate, stamp, now)

    def must_look(self, now: int) -> bool:
        """Whether it is time to look at the logs; it is so at most each ten minutes."""
        is_time = now - self._looked_at >= LOOK_AFTER_MS
        if is_time:
            self._looked_at = now
        return is_time

    def look_at_once(self) -> None:
        """A new connection may lead to another log."""
        self._looked_at = 0

    async def compare(self, kafka: Log, placed: list[Estate]) -> None:
        """A log that ends before what we wrote to it is another one: it is told all again."""
        ends = await kafka.ends({one.partition or 0 for one in placed}) if placed else {}
        new = [one.id for one in placed if ends.get(one.partition or 0, 0) <= (one.offset or 0)]
        if new:
            log.info("another log than before, all is written again", estates=len(new))
            with writing(self._engine) as tx:
                announce_again(tx, new)
