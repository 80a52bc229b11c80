"""Thinks about acts: each becomes the notices that it means, in one transaction, once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from sqlalchemy import Engine

from console import metrics
from console.cases.rows import find_case
from console.database import writing
from console.lifecycle.facts import Case, Deed
from console.lifecycle.procedure import Procedure
from console.notify import store
from console.notify.audience import Audience
from console.notify.channels import Book
from console.notify.people import standing
from console.notify.whom import Aim, Repeat, Ring, ring_of
from schemas.events import event_id

BATCH = 100
_ONCE = Repeat(every_s=0, times=1)
log = structlog.get_logger("console.notify")


@dataclass(frozen=True, slots=True)
class Thinker:
    """Makes notices of the acts of one database. `clock` is the wall clock in ms."""

    engine: Engine
    procedure: Procedure
    book: Book
    zone: ZoneInfo
    clock: Callable[[], int]

    def think(self) -> int:
        """Make notices of the acts that wait; of how many acts."""
        with self.engine.connect() as connection:
            # Most turns find nothing, and must not keep others from writing.
            if not store.has_acts(connection):
                return 0
        at = self.clock()
        with writing(self.engine) as tx:
            acts = store.waiting_acts(tx, BATCH)
            audience = Audience(tx, self.procedure, self.book, self.zone, standing(tx))
            for act in acts:
                self._think(audience, act, at)
            store.thought_about(tx, (act.id for act in acts))
        return len(acts)

    def _think(self, audience: Audience, act: sa.Row[Any], at: int) -> None:
        case = find_case(audience.tx, act.case)
        if case is None:
            return
        deed = Deed.model_validate_json(act.deed)
        if deed.kind == "open":
            self._feed(audience, case, at)
        ring = ring_of(self.procedure, case, deed, act.id) if self.book.channels else None
        if ring is None:
            return
        ways = audience.ways(ring, at)
        kept = store.keep(audience.tx, ring, ways, at, self.book.repeat(case.severity))
        if kept and not ways:
            metrics.NOBODY_TOLD.inc()
            log.warning("nobody could be told", case=case.id, reason=ring.reason)

    @staticmethod
    def _feed(audience: Audience, case: Case, at: int) -> None:
        ways = audience.feeds(case)
        if ways:
            key = event_id("feed", case.id)
            ring = Ring(key, "feed", case, Aim(), staged=False, repeats=False, urgent=True)
            store.keep(audience.tx, ring, ways, at, _ONCE)
