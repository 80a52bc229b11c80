"""A case's clear values, shown at once or for a reason; each look stands in the audit log first."""

from dataclasses import dataclass, field

import sqlalchemy as sa
from pydantic import Field as Limits
from sqlalchemy import Connection

from console.accounts.principal import Principal
from console.audit.chain import Said, Signed
from console.audit.log import acts_since, append, hold
from console.audit.tables import AUDIT
from console.cases.office import CaseOffice
from console.lifecycle.facts import Case
from console.office import Office
from console.privacy.looks import (
    NONE,
    WHY_MAX,
    WHY_MIN,
    Field,
    Reason,
    is_said,
    shown_at_once,
    shown_on_asking,
)
from console.privacy.opened import ClearValue, alerts_of, clear_values
from console.register.reveal import ACT, HOUR_MS, NoReason, TooOften
from console.register.vault import NoKey, Vault
from schemas.base import MS_PER_S, Model

AT_ONCE = "reveal.own"
READ_REQUEST = "reveal.request"
VIEW_MS = 15 * 60 * MS_PER_S
"""An open page renews itself: within so long it is one look, as long as it shows the same."""
OWN_CASE = "own open case"


class NotYours(PermissionError):
    """Somebody asks for what is not for them, whatever the reason."""


class Asked(Model):
    """Why somebody must see more: a reason of the list, and in words."""

    reason: Reason
    why: str = Limits(min_length=1, max_length=WHY_MAX)


@dataclass(frozen=True, slots=True)
class Revealed:
    """What somebody sees of a case in clear.

    `more` is what they may ask for beside it, `left` how many looks they have left in this hour;
    `sealed` counts values that no key here opens, `fault` says why nothing could be opened.
    """

    values: tuple[ClearValue, ...] = ()
    more: frozenset[Field] = NONE
    left: int = 0
    sealed: int = 0
    fault: str | None = None
    is_own: bool = field(default=False)


@dataclass(frozen=True, slots=True)
class Revealing:
    """Shows clear values of one office's cases. The caller has found the case in sight."""

    cases: CaseOffice
    vault: Vault
    per_hour: int

    def revealed(self, tx: Connection, who: Principal, case: Case, at: int) -> Revealed:
        """What somebody sees of a case at once, in a transaction of `writing`.

        Of their own open case an officer sees plate and home, and that is written down once for
        each time they look; of any other case nobody sees anything unasked.
        """
        is_over = self.cases.procedure.is_over(case)
        fields = shown_at_once(case, who, is_over=is_over)
        more = shown_on_asking(case, who, is_over=is_over) - fields
        rest = Revealed(more=more, left=self.left(tx, who.login, at), is_own=bool(fields))
        if not fields:
            return rest
        try:
            return self._at_once(tx, Signed(who.login, OWN_CASE, at), case, fields, rest)
        except NoKey as fault:
            return Revealed(more=more, left=rest.left, is_own=True, fault=str(fault))

    def _at_once(
        self, tx: Connection, signed: Signed, case: Case, fields: frozenset[Field], rest: Revealed
    ) -> Revealed:
        alerts = alerts_of(tx, case.id)
        found = clear_values(tx, alerts, fields, self.vault.keys())
        if found.values:
            note_look(tx, signed, AT_ONCE, f"cases/{case.id}", _detail(found.values))
        return Revealed(tuple(found.values), rest.more, rest.left, found.sealed, None, rest.is_own)

    def asked(self, tx: Connection, who: Principal, case: Case, asked: Asked, at: int) -> Revealed:
        """All that somebody may see of a case, for a reason, in a transaction of `writing`.

        Raises NotYours, NoReason, TooOften, NoKey. What is refused is not written down.
        """
        is_over = self.cases.procedure.is_over(case)
        fields = shown_on_asking(case, who, is_over=is_over)
        if not fields:
            raise NotYours("only of a case that is open and yours; take it first")
        if not is_said(asked.why):
            raise NoReason(f"say why in {WHY_MIN} letters or more; it is written down")
        hold(tx)
        left = self.left(tx, who.login, at)
        if left <= 0:
            raise TooOften(f"{self.per_hour} clear values in an hour are all; wait, or ask why")
        found = clear_values(tx, alerts_of(tx, case.id), fields, self.vault.keys())
        signed = Signed(who.login, f"{asked.reason}: {asked.why.strip()}", at)
        append(tx, signed, [Said(ACT, f"cases/{case.id}", _detail(found.values))])
        return Revealed(tuple(found.values), NONE, left - 1, found.sealed)

    def left(self, tx: Connection, login: str, at: int) -> int:
        """How many looks for a reason somebody has left in the hour before an instant (ms)."""
        return max(0, self.per_hour - acts_since(tx, login, ACT, at - HOUR_MS))


def revealing_of(office: Office) -> Revealing:
    """What shows the clear values of an office's cases."""
    settings = office.settings
    return Revealing(office.cases, Vault(settings.master_key), settings.reveals_per_hour)


def _detail(values: list[ClearValue]) -> str:
    """What was shown, without showing it: kinds of values, and the alerts they are of."""
    fields = " ".join(sorted({one.field for one in values})) or "nothing"
    alerts = " ".join(sorted({one.alert for one in values}))
    return f"{fields}; {alerts}" if alerts else fields


def note_look(tx: Connection, signed: Signed, act: str, target: str, detail: str) -> None:
    """Write a look down, unless it is the one that stands there already."""
    same = (
        AUDIT.c.who == signed.who, AUDIT.c.act == act, AUDIT.c.target == target,
        AUDIT.c.at > signed.at - VIEW_MS, AUDIT.c.detail == detail,
    )  # fmt: skip
    hold(tx)
    if tx.scalar(sa.select(AUDIT.c.sequence).where(*same).limit(1)) is None:
        append(tx, signed, [Said(act, target, detail)])
