"""A home enrolled in care has given no sign of life for longer than was agreed.

Why: somebody who lives alone and has fallen is found by who notices that the door stayed shut.
Fires when the home of a consent (own or a guardian's, withdrawable) gives no sign for `silent_h`
or as long as the consent says: no resident's card read anywhere, its own door not opened, no
motion, and less than `water_m3` of water. Clears at the next sign, at a note of absence, or when
the consent ends. Not judged while away by a note, and for spans in which input or a sensor of its
own entrance was missing; `settle_min` lets a reader that fell silent last be known as lost first.
Misses a home where somebody else goes in and out, and a leaking tap. Known false alarms: a journey
nobody noted, doors opened by a neighbour. Floors: door below one opening in 24 h (Xinhua), water
below 0.01 m³ in 12 h (Shanghai); power is not looked at, because a fridge uses it alone.
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
    Told,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import clock_text, span_words
from processors.rules import care as homes_in_care
from processors.rules.care import Care, is_blind, listened, registered, wake
from processors.rules.homes import by_card, flat_name, of_dwelling, stands_at
from processors.rules.places import nowhere
from schemas.base import Words
from schemas.event_data import RegisterChanged
from schemas.events import Event

LOOK_AGAIN_MS = 3_600_000
"""While a span cannot be judged, the span that ends an hour later is looked at."""


class WelfareSilentParams(Params):
    """24 h and 0.01 m³: see the module. The consent says 12 h for people of 80 and more alone.

    `settle_min` is our own judgement: three heartbeats of a reader.
    """

    silent_h: float = Field(default=24, gt=0)
    water_m3: float = Field(default=0.01, gt=0)
    settle_min: float = Field(default=5, ge=0)


@dataclass(frozen=True, slots=True)
class Welfare:
    """A home in care; whether its silence is told, or cannot be judged now and that is told."""

    care: Care = homes_in_care.FRESH
    alerted: bool = False
    doubted: bool = False


def step(now: Situation, state: Welfare, told: Told) -> tuple[Welfare, tuple[Effect, ...]]:
    """One input of one home."""
    if isinstance(told, Deadline):
        return _silent(now, state, told) if told.name == "silent" else _over(now, state, told)
    assert isinstance(told, Event)
    if isinstance(told.data, RegisterChanged):
        care, kept = registered(now, state.care, told.data, ms(now.params.silent_h * 3600))
        if not kept:
            return state, NO_EFFECTS
        state, effects = _anew(now, replace(state, care=care))
        return state, (*kept, *effects)
    if state.care.consent is None:
        return state, NO_EFFECTS
    care, is_sign = listened(now, state.care, told, now.params.water_m3)
    state = replace(state, care=care)
    if not is_sign or not (state.alerted or state.doubted):
        return state, NO_EFFECTS
    over = (ClearAlert(now.scope.id, (evidence("sign", told),)),) if state.alerted else NO_EFFECTS
    return replace(state, alerted=False, doubted=False), (*over, _wait(now, care))


def _over(now: Situation, state: Welfare, due: Deadline) -> tuple[Welfare, tuple[Effect, ...]]:
    """A consent or an absence has ended by itself."""
    care, kept = homes_in_care.over(state.care, due.name, now.at)
    state, effects = _anew(now, replace(state, care=care))
    return state, (*kept, *effects)


def _anew(now: Situation, state: Welfare) -> tuple[Welfare, tuple[Effect, ...]]:
    """What the register says now counts from here on; a silence that it covers is over."""
    care = state.care
    watched = care.consent is not None and not care.is_away(now.at)
    if watched and state.alerted and _due(now, care) <= now.at:
        return state, NO_EFFECTS
    over = (ClearAlert(now.scope.id),) if state.alerted else NO_EFFECTS
    waits = _wait(now, care) if watched else CancelDeadline("silent")
    return Welfare(care=care), (*over, waits)


def _wait(now: Situation, care: Care) -> Effect:
    return wake(max(_due(now, care), now.at), care.awaited_since(now.at))


def _due(now: Situation, care: Care) -> int:
    """When a silence from the last sign on is long enough to be told."""
    settle = ms(now.params.settle_min * 60)
    return care.awaited_since(now.at) + care.silent_ms + settle


def _silent(now: Situation, state: Welfare, due: Deadline) -> tuple[Welfare, tuple[Effect, ...]]:
    care = state.care
    if care.is_away(now.at):
        return state, NO_EFFECTS
    if _due(now, care) > now.at:
        return state, (_wait(now, care),)
    span = care.silent_ms + ms(now.params.settle_min * 60)
    if due.judged and not is_blind(now, now.at - span):
        return replace(state, alerted=True, doubted=False), (_alert(now, care),)
    later = now.at + LOOK_AGAIN_MS
    again = wake(later, later - span)
    if state.doubted:
        return state, (again,)
    missing = NearMiss("sign", "not judged: input or a sensor of the home was missing")
    return replace(state, doubted=True), (missing, again)


def _alert(now: Situation, care: Care) -> OpenAlert:
    return OpenAlert(
        key=now.scope.id,
        place=stands_at(now.config, now.register, now.scope.id),
        detail=_detail(now, care),
        evidence=() if care.last is None else (care.last,),
        identity=f"{now.scope.id}@{now.at}",
    )


def _detail(now: Situation, care: Care) -> Words:
    flat = flat_name(now.scope.id, stands_at(now.config, now.register, now.scope.id))
    silent, agreed = span_words(now.at - care.awaited_since(now.at)), span_words(care.silent_ms)
    said = Words(zh="", en="")
    if care.last is not None:
        when = clock_text(care.last.time, now.config.timezone)
        left = care.last.direction == "out"
        said = Words(
            zh=f"，最后一次为{when}{'外出' if left else '有活动'}",
            en=f", last {'out' if left else 'a sign'} at {when}",
        )
    return Words(
        zh=f"{flat.zh}已{silent.zh}没有活动{said.zh}（约定{agreed.zh}）。可能外出未告知，或需要帮助。"
        "请先致电本人，不通再联系联系人、关爱站上门、民警。",
        en=f"{flat.en} no sign for {silent.en}{said.en} (agreed: {agreed.en}). Perhaps away "
        "without a word, perhaps in need of help. Call the person first, then the contact; then "
        "the care station goes, then the police.".lstrip(),
    )


RULE = Rule(
    id="welfare_silent",
    version="2",
    title=Words(zh="关爱户无活动", en="no sign from a home in care"),
    steps={"sign": Words(zh="有活动", en="a sign of life")},
    inputs=homes_in_care.SIGNS | {"register.changed"},
    scopes=of_dwelling,
    joined=by_card,
    params=WelfareSilentParams,
    state=Welfare,
    step=step,
    severity="orange",
    handler="person",
    also=("contact", "care_station", "police"),
    delivery="push",
    after=frozenset({"device_lost"}),
    told_in=nowhere,
    idle=homes_in_care.without_consent,
)
