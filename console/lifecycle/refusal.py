"""Whether an act is possible, and if not the reason in words that say what to do instead."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from console.lifecycle.clocks import HOUR_MS
from console.lifecycle.facts import Actor, Case, Deed, Party
from console.lifecycle.procedure import Procedure
from console.lifecycle.table import SYSTEM, ActRule, Need
from console.wall_clock import local
from schemas.acts import ActKind
from schemas.base import Model, Words

NUMBER = re.compile(r"[0-9A-Za-z-]{4,40}")


class Refusal(Model):
    """Why an act is not possible: a code for programs, words for people, the case's version."""

    code: str
    zh: str
    en: str
    version: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """An act that somebody is about to do to a case; `party` is whom it would be given to."""

    procedure: Procedure
    case: Case
    deed: Deed
    actor: Actor
    party: Party | None = None

    @property
    def rule(self) -> ActRule:
        """What the table says of the act."""
        return self.procedure.table.acts[self.deed.kind]

    @property
    def groups(self) -> frozenset[str]:
        """The handlers that the actor's role stands for."""
        return groups_of(self.procedure, self.actor)

    def refuse(self, code: str, **values: object) -> Refusal:
        """The refusal of a code; both languages are filled from the same values."""
        table = self.procedure.table
        said = {"act": self.rule, "state": table.flows[self.case.flow].states[self.case.state]}
        both = {name: _both(value) for name, value in {**said, **values}.items()}
        words = table.refusals[code]
        return Refusal(
            code=code, version=self.case.version,
            zh=words.zh.format(**{name: one.zh for name, one in both.items()}),
            en=words.en.format(**{name: one.en for name, one in both.items()}),
        )  # fmt: skip


def _both(value: object) -> Words:
    return value if isinstance(value, Words) else Words(zh=str(value), en=str(value))


def _listed(words: Iterable[Words]) -> Words:
    said = list(words)
    return Words(
        zh="、".join(one.zh for one in said) or "无",
        en=", ".join(one.en for one in said) or "nothing",
    )


def groups_of(procedure: Procedure, actor: Actor) -> frozenset[str]:
    """The first handlers that somebody of a role is: a property worker does maintenance too."""
    return procedure.handlers_of(actor.role) if actor.role else frozenset()


def refusal(attempt: Attempt) -> Refusal | None:
    """Why an act is refused; None where it may be done. The first reason found is told."""
    return next((said for check in _CHECKS if (said := check(attempt)) is not None), None)


def is_possible(procedure: Procedure, case: Case, act: ActKind, actor: Actor) -> bool:
    """Whether an act can be offered to somebody, before they say anything more."""
    rule = procedure.table.acts[act]
    if actor.role not in rule.roles or procedure.table.leads_to(case.flow, case.state, act) is None:
        return False
    blank = Attempt(procedure, case, Deed(kind=act, by=actor.id, at=0, version=case.version), actor)
    return all(check(blank) is None for check in _STANDING)


def _stale(attempt: Attempt) -> Refusal | None:
    case = attempt.case
    if attempt.deed.version == case.version:
        return None
    if attempt.actor.role == "resident":
        return attempt.refuse("moved_on", version=case.version)
    done = attempt.procedure.table.acts[case.last_act]
    return attempt.refuse("stale", act=done, who=case.last_by, version=case.version)


def _role(attempt: Attempt) -> Refusal | None:
    role = attempt.actor.role
    if role in attempt.rule.roles or (attempt.actor.id == SYSTEM and not attempt.rule.roles):
        return None
    name = attempt.procedure.table.roles[role] if role else Words(zh="系统", en="the console")
    return attempt.refuse("role", role=name)


def _state(attempt: Attempt) -> Refusal | None:
    case, table = attempt.case, attempt.procedure.table
    if table.leads_to(case.flow, case.state, attempt.deed.kind) is not None:
        return None
    possible = (
        table.acts[act]
        for act in table.possible(case.flow, case.state)
        if attempt.actor.role in table.acts[act].roles
    )
    return attempt.refuse("not_in_state", acts=_listed(possible))


def _needs(attempt: Attempt) -> Refusal | None:
    for need in attempt.rule.needs:
        if not _is_given(attempt, need):
            return attempt.refuse(f"needs_{need}")
    return None


def _is_given(attempt: Attempt, need: Need) -> bool:
    deed = attempt.deed
    if need == "why":
        return bool(deed.why.strip())
    if need == "number":
        return NUMBER.fullmatch(deed.number) is not None
    if need == "verdict":
        return (deed.verdict or attempt.case.verdict) is not None
    return bool(getattr(deed, need))


def _party(attempt: Attempt) -> Refusal | None:
    to, party = attempt.deed.to, attempt.party
    if attempt.deed.kind == "return" and attempt.case.state == _begins(attempt):
        if not to.startswith("group:"):
            return attempt.refuse("needs_group")
    elif attempt.deed.kind not in ("assign", "assist"):
        return None
    if party is None or party.ref != to or party.role is None:
        return attempt.refuse("no_party", to=to)
    if attempt.case.police_only and party.role != "police":
        return attempt.refuse("police_only")
    return None if party.covers else attempt.refuse("party_elsewhere", to=to)


def _begins(attempt: Attempt) -> str:
    return attempt.procedure.table.flows[attempt.case.flow].begins


def _acceptance(attempt: Attempt) -> Refusal | None:
    case = attempt.case
    if attempt.deed.kind != "accept" or case.state == _begins(attempt):
        return None
    if attempt.actor.is_party(case.assigned, attempt.groups):
        return None
    return attempt.refuse("not_yours", to=case.assigned)


def _rating(attempt: Attempt) -> Refusal | None:
    if attempt.deed.kind != "rate" or attempt.actor.role != "resident":
        return None
    if attempt.actor.id != attempt.case.reporter:
        return attempt.refuse("not_reporter")
    return attempt.refuse("needs_own_rating") if attempt.deed.rating == "not_reached" else None


def _closing(attempt: Attempt) -> Refusal | None:
    case, table = attempt.case, attempt.procedure.table
    flow = table.flows[case.flow]
    if attempt.deed.kind != "close" or case.state in flow.closes_after:
        return None
    if case.flow == "alert" and (case.severity == "red" or case.police_only):
        return attempt.refuse("early_red")
    verdict = attempt.deed.verdict or case.verdict
    if verdict is None or verdict in flow.early_verdicts:
        return None
    allowed = _listed(table.verdicts[one] for one in flow.early_verdicts)
    return attempt.refuse("early_verdict", verdicts=allowed)


def _review(attempt: Attempt) -> Refusal | None:
    if attempt.deed.kind != "review" or attempt.procedure.review_alone:
        return None
    is_own = attempt.actor.id == attempt.case.closed_by
    return attempt.refuse("own_review") if is_own else None


def _shelf(attempt: Attempt) -> Refusal | None:
    case = attempt.case
    if attempt.deed.kind == "shelve" and (case.police_only or case.severity == "red"):
        return attempt.refuse("grave_shelf")
    return None


def _extension(attempt: Attempt) -> Refusal | None:
    if attempt.deed.kind != "extend":
        return None
    case = attempt.case
    if case.due_at is None:
        return attempt.refuse("no_clock")
    responsible = case.assigned or f"person:{case.holder}"
    is_own = responsible == f"person:{attempt.actor.id}"
    return attempt.refuse("own_extension") if is_own else None


def _until(attempt: Attempt) -> Refusal | None:
    deed, case, clocks = attempt.deed, attempt.case, attempt.procedure.clocks
    if deed.until is None or deed.kind not in ("shelve", "extend"):
        return None
    if deed.until <= deed.at:
        return attempt.refuse("until_past")
    more = round(clocks.shelf_hours_max * HOUR_MS)
    if deed.kind == "extend":
        more = round((clocks.period_ms(case) or 0) * clocks.extension_share_max)
    if deed.until <= deed.at + more:
        return None
    latest = local(deed.at + more, ZoneInfo(attempt.procedure.timezone))
    return attempt.refuse("until_far", latest=f"{latest:%Y-%m-%d %H:%M}")


_STANDING: tuple[Callable[[Attempt], Refusal | None], ...] = (
    _acceptance, _rating, _closing, _review, _shelf, _extension,
)  # fmt: skip
"""Checks that ask nothing of what the act says: what they refuse need not be offered."""
_CHECKS = (_role, _stale, _state, _needs, _party, *_STANDING, _until)
