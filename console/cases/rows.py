"""Cases as the database holds them: read under a lock, written with the act that changed them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from console.cases.tables import (
    ACTS,
    CASE_AREAS,
    CASE_DEVICES,
    CASE_PARTIES,
    CASE_ROLES,
    CASES,
)
from console.database import insert_new
from console.lifecycle.facts import Case, Deed
from console.lifecycle.procedure import Procedure
from console.notify.queue import enqueue_act
from schemas.acts import Act
from schemas.events import event_id

Row = dict[str, Any]
_CASE: TypeAdapter[Case] = TypeAdapter(Case)
_SAME = (
    "id", "version", "flow", "kind", "estate", "severity", "state", "opened_at", "closed_at",
    "due_at", "overdue_at", "wake_at", "shelved_until", "told_node", "holder", "assigned",
    "reporter", "police_only", "supervised", "verdict", "rating",
)  # fmt: skip


class Raced(RuntimeError):
    """Another console changed the case in the meantime; nothing of this was kept."""


@dataclass(frozen=True, slots=True)
class Desk:
    """How a case came to whom: the desk it rings at, when it did, the shelf it was put on."""

    name: str
    alarm_at: int | None = None
    shelf: int | None = None


def case_of_text(body: str) -> Case:
    """A case from its JSON."""
    return _CASE.validate_json(body)


def find_case(tx: Connection, name: str, *, to_change: bool = False) -> Case | None:
    """A case by its id; `to_change` keeps others from changing it until the transaction ends."""
    query = sa.select(CASES.c.body).where(CASES.c.id == name)
    body = tx.scalar(query.with_for_update() if to_change else query)
    return None if body is None else case_of_text(body)


def keep_new(tx: Connection, procedure: Procedure, case: Case, deed: Deed, desk: Desk) -> bool:
    """Keep a case that was opened, with its first act; False if there is one of that id."""
    row = _row(procedure, case) | {
        "desk": desk.name, "alarm_at": desk.alarm_at, "shelf": desk.shelf,
    }  # fmt: skip
    if not insert_new(tx, CASES, [row]):
        return False
    _keep_lists(tx, None, case)
    _keep_act(tx, case, deed)
    return True


def keep(tx: Connection, procedure: Procedure, before: Case, case: Case, deed: Deed) -> None:
    """Keep a case's next version with the act that led to it. Raises Raced."""
    mine = (CASES.c.id == before.id, CASES.c.version == before.version)
    if tx.execute(CASES.update().where(*mine).values(_row(procedure, case))).rowcount != 1:
        raise Raced(before.id)
    _keep_lists(tx, before, case)
    _keep_act(tx, case, deed)


def keep_devices(tx: Connection, case: str, devices: Iterable[str]) -> None:
    """Remember the devices that a case rests on."""
    insert_new(tx, CASE_DEVICES, [{"case": case, "device": device} for device in devices])


def _row(procedure: Procedure, case: Case) -> Row:
    own = {
        "tree": procedure.tree_of(case), "is_over": procedure.is_over(case),
        "body": _CASE.dump_json(case).decode(),
    }  # fmt: skip
    return {name: getattr(case, name) for name in _SAME} | own


def _keep_lists(tx: Connection, before: Case | None, case: Case) -> None:
    lists = (
        (CASE_AREAS, "area", before.areas if before else (), case.areas),
        (CASE_PARTIES, "party", before.parties if before else (), case.parties),
        (CASE_ROLES, "role", before.named_roles if before else (), case.named_roles),
    )
    for table, column, old, new in lists:
        added = dict.fromkeys(item for item in new if item not in old)
        insert_new(tx, table, [{"case": case.id, column: item} for item in added])


def _keep_act(tx: Connection, case: Case, deed: Deed) -> None:
    row = {
        "id": act_id(case.id, case.version), "case": case.id, "version": case.version,
        "kind": deed.kind, "by": deed.by, "at": deed.at, "state": case.state,
        "estate": case.estate, "deed": deed.model_dump_json(exclude_defaults=True),
    }  # fmt: skip
    tx.execute(ACTS.insert().values(row))
    enqueue_act(tx, act_id(case.id, case.version), deed.at)


def act_id(case: str, version: int) -> str:
    """The id of the act that led to a version: no version has two."""
    return event_id("act", case, version)


def deeds_of(tx: Connection, case: str) -> list[Deed]:
    """The acts of a case in their order."""
    query = sa.select(ACTS.c.deed).where(ACTS.c.case == case).order_by(ACTS.c.version)
    return [Deed.model_validate_json(text) for text in tx.scalars(query)]


def act_of(row: sa.Row[Any]) -> Act:
    """An act as it goes into the log."""
    deed = Deed.model_validate_json(row.deed)
    to = deed.to or (deed.facts.source if deed.facts else "")
    return Act(
        id=row.id, kind=deed.kind, target=row.case, by=deed.by, at=deed.at, why=deed.why,
        verdict=deed.verdict, version=row.version, estate=row.estate, state=row.state, to=to,
        until=deed.until, number=deed.number, rating=deed.rating, pictures=deed.pictures,
    )  # fmt: skip
