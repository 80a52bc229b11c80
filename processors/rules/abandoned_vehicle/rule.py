"""A vehicle has stood inside for so long that somebody should look whose it is.

Why: a car left for good blocks a bay and a rescue way, leaks, and is broken into in the end. Fires
when a vehicle without a permit came in `stay_d` days ago and no exit was read since; a permit that
covers it then forgives the stay. Clears at the exit, or `forget_d` later. A reading inside that
says no way begins the days anew: it was driven; an exit that no entry belongs to ends the stay of a
plate one letter apart. Misses vehicles whose entry was not read for sure, since one misread on the
way in never leaves, and stays in which input was missing, which are not judged. Known false alarms:
an exit misread in two letters.
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
from processors.rules.lanes import PASSAGES, SURE_MIN, is_sure, of_look_alikes, way_of
from processors.rules.near_exits import Cars, LeftUnder, at_gates, with_gates
from processors.rules.permits import NO_PERMIT, Permit, permit_after
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import RegisterChanged
from schemas.events import Event


class AbandonedParams(Params):
    """All are our own judgement; after `forget_d` more nobody waits for an exit any longer.

    `same_passage_s`: readings so close are one entry, which is as sure as the least sure of them.
    """

    stay_d: float = Field(default=30, gt=0)
    forget_d: float = Field(default=30, gt=0)
    same_passage_s: float = Field(default=60, ge=0)
    sure_min: float = Field(default=SURE_MIN, ge=0, le=1)


@dataclass(frozen=True, slots=True)
class Stay:
    """Where the vehicle came in, since when it stands, its permit, and whether it was told.

    `sure`: its plate was read for sure. One misread on the way in never leaves. The estate has
    `cars`, the guests inside.
    """

    entered: Evidence | None = None
    since: int = 0
    sure: bool = True
    permit: Permit = NO_PERMIT
    alerted: bool = False
    cars: Cars = ()


Result = tuple[Stay, tuple[Effect, ...]]


def step(now: Situation, state: Stay, told: Told) -> Result:
    """One input of one vehicle, or of the estate's gates."""
    if now.scope.kind == "estate":
        cars, effects = at_gates(now, state.cars, told, ms(now.params.stay_d * 86_400))
        return Stay(cars=cars), effects
    if isinstance(told, LeftUnder):
        return _over(now, state, *told.items)
    if isinstance(told, Deadline):
        return _due(now, state, told)
    assert isinstance(told, Event)
    if isinstance(told.data, RegisterChanged):
        return _permitted(now, state, told)
    way = way_of(told)
    if way == "out":
        return _over(now, state, evidence("exited", told))
    if way == "in":
        return _came(now, state, told)
    if state.entered is None or state.alerted:
        return state, NO_EFFECTS
    return _standing(now, state, NO_EFFECTS)


def _came(now: Situation, state: Stay, event: Event) -> Result:
    item, sure = evidence("entered", event), is_sure(event, now.params.sure_min)
    same = ms(now.params.same_passage_s)
    if state.entered is not None and event.at - state.entered.time <= same:
        return replace(state, sure=state.sure and sure), NO_EFFECTS
    state, done = _over(now, state, item)
    return _standing(now, replace(state, entered=item, sure=sure), done)


def _standing(now: Situation, state: Stay, done: tuple[Effect, ...]) -> Result:
    due = SetDeadline("abandoned", now.at + ms(now.params.stay_d * 86_400))
    return replace(state, since=now.at), (*done, due)


def _over(now: Situation, state: Stay, item: Evidence) -> Result:
    """The stay has ended; the permit stays."""
    if state.entered is None:
        return state, NO_EFFECTS
    after = Stay(permit=state.permit)
    if state.alerted:
        return after, (CancelDeadline("forget"), ClearAlert(now.scope.id, (item,)))
    return after, (CancelDeadline("abandoned"),)


def _permitted(now: Situation, state: Stay, event: Event) -> Result:
    """A permit ends what was said of the stay."""
    permit = permit_after(state.permit, event)
    if permit is None:
        return state, NO_EFFECTS
    state = replace(state, permit=permit)
    ends: Effect = CancelDeadline("permit")
    if permit.until is not None:
        ends = SetDeadline("permit", max(permit.until, now.at))
    if not (state.alerted and permit.covers(now.at)):
        return state, (ends,)
    done = (CancelDeadline("forget"), ClearAlert(now.scope.id))
    return Stay(permit=permit), (ends, *done)


def _due(now: Situation, state: Stay, due: Deadline) -> Result:
    if due.name == "permit":
        return replace(state, permit=NO_PERMIT), NO_EFFECTS
    if due.name == "forget":
        return Stay(permit=state.permit), (ClearAlert(now.scope.id),)
    assert state.entered is not None
    if why := _why_not(now, state, due):
        return Stay(permit=state.permit), (NearMiss("exited", why),)
    alert = OpenAlert(
        key=now.scope.id,
        place=state.entered.place,
        detail=_detail(now, state),
        evidence=(state.entered,),
        subject=state.entered.subject,
        identity=f"{state.entered.id}@{now.at}",
    )
    forget = SetDeadline("forget", now.at + ms(now.params.forget_d * 86_400))
    return replace(state, alerted=True), (forget, alert)


def _why_not(now: Situation, state: Stay, due: Deadline) -> str | None:
    if not due.judged:
        return "not judged: an exit may be missing"
    if state.permit.covers(now.at):
        return "a permit covers it"
    return None if state.sure else "not judged: its entry was read with too little confidence"


def _detail(now: Situation, state: Stay) -> Words:
    span = span_words(now.at - state.since)
    return Words(
        zh=f"无许可车辆由此驶入后{span.zh}未读到驶出。可能为出口漏读或车主外出。请先到车位核对，"
        "再联系车主；长期无人认领的转交警。首办：物业。",
        en=f"A vehicle without a permit came in here, and no exit was read for {span.en}. Perhaps "
        "an exit was missed, or its owner is away. Look at the bays first, then call the owner; "
        "what nobody claims goes to the traffic police. First: property.",
    )


RULE = Rule(
    id="abandoned_vehicle",
    version="1",
    title=Words(zh="车辆长期未动", en="vehicle left standing"),
    steps={
        "entered": Words(zh="驶入", en="entered"),
        "exited": Words(zh="驶出", en="left"),
    },
    inputs=PASSAGES | {"register.changed"},
    scopes=with_gates(of_look_alikes),
    params=AbandonedParams,
    state=Stay,
    step=step,
    severity="blue",
    handler="property",
    delivery="list",
)
