"""What the API is asked and answers about cases."""

from typing import Annotated

from pydantic import Field, StringConstraints

from console.cases.reading import Counts
from console.lifecycle.clocks import TreeName
from console.lifecycle.facts import WHY_MAX
from console.lifecycle.table import FlowName, Role
from schemas.acts import Act, ActKind, Rating, Verdict
from schemas.alerts import Delivery, Handler, Severity
from schemas.base import Instant, Model, Words

Ref = Annotated[str, StringConstraints(pattern=r"^(person|team|group):[^\s|,]{1,64}$")]


class CaseAnswer(Model):
    """A case as it is shown.

    `acts` are those that whoever asks may do now; `due_at` is until when it should leave its state,
    `overdue_at` since when it is late, `told` who was told of it last. `quiet` says why it rings
    nobody: `shelf`, `flood` or `afterwards`.
    """

    id: str
    version: int
    flow: FlowName
    kind: str
    title: Words
    tree: TreeName
    estate: str
    place: str
    place_name: Words
    severity: Severity
    handler: Handler
    delivery: Delivery
    state: str
    state_name: Words
    is_over: bool
    opened_at: Instant
    since: Instant
    changed_at: Instant
    due_at: Instant | None
    overdue_at: Instant | None
    told: str
    told_name: Words
    told_node: str
    holder: str
    assigned: str
    parties: list[str]
    quiet: str
    shelved_until: Instant | None
    police_only: bool
    supervised: bool
    reminded: int
    extended: int
    number: str
    verdict: Verdict | None
    rating: Rating | None
    closed_at: Instant | None
    acts: list[ActKind]


class ReportAnswer(Model):
    """What somebody reported. `filed_by` is shown to staff and to whoever it is."""

    text: str
    dwelling: str | None
    against: str | None
    filed_by: str
    filed_at: Instant


class CaseDetail(CaseAnswer):
    """One case with its alerts, and its report where it began with one."""

    alerts: list[str]
    report: ReportAnswer | None


class CountsAnswer(Model):
    """The figures of what the asker sees; `closed_today` since midnight on the office's clock."""

    waiting: int
    open: int
    mine: int
    overdue: int
    supervised: int
    shelved: int
    closed_today: int

    @classmethod
    def of(cls, counts: Counts) -> "CountsAnswer":
        """From the figures of the database."""
        return cls(
            waiting=counts.waiting, open=counts.open, mine=counts.mine, overdue=counts.overdue,
            supervised=counts.supervised, shelved=counts.shelved, closed_today=counts.closed_since,
        )  # fmt: skip


class ActAsked(Model):
    """An act to be done to the version that the asker looked at."""

    kind: ActKind
    version: int = Field(ge=0)
    why: str = Field(default="", max_length=WHY_MAX)
    to: Ref | None = None
    until: Instant | None = None
    number: str = Field(default="", max_length=64)
    verdict: Verdict | None = None
    rating: Rating | None = None


class ActAnswer(Model):
    """An act that was done, and the case as it is now."""

    act: Act
    case: CaseAnswer


class ActName(Words):
    """What an act is called, who may do it, and what must be said with it."""

    roles: list[Role]
    needs: list[str]


class FlowAnswer(Model):
    """The states of a flow by name, where it begins and where it is over, and all its moves."""

    begins: str
    over: list[str]
    states: dict[str, Words]
    moves: dict[str, dict[str, str]]


class ProcedureAnswer(Model):
    """The whole procedure: for pages that draw it, and for programs that follow it."""

    flows: dict[str, FlowAnswer]
    acts: dict[str, ActName]
    roles: dict[str, Words]
    verdicts: dict[str, Words]
    levels: dict[str, Words]


class ShelfAsked(Model):
    """A situation to be put on the shelf: everywhere in an estate, at a place, or of a device."""

    estate: str = Field(min_length=1, max_length=64)
    rule: str = Field(min_length=1, max_length=64)
    place: str | None = Field(default=None, max_length=64)
    device: str | None = Field(default=None, max_length=64)
    why: str = Field(min_length=4, max_length=500)
    until: Instant


class ShelfAnswer(ShelfAsked):
    """A shelf that holds something back now."""

    id: int
    by: str
    begun_at: Instant


class FloodAnswer(Model):
    """A flood at a desk: what could wait was gathered in the list, `gathered` cases of it."""

    desk: str
    estate: str
    began_at: Instant
    ended_at: Instant | None
    gathered: int


class VerdictsAnswer(Model):
    """Verdicts on the cases of one situation or device.

    `false_share` is among those that could be verified; `false_share_at_least` is what it is at
    least with 95 % certainty, which is little while there are few.
    """

    name: str
    true: int
    false: int
    cannot_be_verified: int
    false_share: float | None
    false_share_at_least: float | None


class StatisticsAnswer(Model):
    """Verdicts on cases opened since an instant, by situation, by device, and by both.

    A case counts once for each situation whose alerts it gathers and each device they rest on. By
    both, named `SITUATION DEVICE`, it counts for the situation that opened it.
    """

    since: Instant
    by_rule: list[VerdictsAnswer]
    by_device: list[VerdictsAnswer]
    by_rule_and_device: list[VerdictsAnswer]


class CategoryAnswer(Words):
    """A kind of report: whether two sides quarrel, and who looks after it first."""

    dispute: bool
    handler: Handler
