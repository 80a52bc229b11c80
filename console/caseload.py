"""The cases in sight of anybody, held in memory beside the alerts: what all open pages show.

The database is the owner. Its acts tell which cases changed; those are read anew, once for all
pages. The last acts are looked at again each time: of two at once the one that was numbered first
may be kept second.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from console.cases.rows import case_of_text
from console.cases.tables import ACTS, CASE_ALERTS, CASES, REPORTS, open_or_closed_after
from console.database import in_parts
from console.lifecycle.facts import Case
from schemas.alerts import SEVERITIES

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Held:
    """One case, the ids of its alerts, and the words of its report."""

    case: Case
    alerts: tuple[str, ...] = ()
    text: str = ""


@dataclass(slots=True)
class News:
    """What was read anew: cases by id, and how far the acts were read."""

    held: dict[str, Held] = field(default_factory=dict)
    acts: tuple[int, ...] = ()


class Caseload:
    """The open cases, and those closed lately. `read` may run in a thread, `take` may not."""

    def __init__(self, engine: Engine, size: int) -> None:
        """For at most `size` cases: the gravest and newest."""
        self._engine = engine
        self._size = size
        self._last = 0
        self._seen: set[int] = set()
        self._held: dict[str, Held] = {}
        self._case_of: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._held)

    def get(self, name: str) -> Held | None:
        """A case that is held."""
        return self._held.get(name)

    def case_of(self, alert: str) -> str | None:
        """The case of an alert, as far as it is held."""
        return self._case_of.get(alert)

    def all(self) -> list[Held]:
        """All of them, in no order that means anything."""
        return list(self._held.values())

    def read_all(self, closed_after: int) -> News:
        """Everything that stands, and what was closed after an instant (ms)."""
        gravity = sa.case(
            {severity: rank for rank, severity in enumerate(SEVERITIES)}, value=CASES.c.severity
        )
        order = (CASES.c.is_over, gravity.desc(), CASES.c.opened_at.desc())
        query = (
            sa.select(CASES.c.id)
            .where(open_or_closed_after(closed_after))
            .order_by(*order)
            .limit(self._size)
        )
        with self._engine.connect() as connection:
            last = connection.scalar(sa.select(sa.func.max(ACTS.c.sequence))) or 0
            held = _read(connection, list(connection.scalars(query)))
        return News(held, (last,))

    def read(self) -> News:
        """The cases that were acted on since the last time."""
        after = max(0, self._last - AT_ONCE)
        query = sa.select(ACTS.c.sequence, ACTS.c.case).where(ACTS.c.sequence > after)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(ACTS.c.sequence)).all()
            fresh = [row for row in rows if row.sequence not in self._seen]
            names = list(dict.fromkeys(row.case for row in fresh))
            return News(_read(connection, names), tuple(row.sequence for row in rows))

    def take(self, news: News) -> set[str]:
        """Take in what was read: the ids of the cases that changed."""
        self._last = max((*news.acts, self._last))
        self._seen = {one for one in (*self._seen, *news.acts) if one > self._last - AT_ONCE}
        for name, held in news.held.items():
            self._held[name] = held
            for alert in held.alerts:
                self._case_of[alert] = name
        return set(news.held)

    def prune(self, is_kept: Callable[[Case], bool]) -> set[str]:
        """Let go of the cases that `is_kept` no longer wants, and of the last beyond the size."""
        gone = [held for held in self._held.values() if not is_kept(held.case)]
        over = len(self._held) - len(gone) - self._size
        if over > 0:
            left = [held for held in self._held.values() if is_kept(held.case)]
            gone += sorted(left, key=_order)[-over:]
        for held in gone:
            del self._held[held.case.id]
            for alert in held.alerts:
                self._case_of.pop(alert, None)
        return {held.case.id for held in gone}


def _order(held: Held) -> tuple[bool, int, int]:
    case = held.case
    return (case.closed_at is not None, -SEVERITIES.index(case.severity), -case.opened_at)


def _read(connection: Connection, names: Sequence[str]) -> dict[str, Held]:
    found: dict[str, Held] = {}
    for some in in_parts(names):
        found |= _page(connection, some)
    return found


def _page(connection: Connection, names: Sequence[str]) -> dict[str, Held]:
    bodies = sa.select(CASES.c.body).where(CASES.c.id.in_(names))
    alerts = sa.select(CASE_ALERTS.c.case, CASE_ALERTS.c.alert).where(CASE_ALERTS.c.case.in_(names))
    reports = sa.select(REPORTS.c.case, REPORTS.c.text).where(REPORTS.c.case.in_(names))
    of: dict[str, list[str]] = {}
    for row in connection.execute(alerts.order_by(CASE_ALERTS.c.alert)):
        of.setdefault(row.case, []).append(row.alert)
    texts = {row.case: row.text for row in connection.execute(reports)}
    cases: Iterable[Case] = (case_of_text(body) for body in connection.scalars(bodies))
    return {
        case.id: Held(case, tuple(of.get(case.id, ())), texts.get(case.id, "")) for case in cases
    }
