"""What a case is opened with, what is done to it, and the case itself. Pure values."""

from dataclasses import dataclass, field

from pydantic import Field

from console.lifecycle.table import FlowName, Role
from schemas.acts import ActKind, Rating, Verdict
from schemas.alerts import Delivery, Handler, Severity
from schemas.base import Instant, Model, Words

WHY_MAX = 2000
REF = r"^(person|team|group):[^\s|,]{1,64}$"


class Facts(Model):
    """What an alert or a report says of the case that it opens or joins.

    `kind` is the situation or the category of report. `nodes` are the ids of the two trees above
    the estate by level, `areas` all that the place lies in, from near to far, and the nodes.
    `named_roles` are the only roles and teams that may see it, if there are any. `devices` are
    those of its evidence. `quiet` says why it rings nobody: `shelf`, `flood` or `afterwards`.
    """

    flow: FlowName
    kind: str
    source: str
    estate: str
    place: str
    place_name: Words
    severity: Severity
    handler: Handler
    also: tuple[Handler, ...] = ()
    delivery: Delivery = "list"
    police_only: bool = False
    named_roles: tuple[str, ...] = ()
    nodes: dict[str, str] = Field(default_factory=dict)
    areas: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    quiet: str = ""
    shelved_until: Instant | None = None
    reporter: str = ""


class Deed(Model):
    """One act as it is done. `version` is that of the case it is done to; `facts` go with the
    console's own acts.
    """

    kind: ActKind
    by: str
    at: Instant
    version: int
    why: str = Field(default="", max_length=WHY_MAX)
    to: str = ""
    until: Instant | None = None
    number: str = ""
    verdict: Verdict | None = None
    rating: Rating | None = None
    pictures: tuple[str, ...] = ()
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a login, their role and teams. `SYSTEM` has no role."""

    id: str
    role: Role | None = None
    teams: frozenset[str] = frozenset()

    def is_party(self, ref: str, groups: frozenset[str]) -> bool:
        """Whether a case that was given to `ref` was given to this person.

        `groups` are the handlers that the person's role stands for.
        """
        kind, _, name = ref.partition(":")
        known = {"person": {self.id}, "team": self.teams, "group": groups}
        return name in known.get(kind, set())


@dataclass(frozen=True, slots=True)
class Party:
    """Whom a case is given to: its reference, its role, and whether it looks after the area."""

    ref: str
    role: Role | None
    covers: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """One case at one version. Times are in ms since the epoch.

    `since` is when it came to its state, `due_at` until when it should leave it, `wake_at` when the
    console must look at it again; `rung` how far it has climbed, and `told` the level and node
    told. `left_ms` is what was left of its time when it was shelved.
    """

    id: str
    flow: FlowName
    kind: str
    estate: str
    place: str
    place_name: Words
    severity: Severity
    handler: Handler
    delivery: Delivery
    opened_at: int
    state: str
    since: int
    changed_at: int
    version: int = 1
    police_only: bool = False
    named_roles: tuple[str, ...] = ()
    nodes: dict[str, str] = field(default_factory=dict)
    areas: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    quiet: str = ""
    reporter: str = ""
    holder: str = ""
    assigned: str = ""
    due_at: int | None = None
    wake_at: int | None = None
    rung: int = 0
    told_level: str = ""
    told_node: str = ""
    overdue_at: int | None = None
    shelved_until: int | None = None
    left_ms: int | None = None
    extended: int = 0
    reminded: int = 0
    supervised: bool = False
    number: str = ""
    verdict: Verdict | None = None
    rating: Rating | None = None
    closed_by: str = ""
    closed_at: int | None = None
    last_by: str = ""
    last_act: ActKind = "open"
