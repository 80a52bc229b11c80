"""All that a page says around its cards, for whoever looks. Pure: a snapshot in, words out."""

from collections import Counter
from dataclasses import dataclass, field

from console.caseload import Held
from console.lifecycle.procedure import Procedure
from console.office import Snapshot
from console.pages.side import Side
from console.pages.speaker import Speaker
from schemas.alerts import SEVERITIES, Severity


@dataclass(slots=True)
class Counts:
    """The figures of the top and the bottom line. `since`: when the day began, in ms.

    `merged` are the alerts that nobody has to look at for themselves: of one incident with others,
    or suppressed by cause. `visits` are those that the list of visits has.
    """

    since: int = 0
    waiting: int = 0
    under_way: int = 0
    overdue: int = 0
    supervised: int = 0
    visits: int = 0
    closed_today: int = 0
    merged: int = 0
    levels: dict[Severity, int] = field(default_factory=dict)


class Tally:
    """The cases that somebody is shown, and their figures, kept as cases come, change and go: to
    count all of them each second for each person would cost more than all else they are told.
    """

    def __init__(self, procedure: Procedure) -> None:
        """Nothing is shown yet."""
        self._procedure = procedure
        self._shares: dict[str, Counter[str]] = {}
        self._sums: Counter[str] = Counter()
        self._closed: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._shares

    def clear(self) -> None:
        """Nothing is shown any more."""
        self._shares.clear()
        self._sums.clear()
        self._closed.clear()

    def put(self, held: Held) -> None:
        """A case is shown as it stands now."""
        name, closed_at = held.case.id, held.case.closed_at
        self.drop(name)
        share = self._shares[name] = self._share(held)
        self._sums.update(share)
        if closed_at is not None:
            self._closed[name] = closed_at

    def drop(self, name: str) -> None:
        """A case is shown no longer."""
        self._sums.subtract(self._shares.pop(name, ()))
        self._closed.pop(name, None)

    def _share(self, held: Held) -> Counter[str]:
        case, procedure = held.case, self._procedure
        share = Counter(merged=max(0, len(held.alerts) - 1))
        if procedure.is_over(case):
            return share
        begins = case.state == procedure.table.flows[case.flow].begins
        share["waiting" if begins else "under_way"] += 1
        share["overdue"] += case.overdue_at is not None
        share["supervised"] += case.supervised
        share[case.severity] += 1
        return share

    def counts(self, since: int) -> Counts:
        """The figures now; `since` is when the day began (ms)."""
        sums = self._sums
        return Counts(
            since=since, waiting=sums["waiting"], under_way=sums["under_way"],
            overdue=sums["overdue"], supervised=sums["supervised"], merged=sums["merged"],
            closed_today=sum(at >= since for at in self._closed.values()),
            levels={level: sums[level] for level in SEVERITIES if sums[level]},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """All that the page says around the cards. `now` is what ages count from, in ms."""

    now: int
    wall: int
    pulse: dict[str, str]
    quiet: str
    counts: Counts
    side: Side


def tell(speaker: Speaker, snapshot: Snapshot, counts: Counts, side: Side) -> Told:
    """All of it, in a speaker's language; `side` is the same for all who see the same."""
    return Told(
        now=snapshot.now,
        wall=snapshot.wall,
        pulse=speaker.pulse(snapshot, counts.levels) | {"estates": speaker.estates(snapshot)},
        quiet=speaker.quiet(snapshot),
        counts=counts,
        side=side,
    )
