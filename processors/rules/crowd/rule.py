"""Many people in one place, for longer than it takes to pass.

Why: a crowd needs somebody on the spot before it needs many; it may be a dispute, an accident, or a
dance. Fires when a camera counts `people_min` or more in a zone for `lasts_s`, or says so itself
for as long. A dip shorter than `dip_s` ends nothing; a camera silent for `silent_min` is no longer
believed. Counts and nothing else: nobody is told apart. Misses crowds that no single camera sees
whole, and counters of passages, which say nothing of now. Known false alarms: dances and markets in
their usual place (set the number there), school buses, fire drills, shadows at dusk.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.people import PERSON
from processors.rules.places import in_zone
from schemas.alerts import Evidence
from schemas.base import MS_PER_S, Words
from schemas.event_data import CameraData, ObjectCounted
from schemas.events import Event


class CrowdParams(Params):
    """All are our own judgement; how many are many is the zone's own and may be set by area."""

    people_min: int = Field(default=30, ge=2)
    lasts_s: float = Field(default=60, gt=0)
    dip_s: float = Field(default=20, gt=0)
    silent_min: float = Field(default=30, gt=0)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Which counters say that there are many, since when, and the most that one of them counted."""

    high: tuple[str, ...] = ()
    first: Evidence | None = None
    last: int = 0
    most: int = 0
    alerted: bool = False


FRESH = Crowd()
CROWD = "crowd"
"""The adapters' word for a camera's own verdict (Dahua's crowd and rioter detection)."""
SOURCES_MAX = 20


def step(now: Situation, state: Crowd, told: Input) -> tuple[Crowd, tuple[Effect, ...]]:
    """One input in one zone."""
    if isinstance(told, Deadline):
        return _deadline(now, state, told)
    assert isinstance(told, Event)
    data = told.data
    assert isinstance(data, CameraData)
    if isinstance(data, ObjectCounted):
        if data.count is None or data.object not in (None, PERSON):
            return state, NO_EFFECTS
        source = f"{data.device}/{data.zone or ''}"
        if data.count < now.params.people_min:
            return _fewer(now, state, source)
        return _many(now, state, source, told, data.count)
    if data.object != CROWD:
        return state, NO_EFFECTS
    source = f"{data.device}/{data.zone or ''}/{CROWD}"
    if told.type == "object.left":
        return _fewer(now, state, source)
    return _many(now, state, source, told, 0)


def _many(
    now: Situation, state: Crowd, source: str, event: Event, count: int
) -> tuple[Crowd, tuple[Effect, ...]]:
    effects: tuple[Effect, ...] = ()
    item = evidence("device_says_crowd" if count == 0 else "counted", event)
    rejoined = not state.high
    if state.first is None:
        lasts = SetDeadline("lasts", event.at + ms(now.params.lasts_s))
        state, effects = Crowd(first=item, last=event.at), (lasts, _silent_at(now, event.at))
    elif rejoined:
        effects = (CancelDeadline("dip"),)
    high = state.high if source in state.high else (*state.high[-SOURCES_MAX + 1 :], source)
    state = replace(state, high=high, most=max(state.most, count))
    if _lasted(now, state) and not state.alerted:
        state = replace(state, last=event.at)
        return _alert(now, state, (*effects, _silent_at(now, event.at)), item)
    if event.at - state.last < ms(now.params.silent_min * 60) // 10:
        return state, effects
    return replace(state, last=event.at), (*effects, _silent_at(now, event.at))


def _fewer(now: Situation, state: Crowd, source: str) -> tuple[Crowd, tuple[Effect, ...]]:
    """One counter says that it is over; the crowd is, if no other says otherwise for a while."""
    if source not in state.high:
        return state, NO_EFFECTS
    state = replace(state, high=tuple(name for name in state.high if name != source))
    if state.high:
        return state, NO_EFFECTS
    return state, (SetDeadline("dip", now.at + ms(now.params.dip_s)),)


def _deadline(now: Situation, state: Crowd, due: Deadline) -> tuple[Crowd, tuple[Effect, ...]]:
    if state.first is None:
        return state, NO_EFFECTS
    if due.name != "lasts":
        return FRESH, _over(now, state)
    if not due.judged:
        return state, (NearMiss("counted", "not judged: that they left may be missing"),)
    return _alert(now, state, NO_EFFECTS) if state.high else (state, NO_EFFECTS)


def _lasted(now: Situation, state: Crowd) -> bool:
    assert state.first is not None
    return now.at - state.first.time >= ms(now.params.lasts_s)


def _over(now: Situation, state: Crowd) -> tuple[Effect, ...]:
    done = (CancelDeadline("lasts"), CancelDeadline("dip"), CancelDeadline("silent"))
    if state.alerted:
        return (*done, ClearAlert(now.scope.id))
    reason = f"fewer again before {now.params.lasts_s:g} s were over"
    return (*done, NearMiss("counted", reason))


def _silent_at(now: Situation, last: int) -> SetDeadline:
    """A tenth may have passed since the reading that is remembered as the last."""
    wait = ms(now.params.silent_min * 60)
    return SetDeadline("silent", last + wait + wait // 10)


def _alert(
    now: Situation, state: Crowd, effects: tuple[Effect, ...], *items: Evidence
) -> tuple[Crowd, tuple[Effect, ...]]:
    assert state.first is not None
    more = tuple(item for item in items if item != state.first)
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail(now, state),
        evidence=(state.first, *more),
    )
    return replace(state, alerted=True), (*effects, alert)


def _detail(now: Situation, state: Crowd) -> Words:
    assert state.first is not None
    span = span_words(now.at - state.first.time)
    said = Words(
        zh=f"摄像机报告人员聚集，持续{span.zh}",
        en=f"The camera reports a crowd, for {span.en}",
    )
    if state.most:
        said = Words(
            zh=f"画面计数最多{state.most}人，持续{span.zh}",
            en=f"Up to {state.most} people counted, for {span.en}",
        )
    return Words(
        zh=f"{said.zh}。仅凭画面计数，可能为活动、排队或演练。请先看实时画面，再视情到场。",
        en=f"{said.en}. By a camera's count alone; perhaps an event, a queue or a drill. Look at "
        "the live view first, then go there if it seems right.",
    )


RULE = Rule(
    id="crowd",
    version="1",
    title=Words(zh="人员聚集", en="many people in one place"),
    steps={
        "counted": Words(zh="人数达到设定值", en="as many as were set"),
        "device_says_crowd": Words(zh="设备报人员聚集", en="the device says crowd"),
    },
    inputs=frozenset({"object.counted", "object.seen", "object.left"}),
    scopes=in_zone,
    params=CrowdParams,
    state=Crowd,
    step=step,
    severity="orange",
    handler="police",
    delivery="push",
    rejoin_ms=5 * 60 * MS_PER_S,
)
