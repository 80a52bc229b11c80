"""What an act of a case means for people: whether anybody is told, who, and for how long. Pure.

Only what is pushed rings when it is opened; what stands in a list waits to be looked at. What an
act says to somebody by name they are told in any case, once and outside their quiet hours.
"""

from dataclasses import dataclass, replace
from typing import Literal

from console.lifecycle.facts import Case, Deed
from console.lifecycle.procedure import Procedure
from schemas.base import Model
from schemas.events import event_id

Reason = Literal[
    "opened", "assigned", "returned", "reminded", "supervised", "assist", "climbed", "feed"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aim:
    """Who is meant: whoever has one of these duties in the first of these areas, or a reference."""

    duties: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Ring:
    """One telling. `key` is what it is about: two with one key are one.

    `staged` holds only while the case stands as it does, and is repeated till then; without
    `repeats` it is told once. `urgent` breaks through quiet hours.
    """

    key: str
    reason: Reason
    case: Case
    aim: Aim
    staged: bool
    repeats: bool
    urgent: bool


class Repeat(Model):
    """How often a ring is repeated until somebody accepts: `times` times, each `every_s`."""

    every_s: int
    times: int


@dataclass(frozen=True, slots=True)
class Stand:
    """How a case stood when somebody was told of it."""

    state: str
    since: int
    rung: int
    severity: str
    assigned: str

    @classmethod
    def of(cls, case: Case) -> "Stand":
        """How a case stands."""
        return cls(case.state, case.since, case.rung, case.severity, case.assigned)


def must_ring(case: Case) -> bool:
    """Whether nothing may keep it from ringing: red, duress, a watch hit."""
    return case.severity == "red" or case.police_only


def ring_of(procedure: Procedure, case: Case, deed: Deed, act: str) -> Ring | None:
    """Who is told because of an act, the case being as it is now; None: nobody."""
    if procedure.is_over(case):
        return _of_review(procedure, case, deed, act)
    if case.shelved_until is not None:
        return None
    if deed.kind in ("open", "join", "return", "file") and _waits(procedure, case):
        return _opened(procedure, case)
    if deed.kind == "return" and case.holder:
        return _said(case, "returned", act, Aim(ref=f"person:{case.holder}"))
    if deed.kind == "assign" and case.assigned == deed.to and case.state == "assigned":
        return _staged(case, "assigned", aim_at(procedure, case, deed.to))
    if deed.kind == "assist":
        return _said(case, "assist", act, aim_at(procedure, case, deed.to))
    if deed.kind == "remind":
        return _said(case, "reminded", act, whose(procedure, case))
    if deed.kind == "supervise":
        return _said(case, "supervised", act, whose(procedure, case))
    if deed.kind == "climb":
        return _climbed(procedure, case, deed)
    return None


def still_holds(procedure: Procedure, case: Case, told: Stand, *, staged: bool) -> bool:
    """Whether a telling still makes sense, the case being as it is now."""
    if case.shelved_until is not None:
        return False
    # What was said of a case that is closed since is old; what was said of its review is not.
    is_bound = staged or procedure.is_over(case)
    return not is_bound or Stand.of(case) == told


def _of_review(procedure: Procedure, case: Case, deed: Deed, act: str) -> Ring | None:
    """Who is told of a closed case whose review waits: whoever the clock names, once, by day."""
    if procedure.table.leads_to(case.flow, case.state, "review") is None:
        return None
    ring = None
    if deed.kind == "climb":
        ring = _climbed(procedure, case, deed)
    elif deed.kind in ("remind", "supervise"):
        rungs = procedure.rungs(case, deed.at)
        group = next((r.group for r in rungs if r.level == case.told_level), rungs[0].group)
        reason: Reason = "reminded" if deed.kind == "remind" else "supervised"
        ring = _said(case, reason, act, _duty(procedure, case, group))
    return ring and replace(ring, repeats=False, urgent=False)


def whose(procedure: Procedure, case: Case) -> Aim:
    """Who has a case now: whom it was given to, who holds it, or whoever is on duty for it."""
    if case.assigned:
        return aim_at(procedure, case, case.assigned)
    if case.holder:
        return Aim(ref=f"person:{case.holder}")
    return _duty(procedure, case, case.handler)


def aim_at(procedure: Procedure, case: Case, ref: str) -> Aim:
    """Whom a reference means: all of a role are whoever is on duty of it."""
    kind, _, name = ref.partition(":")
    return _duty(procedure, case, name) if kind == "group" else Aim(ref=ref)


def _duty(procedure: Procedure, case: Case, handler: str) -> Aim:
    role = procedure.role_of(handler)
    duties = dict.fromkeys((handler, role or handler))
    told = (case.told_node,) if case.told_node else ()
    return Aim(tuple(duties), tuple(dict.fromkeys((*told, *case.areas))))


def _waits(procedure: Procedure, case: Case) -> bool:
    return case.state == procedure.table.flows[case.flow].begins


def _opened(procedure: Procedure, case: Case) -> Ring | None:
    if case.delivery != "push" or (case.quiet and not must_ring(case)):
        return None
    return _staged(case, "opened", _duty(procedure, case, case.handler))


def _staged(case: Case, reason: Reason, aim: Aim) -> Ring:
    stand = Stand.of(case)
    key = event_id(
        "stage", case.id, reason, stand.state, stand.since, stand.rung, stand.severity, aim.ref
    )
    repeats = case.delivery == "push" and not case.quiet
    return Ring(key, reason, case, aim, staged=True, repeats=repeats, urgent=must_ring(case))


def _said(case: Case, reason: Reason, act: str, aim: Aim) -> Ring:
    key = event_id("act", act, reason)
    return Ring(key, reason, case, aim, staged=False, repeats=False, urgent=must_ring(case))


def _climbed(procedure: Procedure, case: Case, deed: Deed) -> Ring | None:
    """The rung that was told; nobody where the case has moved on since."""
    level, _, node = deed.to.partition(":")
    if (case.told_level, case.told_node) != (level, node) or case.overdue_at is None:
        return None
    group = next((r.group for r in procedure.rungs(case, deed.at) if r.level == level), None)
    if group is None:
        return None
    areas = (node,) if node else case.areas
    return _staged(case, "climbed", Aim((group,), areas))
