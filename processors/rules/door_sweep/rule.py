"""One credential is refused at door after door.

Why: whoever found or copied a card does not know where it opens, and tries. Fires when one
credential (a card, a face, a phone) is refused at `doors_min` doors within `window_min`; refusals
that say something of the door alone (an interlock, its mode, anti-passback) do not count. Clears
when `window_min` pass without another. Misses whoever uses another card at each door, and refusals
without a credential. Known false alarms: a renewed tenancy whose card is not renewed yet, tried
from the gate to the lift; a courier with the wrong address.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    ClearAlert,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    UpdateAlert,
    evidence,
)
from processors.core.patterns import EMPTY, Window, value_count
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.places import of_credential
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import AccessDenied
from schemas.events import Event


class SweepParams(Params):
    """3 doors in 10 minutes are our own judgement."""

    doors_min: int = Field(default=3, ge=2)
    window_min: float = Field(default=10, gt=0)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The last refusal at each door of the window, oldest first, and whether it is told already."""

    window: Window = EMPTY
    alerted: bool = False


OF_THE_DOOR = frozenset({"interlock", "mode", "anti_passback"})
"""Reasons that would refuse anybody there, or that follow from the order of reads."""
DOORS_MAX = 50
FRESH = Sweep()


def step(now: Situation, state: Sweep, told: Input) -> tuple[Sweep, tuple[Effect, ...]]:
    """One refusal of one credential, or the end of the window after the last."""
    if isinstance(told, Deadline):
        return _quiet(now, state)
    assert isinstance(told, Event)
    assert isinstance(told.data, AccessDenied)
    if told.data.reason in OF_THE_DOOR:
        return state, NO_EFFECTS
    return _denied(now, state, evidence("denied", told))


def _denied(now: Situation, state: Sweep, item: Evidence) -> tuple[Sweep, tuple[Effect, ...]]:
    since = item.time - ms(now.params.window_min * 60)
    kept = tuple(old for old in state.window if old.time >= since and old.place != item.place)
    state = replace(state, window=(*kept[-DOORS_MAX + 1 :], item))
    until = SetDeadline("quiet", item.time + ms(now.params.window_min * 60))
    if state.alerted:
        more = UpdateAlert(now.scope.id, (item,), _detail(now, state.window))
        return state, (until, more)
    if not value_count(state.window, lambda old: old.place, now.params.doors_min):
        return state, (until,)
    alert = OpenAlert(
        key=now.scope.id,
        place=item.place,
        detail=_detail(now, state.window),
        evidence=state.window,
        subject=now.scope.id,
    )
    return replace(state, alerted=True), (until, alert)


def _quiet(now: Situation, state: Sweep) -> tuple[Sweep, tuple[Effect, ...]]:
    if state.alerted:
        return FRESH, (ClearAlert(now.scope.id),)
    if len(state.window) < 2:
        return FRESH, NO_EFFECTS
    doors = len(state.window)
    return FRESH, (NearMiss("denied", f"refused at {doors} doors within the window, then quiet"),)


def _detail(now: Situation, window: Window) -> Words:
    doors = len(window)
    span = span_words(window[-1].time - window[0].time)
    last = now.config.place_name(window[-1].place)
    return Words(
        zh=f"同一凭证{span.zh}内在{doors}处门被拒，最近一处：{last.zh}。可能为拾到的卡、新办未生效"
        "或走错。请立即看录像，就近查看并核对登记。",
        en=f"One credential refused at {doors} doors in {span.en}, last at {last.en}. Perhaps a "
        "found card, one not yet in force, or a wrong address. Check the recording now, go there "
        "and look it up in the register.",
    )


RULE = Rule(
    id="door_sweep",
    version="1",
    title=Words(zh="一证多门被拒", en="refused at door after door"),
    steps={"denied": Words(zh="被拒", en="refused")},
    inputs=frozenset({"access.denied"}),
    scopes=of_credential,
    params=SweepParams,
    state=Sweep,
    step=step,
    severity="orange",
    handler="police",
    delivery="push",
    visit=True,
)
