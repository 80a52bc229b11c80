"""People's acts and the clock's, each one transaction: the case, and the act that moved it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.cases.quiet import end_floods, has_floods
from console.cases.rows import case_of_text, find_case, keep
from console.cases.tables import CASES
from console.database import writing
from console.lifecycle.facts import Actor, Case, Deed, Party
from console.lifecycle.procedure import Procedure
from console.lifecycle.refusal import Attempt, Refusal, refusal
from console.lifecycle.table import SYSTEM

TICK_PAGE = 200
FindParty = Callable[[Connection, str, Case], Party | None]


class Refused(Exception):
    """An act that is not possible; nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        """With the reason."""
        super().__init__(refusal.en)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Acting:
    """Acts on the cases of one database. `party` finds whom a case is given to."""

    engine: Engine
    procedure: Procedure
    party: FindParty

    def act(self, tx: Connection, name: str, actor: Actor, deed: Deed) -> Case:
        """Do an act: the case's next version. Raises Refused; KeyError without such a case."""
        case = find_case(tx, name, to_change=True)
        if case is None:
            raise KeyError(name)
        party = self.party(tx, deed.to, case) if deed.to else None
        said = refusal(Attempt(self.procedure, case, deed, actor, party))
        if said is not None:
            raise Refused(said)
        return self._apply(tx, case, deed)

    def _apply(self, tx: Connection, case: Case, deed: Deed) -> Case:
        after = self.procedure.applied(case, deed)
        keep(tx, self.procedure, case, after, deed)
        return after

    def tick(self, at: int) -> int:
        """Do what time has brought: shelves that ran out, overdue cases, floods that ended.

        How many cases it moved. Several consoles may tick at once: each case is looked at again
        under its lock, and one of them finds nothing left to do.
        """
        with self.engine.connect() as connection:
            due = sa.select(CASES.c.id).where(CASES.c.wake_at <= at)
            names = list(connection.scalars(due.order_by(CASES.c.wake_at).limit(TICK_PAGE)))
            flooded = has_floods(connection)
        if flooded:
            with writing(self.engine) as tx:
                end_floods(tx, at)
        return sum(self._wake(name, at) for name in names)

    def _wake(self, name: str, at: int) -> bool:
        with writing(self.engine) as tx:
            case = find_case(tx, name, to_change=True)
            if case is None or case.wake_at is None or case.wake_at > at:
                return False
            self._apply(tx, case, self._due(case, at))
            return True

    def _due(self, case: Case, at: int) -> Deed:
        """What time has brought to one case."""
        if case.shelved_until is not None:
            return Deed(kind="unshelve", by=SYSTEM, at=at, version=case.version)
        rungs = self.procedure.rungs(case, at)
        told = rungs[min(case.rung + 1, len(rungs) - 1)]
        return Deed(
            kind="climb", by=SYSTEM, at=at, version=case.version,
            to=f"{told.level}:{told.node}" if told.node else told.level,
        )  # fmt: skip

    def take_off(self, tx: Connection, shelf: int, at: int) -> Sequence[Case]:
        """Take off a shelf that was ended what lies on it; the cases."""
        query = sa.select(CASES.c.body).where(
            CASES.c.shelf == shelf, CASES.c.shelved_until.is_not(None)
        )
        taken = []
        for body in tx.scalars(query.with_for_update()).all():
            case = case_of_text(body)
            deed = Deed(kind="unshelve", by=SYSTEM, at=at, version=case.version)
            taken.append(self._apply(tx, case, deed))
        return taken
