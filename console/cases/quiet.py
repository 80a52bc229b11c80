"""What keeps a new case from ringing: a shelf somebody put its situation on, or a flood.

Neither ever holds back what is red or for the police alone.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from console.cases.tables import CASES, FLOODS, SHELVES
from console.lifecycle.facts import Case, Deed, Facts
from console.lifecycle.flood import WINDOW_MS, Load, must_ring
from console.lifecycle.procedure import Procedure
from console.lifecycle.table import SYSTEM

SHELF, FLOOD = "shelf", "flood"


@dataclass(frozen=True, slots=True)
class Quiet:
    """What an alert says, with why it rings nobody; `shelf` is the one it lies on."""

    facts: Facts
    shelf: int | None = None


def desk_of(case: Case) -> str:
    """Where a case rings: the node told of its tree, or its estate."""
    return f"{case.told_level}:{case.told_node or case.estate}"


def quieted(tx: Connection, procedure: Procedure, facts: Facts, at: int) -> Quiet:
    """Whether an alert is held back now, and the flood that it begins."""
    if not must_ring(facts):
        shelf = _shelf(tx, facts, at)
        if shelf is not None:
            held = {"quiet": SHELF, "shelved_until": shelf.until}
            return Quiet(facts.model_copy(update=held), shelf.id)
    if facts.delivery != "push" or facts.quiet:
        return Quiet(facts)
    opened = procedure.opened("", Deed(kind="open", by=SYSTEM, at=at, version=0, facts=facts))
    if _is_flooded(tx, opened, at, 0 if must_ring(facts) else 1) and not must_ring(facts):
        return Quiet(facts.model_copy(update={"quiet": FLOOD}))
    return Quiet(facts)


def _shelf(tx: Connection, facts: Facts, at: int) -> Any:
    """The shelf that holds an alert back, the one that lasts longest."""
    place, device = SHELVES.c.place, SHELVES.c.device
    query = sa.select(SHELVES.c.id, SHELVES.c.until).where(
        SHELVES.c.estate == facts.estate, SHELVES.c.rule == facts.kind,
        SHELVES.c.until > at, SHELVES.c.ended_at.is_(None),
        sa.or_(place.is_(None), place.in_(facts.areas)),
        sa.or_(device.is_(None), device.in_(facts.devices)),
    )  # fmt: skip
    return tx.execute(query.order_by(SHELVES.c.until.desc()).limit(1)).first()


def _is_flooded(tx: Connection, case: Case, at: int, held: int) -> bool:
    """Whether the desk is in a flood with this alarm; the flood's record is kept.

    `held` is how many cases the flood holds back by it: one, or none.
    """
    desk = desk_of(case)
    flood = tx.execute(_floods().where(FLOODS.c.desk == desk)).first()
    load = Load(recent_alarms(tx, desk, at) + 1, flood is not None)
    if load.is_flooded() and flood is None:
        begun = {"desk": desk, "estate": case.estate, "began_at": at, "gathered": held}
        tx.execute(FLOODS.insert().values(begun))
    elif flood is not None:
        more = {"gathered": flood.gathered + held} if load.is_flooded() else {"ended_at": at}
        tx.execute(FLOODS.update().where(FLOODS.c.id == flood.id).values(more))
    return load.is_flooded()


def _floods() -> sa.Select[tuple[int, str, int]]:
    query = sa.select(FLOODS.c.id, FLOODS.c.desk, FLOODS.c.gathered)
    return query.where(FLOODS.c.ended_at.is_(None)).with_for_update()


def recent_alarms(tx: Connection, desk: str, at: int) -> int:
    """The alarms of a desk in the last 10 minutes, those that were held back too."""
    count = sa.select(sa.func.count()).select_from(CASES)
    return tx.scalar(count.where(CASES.c.desk == desk, CASES.c.alarm_at > at - WINDOW_MS)) or 0


def has_floods(tx: Connection) -> bool:
    """Whether any desk is in a flood."""
    return tx.scalar(sa.select(FLOODS.c.id).where(FLOODS.c.ended_at.is_(None)).limit(1)) is not None


def end_floods(tx: Connection, at: int) -> None:
    """End the floods that are over: calm sends no alarm that could say so."""
    for flood in tx.execute(_floods()).all():
        if not Load(recent_alarms(tx, flood.desk, at), flooded=True).is_flooded():
            tx.execute(FLOODS.update().where(FLOODS.c.id == flood.id).values(ended_at=at))
