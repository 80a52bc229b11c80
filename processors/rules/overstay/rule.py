"""A vehicle stays inside longer than it may.

Why: a visitor's car that never leaves takes a bay from a neighbour, and sometimes its driver needs
looking for. Fires when no exit was read by the end of the allowed stay and `grace_min` more: a
visitor may stay `visitor_h`; a permit allows until it ends, or its own longest stay. Clears at the
exit, or when the vehicle comes in again, since then it had gone. An exit that no entry belongs to
ends the stay of a plate one letter apart, and a permit covers the plates that readers take for its
own. Misses vehicles whose plate is not read for sure on the way in; lanes that do not say which way
they lead; and stays in which readings may have been lost, which are not judged. Known false alarms:
a plate misread in two letters.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    NearMiss,
    OpenAlert,
    SetDeadline,
    Told,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.lanes import SURE_MIN, is_sure, of_look_alikes
from processors.rules.near_exits import Cars, LeftUnder, at_gates, with_gates
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import RegisterChanged
from schemas.events import Event


class OverstayParams(Params):
    """All are our own judgement. After `forget_d` a vehicle still inside counts as abandoned.

    `visiting_classes`: who with an endless permit may still stay no longer than a visitor.
    """

    visitor_h: float = Field(default=24, gt=0)
    grace_min: float = Field(default=15, ge=0)
    same_passage_s: float = Field(default=60, ge=0)
    sure_min: float = Field(default=SURE_MIN, ge=0, le=1)
    forget_d: float = Field(default=30, gt=0)
    visiting_classes: tuple[str, ...] = ("visitor", "courier")


@dataclass(frozen=True, slots=True)
class Permit:
    """A right to be inside, from and until when; `until` None is without end."""

    since: int
    until: int | None
    stay_ms: int | None
    visiting: bool

    def allows_until(self, entered: int, visitor_ms: int) -> int | None:
        """How long a stay that began then may last, None for as long as it likes."""
        if self.until is not None and self.until <= entered:
            return entered + visitor_ms
        if self.stay_ms is not None:
            return entered + self.stay_ms
        if self.until is not None:
            return max(self.until, entered + visitor_ms)
        return entered + visitor_ms if self.visiting else None


@dataclass(frozen=True, slots=True)
class Stay:
    """One vehicle: since when it is inside, by the parameters of its gate; its permit, if any.

    `sure`: its plate was read for sure on the way in. The estate has `cars`, the guests inside.
    """

    entered: Evidence | None = None
    visitor_ms: int = 0
    grace_ms: int = 0
    permit: Permit | None = None
    alerted: bool = False
    sure: bool = True
    cars: Cars = ()


def step(now: Situation, state: Stay, told: Told) -> tuple[Stay, tuple[Effect, ...]]:
    """One input of one vehicle, or of the estate's gates."""
    if now.scope.kind == "estate":
        cars, effects = at_gates(now, state.cars, told, ms(now.params.forget_d * 86_400))
        return Stay(cars=cars), effects
    if isinstance(told, LeftUnder):
        reason = "a plate one letter apart left, for which no entry was read"
        missed = () if state.entered is None else (NearMiss("exited", reason),)
        state, done = _gone(now, state, *told.items)
        return state, (*done, *missed)
    if isinstance(told, Deadline):
        return _deadline(now, state, told)
    assert isinstance(told, Event)
    if isinstance(told.data, RegisterChanged):
        return _permitted(now, state, told.data)
    match told.type, told.data.direction:
        case ("vehicle.entered", _) | ("plate.read", "in"):
            return _entered(now, state, told)
        case ("vehicle.exited", _) | ("plate.read", "out"):
            return _gone(now, state, evidence("exited", told))
    return state, NO_EFFECTS


def _entered(now: Situation, state: Stay, event: Event) -> tuple[Stay, tuple[Effect, ...]]:
    item, sure = evidence("entered", event), is_sure(event, now.params.sure_min)
    effects: tuple[Effect, ...] = ()
    if state.entered is not None:
        if item.time - state.entered.time <= ms(now.params.same_passage_s):
            return replace(state, sure=state.sure and sure), NO_EFFECTS
        state, effects = _gone(now, state, item)
        effects = (*effects, NearMiss("exited", "came in again: its exit was not read"))
    state = replace(
        state,
        entered=item,
        sure=sure,
        visitor_ms=ms(now.params.visitor_h * 3600),
        grace_ms=ms(now.params.grace_min * 60),
    )
    forget = SetDeadline("forget", item.time + ms(now.params.forget_d * 86_400))
    return state, (*effects, forget, *_wait(now, state))


def _wait(now: Situation, state: Stay) -> tuple[Effect, ...]:
    """Wake at the end of the allowed stay."""
    assert state.entered is not None
    due = _due(now, state)
    if due is None:
        return (CancelDeadline("overstay"),)
    return (SetDeadline("overstay", max(due, now.at), since=state.entered.time),)


def _due(now: Situation, state: Stay) -> int | None:
    """When the allowed stay is over, counted from the entry, by the permit as it is now."""
    assert state.entered is not None
    entered = state.entered.time
    until: int | None = entered + state.visitor_ms
    begins_in_time = max(entered + state.visitor_ms, now.at)
    if state.permit is not None and state.permit.since <= begins_in_time:
        until = state.permit.allows_until(entered, state.visitor_ms)
    return None if until is None else until + state.grace_ms


def _permitted(
    now: Situation, state: Stay, data: RegisterChanged
) -> tuple[Stay, tuple[Effect, ...]]:
    """A permit is set, or ended before its time. What it still does not allow stays as told."""
    permit = _permit(now, state, data) if data.record in ("permit", "pass") else state.permit
    if permit == state.permit:
        return state, NO_EFFECTS
    state = replace(state, permit=permit)
    kept: Effect = CancelDeadline("permit")
    if permit is not None and permit.until is not None:
        kept = SetDeadline("permit", permit.until)
    if state.entered is None:
        return state, (kept,)
    if not state.alerted:
        return state, (kept, *_wait(now, state))
    due = _due(now, state)
    if due is not None and due <= now.at:
        return state, (kept,)
    return replace(state, alerted=False), (kept, *_wait(now, state), ClearAlert(now.scope.id))


def _permit(now: Situation, state: Stay, data: RegisterChanged) -> Permit | None:
    old = state.permit
    if data.change == "ended":
        stands = old is not None and (old.until is None or old.until > now.at)
        return replace(old, until=now.at) if old is not None and stands else old
    return Permit(
        since=now.at if data.valid_from is None else data.valid_from,
        until=data.valid_to,
        stay_ms=None if data.stay_max_s is None else ms(data.stay_max_s),
        visiting=data.credential_class in now.params.visiting_classes,
    )


def _gone(now: Situation, state: Stay, *items: Evidence) -> tuple[Stay, tuple[Effect, ...]]:
    if state.entered is None:
        return state, NO_EFFECTS
    permit = state.permit
    if permit is not None and permit.until is not None and permit.until <= now.at:
        permit = None
    done: tuple[Effect, ...] = (CancelDeadline("overstay"), CancelDeadline("forget"))
    if state.alerted:
        done = (*done, ClearAlert(now.scope.id, items))
    return Stay(permit=permit), done


def _deadline(now: Situation, state: Stay, due: Deadline) -> tuple[Stay, tuple[Effect, ...]]:
    if due.name == "permit":
        return (Stay() if state.entered is None else state), NO_EFFECTS
    if due.name == "forget":
        return _gone(now, state)
    assert state.entered is not None
    if not due.judged:
        missing = NearMiss("exited", "not judged: readings of that time may be missing")
        return state, (missing,)
    if not state.sure:
        doubt = NearMiss("entered", "not judged: its entry was read with too little confidence")
        return state, (doubt,)
    alert = OpenAlert(
        key=now.scope.id,
        place=state.entered.place,
        detail=_detail(now, state),
        evidence=(state.entered,),
        subject=state.entered.subject,
        identity=f"{state.entered.id}@{now.at}",
    )
    return replace(state, alerted=True), (alert,)


def _detail(now: Situation, state: Stay) -> Words:
    assert state.entered is not None
    span = span_words(now.at - state.entered.time)
    why = Words(zh="超过访客时长", en="longer than a visitor may")
    if state.permit is not None:
        why = Words(zh="超过许可时长", en="longer than its permit allows")
    return Words(
        zh=f"车辆由此驶入已{span.zh}，未读到驶出，{why.zh}。可能为出口漏读。请先到车位核对，"
        "再联系车主。首办：物业。",
        en=f"Came in here {span.en} ago, no exit read, {why.en}. Perhaps the exit was misread; "
        "look at the bays first, then call the driver. First: property.",
    )


RULE = Rule(
    id="overstay",
    version="1",
    title=Words(zh="超时停留", en="overstay"),
    steps={
        "entered": Words(zh="驶入", en="entered"),
        "exited": Words(zh="驶出", en="left"),
    },
    inputs=frozenset({"vehicle.entered", "vehicle.exited", "plate.read", "register.changed"}),
    scopes=with_gates(of_look_alikes),
    params=OverstayParams,
    state=Stay,
    step=step,
    severity="blue",
    handler="property",
    delivery="list",
)
