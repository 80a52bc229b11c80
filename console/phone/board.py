"""What stands open and what was closed today, in memory, by area: phones ask for it all the time.

The database is the owner: each question first takes in what was done since the last one. Those that
only ask whether anything changed share such a look for a quarter of a second; a phone sees its own
act at once. What is asked of the database in `queue` is answered here alike:
`tests/console/phone/test_board.py` holds both against each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from time import monotonic

import sqlalchemy as sa
from sqlalchemy import Engine

from console.accounts.principal import Principal
from console.caseload import AT_ONCE, Caseload
from console.cases.reading import Counts
from console.cases.sight import Onlooker
from console.cases.tables import ACTS
from console.lifecycle.facts import Case
from console.lifecycle.procedure import Procedure
from console.phone.queue import PAGE, Line, View
from schemas.alerts import SEVERITIES
from schemas.events import event_id

CASES_MAX = 1_000_000
"""All of them: a list that lacks what is open would lie."""
ON_BOARD: frozenset[View] = frozenset({"all", "mine", "overdue", "supervised"})
"""The lists that it answers; the others reach back further than today."""
_LAST = sa.select(sa.func.max(ACTS.c.sequence)).scalar_subquery()
_LATE = sa.select(sa.func.count()).where(ACTS.c.sequence > _LAST - AT_ONCE).scalar_subquery()
_MARK = sa.select(_LAST, _LATE)
_GRAVITY = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True)
class Seen:
    """What one person sees: their open cases, and those closed since an instant (ms)."""

    onlooker: Onlooker
    cases: tuple[Case, ...]
    since: int

    @cached_property
    def tag(self) -> str:
        """What stays the same as long as nothing of all this changes, nor who asks."""
        who = self.onlooker.who
        asker = (who.login, who.role, *sorted(who.areas), *sorted(who.kinds), *sorted(who.teams))
        versions = sorted(f"{case.id} {case.version}" for case in self.cases)
        return f'"{event_id("board", self.since, *asker, *versions)[:20]}"'

    @cached_property
    def _open(self) -> list[Line]:
        over, is_theirs = self.onlooker.procedure.is_over, self.onlooker.has_to_do
        return [Line(case, is_theirs(case)) for case in self.cases if not over(case)]

    def counts(self) -> Counts:
        """The figures above the list."""
        begins = {flow.begins for flow in self.onlooker.procedure.table.flows.values()}
        cases = [line.case for line in self._open]
        return Counts(
            waiting=sum(case.state in begins for case in cases), open=len(cases),
            mine=sum(line.is_mine for line in self._open),
            overdue=sum(case.overdue_at is not None for case in cases),
            supervised=sum(case.supervised for case in cases),
            shelved=sum(case.shelved_until is not None for case in cases),
            closed_since=sum(_closed_since(case, self.since) for case in self.cases),
        )  # fmt: skip

    def page(self, view: View, estate: str, skip: int) -> list[Line]:
        """At most one more than a page, beginning behind `skip` cases. `estate` "" is all."""
        wanted = [
            line for line in self._open
            if _is_in(view, line) and estate in ("", line.case.estate)
        ]  # fmt: skip
        return sorted(wanted, key=_order)[skip : skip + PAGE + 1]


def _is_in(view: View, line: Line) -> bool:
    if view == "mine":
        return line.is_mine
    if view == "overdue":
        return line.case.overdue_at is not None
    return line.case.supervised if view == "supervised" else True


def _order(line: Line) -> tuple[object, ...]:
    case = line.case
    due = (case.due_at is None, case.due_at or 0)
    return (not line.is_mine, -_GRAVITY[case.severity], *due, -case.opened_at, case.id)


def _closed_since(case: Case, since: int) -> bool:
    return case.closed_at is not None and case.closed_at >= since


class Board:
    """The cases of one database. Any thread may ask; they take turns."""

    def __init__(self, engine: Engine, procedure: Procedure, rest_s: float = 0.0) -> None:
        """Nothing is read yet. For `rest_s` after a look those who ask again need none."""
        self._engine, self._procedure, self._rest_s = engine, procedure, rest_s
        self._fresh_until = 0.0
        self._load = Caseload(engine, CASES_MAX)
        self._turn = Lock()
        self._under: dict[str, set[str]] = {}
        self._keys: dict[str, frozenset[str]] = {}
        self._mark: tuple[int, int] | None = None
        self._since = 0

    @property
    def is_at_hand(self) -> bool:
        """Whether it answers at once, without a look into the database."""
        return self._mark is not None and monotonic() < self._fresh_until

    def acted(self) -> None:
        """Somebody did something here: who asks next is told of it."""
        self._fresh_until = 0.0

    def text(self, name: str) -> str:
        """The words of a case's report, as far as the board holds it."""
        held = self._load.get(name)
        return held.text if held else ""

    def seen(self, who: Principal, since: int, *, is_again: bool = False) -> Seen:
        """What somebody sees now; `since` is the beginning of the day (ms). `is_again`: they only
        ask whether it is still the same, and many at once share one look.
        """
        with self._turn:
            if not is_again or since != self._since or monotonic() >= self._fresh_until:
                self._fresh_until = monotonic() + self._rest_s
                self._follow(since)
            onlooker = Onlooker(self._procedure, who)
            found = (self._load.get(name) for name in self._near(onlooker))
            cases = (held.case for held in found if held is not None)
            return Seen(onlooker, tuple(case for case in cases if onlooker.sees(case)), since)

    def _near(self, onlooker: Onlooker) -> Iterable[str]:
        """The cases in somebody's areas, and those given to them by name."""
        if onlooker.who.is_everywhere:
            return self._keys
        none: set[str] = set()
        wanted = onlooker.who.areas | onlooker.names
        return none.union(*(self._under.get(key, none) for key in wanted))

    def _follow(self, since: int) -> None:
        """Take in what was done until now. The mark is read before what it stands for."""
        mark = self._marked()
        if self._mark is None or since < self._since:
            self._load.take(self._load.read_all(since))
            self._index(held.case.id for held in self._load.all())
        elif mark != self._mark:
            self._index(self._load.take(self._load.read()))
        if since > self._since:
            is_over = self._procedure.is_over
            gone = self._load.prune(lambda case: not is_over(case) or _closed_since(case, since))
            self._forget(gone)
        self._mark, self._since = mark, since

    def _marked(self) -> tuple[int, int]:
        """The last act, and how many there were of late: of two at once the one that was numbered
        first may be kept second.
        """
        with self._engine.connect() as connection:
            last, late = connection.execute(_MARK).one()
        return last or 0, late

    def _index(self, names: Iterable[str]) -> None:
        for name in names:
            held = self._load.get(name)
            if held is None:
                continue
            self._forget([name])
            keys = frozenset((*held.case.areas, *held.case.parties))
            self._keys[name] = keys
            for key in keys:
                self._under.setdefault(key, set()).add(name)

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            for key in self._keys.pop(name, ()):
                self._under[key].discard(name)
