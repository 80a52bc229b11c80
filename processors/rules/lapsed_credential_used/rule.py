"""A door opened to a credential whose tenancy or visit has ended.

Why: the register says it is over and the device still lets it in, so either the register or the
device's list wants mending. Fires at once when a credential is granted after the last of its
register entries (credential or pass) has ended and none is in force; entries count from the change
of the register on. Uses within `dedupe_h` of the first belong to it; a renewal clears it. Ways out
do not count. The end of a tenancy is remembered for `remember_d`, that of a visit for
`remember_visit_d`: visitors come every day, and a door that still knows them shows it within days
by the next of them. Misses credentials the register does not know,
and doors that do not tell which credential it was. Known false alarms: a tenancy renewed by word of
mouth and not yet in the register.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    Input,
    OpenAlert,
    SetDeadline,
    UpdateAlert,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.lapsed_credential_used.entries import (
    Entries,
    Entry,
    changed,
    in_force,
    last_ended,
)
from processors.rules.letting_in import ADMITTED
from processors.rules.places import of_credential
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import RegisterChanged
from schemas.events import Event


class LapsedParams(Params):
    """All are our own judgement."""

    dedupe_h: float = Field(default=24, gt=0)
    remember_d: float = Field(default=365, gt=0)
    remember_visit_d: float = Field(default=30, gt=0)


@dataclass(frozen=True, slots=True)
class Lapse:
    """What the register has of a credential with an end, and when its use was last told."""

    registered: Entries = ()
    alerted_at: int | None = None


def step(now: Situation, state: Lapse, told: Input) -> tuple[Lapse, tuple[Effect, ...]]:
    """One input of one credential."""
    if isinstance(told, Deadline):
        return Lapse(), NO_EFFECTS
    assert isinstance(told, Event)
    if isinstance(told.data, RegisterChanged):
        return _registered(now, state, told, told.data)
    ended = last_ended(state.registered, told.at)
    if ended is None or in_force(state.registered, told.at) or told.data.direction == "out":
        return state, NO_EFFECTS
    return _used(now, state, ended, evidence("granted", told))


def _registered(
    now: Situation, state: Lapse, event: Event, data: RegisterChanged
) -> tuple[Lapse, tuple[Effect, ...]]:
    if data.record not in ("credential", "pass"):
        return state, NO_EFFECTS
    entries = changed(state.registered, event, data)
    over: tuple[Effect, ...] = ()
    if state.alerted_at is not None and in_force(entries, event.at):
        state, over = replace(state, alerted_at=None), (ClearAlert(now.scope.id),)
    dues = [entry.until + _remembered(now, entry) for entry in entries if entry.until is not None]
    if not dues:
        return Lapse(), (CancelDeadline("forget"), *over)
    due = max([*dues, now.at])
    return replace(state, registered=entries), (SetDeadline("forget", due), *over)


def _remembered(now: Situation, entry: Entry) -> int:
    is_visit = entry.record == "pass" or entry.credential_class == "visitor"
    return ms((now.params.remember_visit_d if is_visit else now.params.remember_d) * 86_400)


def _used(
    now: Situation, state: Lapse, ended: Entry, item: Evidence
) -> tuple[Lapse, tuple[Effect, ...]]:
    span = ms(now.params.dedupe_h * 3600)
    if state.alerted_at is not None and item.time - state.alerted_at <= span:
        return state, (UpdateAlert(now.scope.id, (item,)),)
    alert = OpenAlert(
        key=now.scope.id,
        place=item.place,
        detail=_detail(ended, item.time),
        evidence=(item,),
        subject=now.scope.id,
        identity=item.id,
        clear_after_ms=span,
    )
    return replace(state, alerted_at=item.time), (alert,)


TERMS = {
    "visitor": Words(zh="来访期", en="visit"),
    "tenant": Words(zh="租住期", en="tenancy"),
}
TERM = Words(zh="有效期", en="term")


def _detail(ended: Entry, at: int) -> Words:
    kind = "visitor" if ended.record == "pass" else ended.credential_class or ""
    term = TERMS.get(kind, TERM)
    span = span_words(at - (ended.until or at))
    return Words(
        zh=f"登记的{term.zh}已结束{span.zh}，凭证在此仍获授权。可能续期未登记，或权限未收回。"
        "请先与登记人核对，再补登记或收回权限。首办：物业。",
        en=f"Granted here, though the registered {term.en} ended {span.en} ago. Perhaps renewed "
        "and not registered, perhaps not yet taken off the device. Ask the registered holder "
        "first, then mend the register or the device. First: property.",
    )


RULE = Rule(
    id="lapsed_credential_used",
    version="1",
    title=Words(zh="到期凭证仍可用", en="lapsed credential used"),
    steps={"granted": Words(zh="到期后仍获授权", en="granted after its end")},
    inputs=ADMITTED | {"register.changed"},
    scopes=of_credential,
    params=LapsedParams,
    state=Lapse,
    step=step,
    severity="yellow",
    handler="property",
    delivery="list",
)
