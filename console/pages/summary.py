"""All that a page says around its cards, for whoever looks. Pure: a snapshot in, words out."""

from dataclasses import dataclass, field

from console.caseload import Held
from console.lifecycle.procedure import Procedure
from console.office import Snapshot
from console.pages.side import Side, SideWriter
from console.pages.speaker import Speaker
from schemas.alerts import Severity


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

    def count(self, held: Held, procedure: Procedure) -> None:
        """Counts a case that is in sight."""
        case = held.case
        self.merged += max(0, len(held.alerts) - 1)
        self.closed_today += case.closed_at is not None and case.closed_at >= self.since
        if procedure.is_over(case):
            return
        begins = case.state == procedure.table.flows[case.flow].begins
        self.waiting += begins
        self.under_way += not begins
        self.overdue += case.overdue_at is not None
        self.supervised += case.supervised
        self.levels[case.severity] = self.levels.get(case.severity, 0) + 1


@dataclass(frozen=True, slots=True)
class Told:
    """All that the page says around the cards. `now` is what ages count from, in ms."""

    now: int
    wall: int
    pulse: dict[str, str]
    quiet: str
    counts: Counts
    side: Side


def tell(speaker: Speaker, snapshot: Snapshot, counts: Counts) -> Told:
    """All of it, in a speaker's language."""
    return Told(
        now=snapshot.now,
        wall=snapshot.wall,
        pulse=speaker.pulse(snapshot, counts.levels) | {"estates": speaker.estates(snapshot)},
        quiet=speaker.quiet(snapshot),
        counts=counts,
        side=SideWriter(speaker).side(snapshot),
    )
