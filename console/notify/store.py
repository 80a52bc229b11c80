"""Notices in the database: made from acts, claimed, tried, and done.

A notice is claimed in a transaction that also writes down the attempt; then it is sent; then the
answer is written down. Whoever dies in between leaves an attempt without an answer, and when the
claim runs out the notice is sent again under the same id: at least once, and the receiver can tell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.cases.tables import ACTS
from console.database import insert_new, writing
from console.lifecycle.facts import Case
from console.notify.audience import Way
from console.notify.tables import CHANNEL_HEALTH, NOTICE_ATTEMPTS, NOTICES, NOTIFY_ACTS
from console.notify.whom import Repeat, Ring, Stand
from console.notify.wire import Outcome
from schemas.base import MS_PER_S
from schemas.events import event_id

WAITING, SENT, FAILED, DROPPED, NOBODY = "waiting", "sent", "failed", "dropped", "nobody"
UNDER_WAY, DELIVERED, REFUSED, INTERRUPTED = "under_way", "delivered", "refused", "interrupted"
TRIES_MAX = 8
RETRY_MAX_S = 60
DEAD_AFTER = 3
"""A channel counts as dead after so many failures one after the other (own judgement)."""


@dataclass(frozen=True, slots=True)
class Going:
    """A notice on its way: its row, and which attempt of it this is."""

    id: str
    channel: str
    case: Case
    people: tuple[str, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a channel does. Instants in ms."""

    channel: str
    failures: int
    last_at: int
    last_ok_at: int | None
    code: str
    line: str

    @property
    def is_dead(self) -> bool:
        """Whether it failed too often to be hoped for."""
        return self.failures >= DEAD_AFTER


@dataclass(frozen=True, slots=True)
class Proof:
    """One attempt of one notice, as it is shown with its case. Instants in ms."""

    reason: str
    channel: str
    people: tuple[str, ...]
    status: str
    due_at: int
    number: int
    at: int | None
    answered_at: int | None
    outcome: str
    code: str
    line: str
    notice: str = ""


def has_acts(tx: Connection) -> bool:
    """Whether an act waits for a thought."""
    return tx.scalar(sa.select(NOTIFY_ACTS.c.act).limit(1)) is not None


def has_due(tx: Connection, now: int) -> bool:
    """Whether a notice's time has come."""
    mine = (NOTICES.c.status == WAITING, NOTICES.c.due_at <= now)
    return tx.scalar(sa.select(NOTICES.c.id).where(*mine).limit(1)) is not None


def waiting_acts(tx: Connection, limit: int) -> list[sa.Row[Any]]:
    """Acts that nobody has thought about; no other console gets them until the transaction ends."""
    query = sa.select(NOTIFY_ACTS.c.act).order_by(NOTIFY_ACTS.c.at, NOTIFY_ACTS.c.act).limit(limit)
    names = list(tx.scalars(query.with_for_update(skip_locked=True)))
    rows = tx.execute(sa.select(ACTS).where(ACTS.c.id.in_(names)).order_by(ACTS.c.sequence))
    return list(rows)


def thought_about(tx: Connection, acts: Iterable[str]) -> None:
    """These acts need no more thought."""
    tx.execute(NOTIFY_ACTS.delete().where(NOTIFY_ACTS.c.act.in_(list(acts))))


def keep(tx: Connection, ring: Ring, ways: Iterable[Way], at: int, repeat: Repeat) -> int:
    """Keep the notices of a ring, all rounds of them; how many are new.

    A ring that reaches nobody is kept too: that nobody was on duty must be seen.
    """
    found = list(ways) or [Way("")]
    times = repeat.times if ring.repeats and found[0].channel else 1
    rows = [
        _row(ring, way, number, at + number * repeat.every_s * MS_PER_S, at)
        for way in found
        for number in range(times)
    ]
    return insert_new(tx, NOTICES, rows)


def _row(ring: Ring, way: Way, number: int, due_at: int, at: int) -> dict[str, Any]:
    stand = Stand.of(ring.case)
    reached = bool(way.channel)
    return {
        "id": event_id("notice", ring.key, way.channel, *way.people[:1], number),
        "case": ring.case.id, "reason": ring.reason, "channel": way.channel,
        "people": orjson.dumps(way.people).decode(), "severity": stand.severity,
        "state": stand.state, "since": stand.since, "rung": stand.rung,
        "assigned": stand.assigned, "staged": ring.staged, "urgent": ring.urgent,
        "round": number, "made_at": at, "due_at": due_at,
        "status": WAITING if reached else NOBODY, "tries": 0,
        "done_at": None if reached else at,
    }  # fmt: skip


def stand_of(row: sa.Row[Any]) -> Stand:
    """How the case of a notice stood when it was made."""
    return Stand(row.state, row.since, row.rung, row.severity, row.assigned)


def people_of(people: str) -> tuple[str, ...]:
    """Who is called by a notice, from its JSON."""
    return tuple(orjson.loads(people))


def due(tx: Connection, now: int, limit: int, busy: Iterable[str] = ()) -> list[sa.Row[Any]]:
    """Notices whose time has come, the gravest first; locked until the transaction ends."""
    free = sa.or_(NOTICES.c.claimed_until.is_(None), NOTICES.c.claimed_until < now)
    mine = (NOTICES.c.status == WAITING, NOTICES.c.due_at <= now, free)
    query = sa.select(NOTICES).where(*mine, NOTICES.c.channel.not_in(list(busy)))
    order = (NOTICES.c.urgent.desc(), NOTICES.c.due_at, NOTICES.c.id)
    query = query.order_by(*order).limit(limit).with_for_update(skip_locked=True)
    return list(tx.execute(query))


def claim(tx: Connection, row: sa.Row[Any], now: int, until: int) -> int:
    """Take a notice: the attempt is written down before it is made. Its number."""
    number: int = row.tries + 1
    open_one = (NOTICE_ATTEMPTS.c.notice == row.id, NOTICE_ATTEMPTS.c.outcome == UNDER_WAY)
    tx.execute(NOTICE_ATTEMPTS.update().where(*open_one).values(outcome=INTERRUPTED))
    tx.execute(NOTICE_ATTEMPTS.insert().values(
        notice=row.id, channel=row.channel, number=number, at=now, outcome=UNDER_WAY, code="",
        line="",
    ))  # fmt: skip
    change_notice(tx, row.id, claimed_until=until, tries=number)
    return number


def change_notice(tx: Connection, name: str, **values: object) -> None:
    """Change a notice."""
    tx.execute(NOTICES.update().where(NOTICES.c.id == name).values(**values))


def finish(engine: Engine, going: Going, outcome: Outcome, now: int) -> None:
    """Write down what an attempt came to, and when the next one is."""
    done: dict[str, object] = {"claimed_until": None, "done_at": now, "status": SENT}
    if not outcome.ok and not outcome.final and going.number < TRIES_MAX:
        done |= {"status": WAITING, "done_at": None, "due_at": now + retry_ms(going.number)}
    elif not outcome.ok:
        done["status"] = FAILED
    one = (NOTICE_ATTEMPTS.c.notice == going.id, NOTICE_ATTEMPTS.c.number == going.number)
    told = {"answered_at": now, "code": outcome.code, "line": outcome.line}
    told["outcome"] = DELIVERED if outcome.ok else REFUSED
    with writing(engine) as tx:
        tx.execute(NOTICE_ATTEMPTS.update().where(*one).values(told))
        # Another console has it where the claim ran out meanwhile; the attempt counts all the same.
        mine = (NOTICES.c.id == going.id, NOTICES.c.tries == going.number)
        tx.execute(NOTICES.update().where(*mine).values(done))
        keep_health(tx, going.channel, outcome, now)


def retry_ms(number: int) -> int:
    """How long to wait after a failed attempt: 1, 2, 4 … 60 s."""
    return min(1 << (number - 1), RETRY_MAX_S) * MS_PER_S


def keep_health(tx: Connection, channel: str, outcome: Outcome, now: int) -> None:
    """Remember how a channel did last."""
    mine = CHANNEL_HEALTH.c.channel == channel
    fresh = {"failures": 0, "last_at": now, "last_ok_at": None, "code": "", "line": ""}
    insert_new(tx, CHANNEL_HEALTH, [{"channel": channel, **fresh}])
    change: dict[str, Any] = {"last_at": now, "code": outcome.code, "line": outcome.line}
    if outcome.ok:
        change |= {"failures": 0, "last_ok_at": now}
    else:
        change["failures"] = CHANNEL_HEALTH.c.failures + 1
    tx.execute(CHANNEL_HEALTH.update().where(mine).values(change))


def health(engine: Engine) -> dict[str, Health]:
    """How the channels do, by name."""
    with engine.connect() as connection:
        return {row.channel: Health(*row) for row in connection.execute(sa.select(CHANNEL_HEALTH))}


def counts(engine: Engine) -> Mapping[str, int]:
    """How many acts wait for a thought, and how many notices for their time or an answer."""
    with engine.connect() as connection:
        acts = connection.scalar(sa.select(sa.func.count()).select_from(NOTIFY_ACTS)) or 0
        waits = sa.select(sa.func.count()).select_from(NOTICES)
        notices = connection.scalar(waits.where(NOTICES.c.status == WAITING)) or 0
    return {"acts": acts, "notices": notices}


def place_of(proof: Proof) -> tuple[int, str, int]:
    """Where a proof stands among those of its case."""
    return -(proof.due_at if proof.at is None else proof.at), proof.notice, proof.number


def proofs(
    tx: Connection, case: str, limit: int, after: tuple[int | str, ...] | None = None
) -> list[Proof]:
    """Who was told of a case and the proof of it, newest first, beginning behind a place."""
    both = NOTICES.outerjoin(NOTICE_ATTEMPTS, NOTICE_ATTEMPTS.c.notice == NOTICES.c.id)
    attempt = NOTICE_ATTEMPTS.c
    query = sa.select(
        NOTICES.c.reason, NOTICES.c.channel, NOTICES.c.people, NOTICES.c.status, NOTICES.c.due_at,
        NOTICES.c.tries, attempt.number, attempt.at, attempt.answered_at, attempt.outcome,
        attempt.code, attempt.line, NOTICES.c.id,
    ).select_from(both).where(
        # Repetitions that may never come prove nothing.
        NOTICES.c.case == case, sa.or_(attempt.at.is_not(None), NOTICES.c.round == 0)
    )  # fmt: skip
    newest = -sa.func.coalesce(attempt.at, NOTICES.c.due_at)
    order = (newest, NOTICES.c.id, sa.func.coalesce(attempt.number, 0))
    if after is not None:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*after))
    rows = tx.execute(query.order_by(*order).limit(limit))
    return [
        Proof(
            row.reason, row.channel, people_of(row.people), row.status, row.due_at, row.number or 0,
            row.at, row.answered_at, row.outcome or "", row.code or "", row.line or "",
            row.id,
        )
        for row in rows
    ]  # fmt: skip


def forget(engine: Engine, before: int) -> None:
    """Let go of notices that were done before an instant (ms), with their proofs."""
    with writing(engine) as tx:
        old = sa.select(NOTICES.c.id).where(NOTICES.c.done_at < before)
        tx.execute(NOTICE_ATTEMPTS.delete().where(NOTICE_ATTEMPTS.c.notice.in_(old)))
        tx.execute(NOTICES.delete().where(NOTICES.c.done_at < before))
