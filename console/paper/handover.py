"""A shift as it is handed over: what stands open, what happened, what is out. And its record.

What is kept names cases and devices; who looks at it later sees of them what is in their own sight.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.accounts.principal import EVERYWHERE, Principal
from console.audit.chain import Said, Signed
from console.audit.log import append
from console.cases.reading import CaseFilter, Reader
from console.cases.rows import case_of_text
from console.cases.sight import in_sight
from console.cases.tables import CASES
from console.database import writing
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.paper.tables import HANDOVERS
from schemas.alerts import Severity
from schemas.base import Instant, Model, Words

ID_BYTES = 9
LINES_MAX = 200
HOUR_MS = 3_600_000
USUAL_MS, LONGEST_MS = 12 * HOUR_MS, 72 * HOUR_MS
NOTES_MAX = 4000
LOOKED_AT = 1000
"""Handovers of all desks among which one's own are looked for."""
Handover = sa.Row[Any]


class CaseLine(Model):
    """A case as it stood."""

    id: str
    severity: Severity
    title: Words
    place_name: Words
    state: Words
    opened_at: Instant
    overdue: bool = False
    holder: str = ""


class DeviceLine(Model):
    """A device that was out."""

    estate: str
    place: str
    name: Words
    place_name: Words
    state: str
    last_seen: Instant | None = None


class Shift(Model):
    """A shift: what stands open now, what was closed in it, the devices out, and counts."""

    opened: int = 0
    closed: int = 0
    overdue: int = 0
    open: tuple[CaseLine, ...] = ()
    done: tuple[CaseLine, ...] = ()
    devices: tuple[DeviceLine, ...] = ()


def begins(last: int | None, now: int) -> int:
    """When a shift began: with the last handover, or twelve hours ago where there was none.

    One from days ago is no shift: then 72 hours count.
    """
    return now - USUAL_MS if last is None else max(last, now - LONGEST_MS)


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of a shift within one person's sight."""

    open: Sequence[Case]
    done: Sequence[Case]
    opened: int


def cases_of(reader: Reader, since: int) -> Cases:
    """What stands open, and what was closed since an instant (ms)."""
    seen = in_sight(reader.procedure, reader.who)
    done = sa.select(CASES.c.body).where(*seen, CASES.c.closed_at >= since)
    rows = reader.tx.scalars(done.order_by(CASES.c.closed_at.desc()).limit(LINES_MAX))
    opened = sa.select(sa.func.count()).where(*seen, CASES.c.opened_at >= since)
    standing = reader.page(CaseFilter(is_open=True), LINES_MAX)
    return Cases(standing, [case_of_text(b) for b in rows], reader.tx.scalar(opened) or 0)


def shift_of(
    cases: Cases,
    line: Callable[[Case], CaseLine],
    devices: Iterable[DeviceLine],
    procedure: Procedure,
) -> Shift:
    """A shift; `line` shows a case."""
    closed = [case for case in cases.done if procedure.is_over(case)]
    return Shift(
        opened=cases.opened, closed=len(closed),
        overdue=sum(case.overdue_at is not None for case in cases.open),
        open=tuple(line(case) for case in cases.open), done=tuple(line(case) for case in closed),
        devices=tuple(devices),
    )  # fmt: skip


def bounded(shift: Shift, cases: set[str], covers: Callable[[str, str], bool]) -> tuple[Shift, int]:
    """A shift as somebody else may see it, and how much of it they may not."""
    kept = {
        "open": tuple(one for one in shift.open if one.id in cases),
        "done": tuple(one for one in shift.done if one.id in cases),
        "devices": tuple(one for one in shift.devices if covers(one.estate, one.place)),
    }
    hidden = sum(len(getattr(shift, name)) - len(some) for name, some in kept.items())
    return shift.model_copy(update=kept), hidden


def seen_cases(reader: Reader, shift: Shift) -> set[str]:
    """Those cases of a shift that are in somebody's sight."""
    names = [one.id for one in (*shift.open, *shift.done)]
    query = sa.select(CASES.c.id).where(
        CASES.c.id.in_(names), *in_sight(reader.procedure, reader.who)
    )
    return set(reader.tx.scalars(query)) if names else set()


@dataclass(frozen=True, slots=True)
class Handovers:
    """The handovers of one database."""

    engine: Engine

    def give(self, who: Principal, since: int, shift: Shift, signed: Signed) -> str:
        """Keep a shift for whoever comes next; its id. `signed.why` are the notes."""
        name = secrets.token_hex(ID_BYTES)
        row = {
            "id": name, "role": who.role, "areas": orjson.dumps(sorted(who.areas)).decode(),
            "since": since, "at": signed.at, "by": who.login, "notes": signed.why[:NOTES_MAX],
            "body": shift.model_dump_json(),
        }  # fmt: skip
        with writing(self.engine) as tx:
            tx.execute(HANDOVERS.insert().values(row))
            append(tx, Signed(signed.who, "", signed.at), [Said("handovers.given", name)])
        return name

    def take(self, name: str, who: Principal, at: int) -> bool:
        """Take a shift over; False where it is taken, one's own, or of another role."""
        mine = (
            HANDOVERS.c.id == name, HANDOVERS.c.taken_by.is_(None), HANDOVERS.c.by != who.login,
            HANDOVERS.c.role == who.role,
        )  # fmt: skip
        signed = Signed(who.login, "", at)
        with writing(self.engine) as tx:
            taken = {"taken_by": signed.who, "taken_at": signed.at}
            is_taken = tx.execute(HANDOVERS.update().where(*mine).values(taken)).rowcount == 1
            if is_taken:
                append(tx, signed, [Said("handovers.taken", name)])
        return is_taken

    def forget_notes(self, before: int) -> int:
        """The notes of handovers given before an instant (ms) go; what was handed over stays."""
        old = (HANDOVERS.c.at < before, HANDOVERS.c.notes != "")
        with writing(self.engine) as tx:
            return tx.execute(HANDOVERS.update().where(*old).values(notes="")).rowcount


def may_see(who: Principal, row: Handover) -> bool:
    """Whether a handover is of somebody's desk: of their role, or for whom supervises, and area."""
    areas = set(orjson.loads(row.areas))
    is_near = who.covers(areas) or EVERYWHERE in areas
    return is_near and who.role in (row.role, "supervisor")


def newest(tx: Connection, who: Principal, limit: int) -> list[Handover]:
    """The last handovers of somebody's desk, newest first."""
    query = sa.select(HANDOVERS).order_by(HANDOVERS.c.at.desc(), HANDOVERS.c.id.desc())
    if who.role != "supervisor":
        query = query.where(HANDOVERS.c.role == who.role)
    found = (row for row in tx.execute(query.limit(LOOKED_AT)) if may_see(who, row))
    return [row for row, _ in zip(found, range(limit), strict=False)]


def handover_of(tx: Connection, who: Principal, name: str) -> Handover | None:
    """A handover of somebody's desk."""
    row = tx.execute(sa.select(HANDOVERS).where(HANDOVERS.c.id == name)).one_or_none()
    return row if row is not None and may_see(who, row) else None
