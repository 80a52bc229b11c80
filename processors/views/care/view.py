"""Homes enrolled in care: when each last gave a sign, and whether its silence can be judged.

The same signs, consents and notes of absence as the rule welfare_silent looks at, by the same
numbers; set both alike. Whether a sensor of the home is away is looked at each hour.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import Field

from processors.core.duress import shown_as
from processors.core.effects import (
    AlertOpened,
    CancelDeadline,
    Deadline,
    Effect,
    SetDeadline,
    Told,
)
from processors.core.rule import NO_EFFECTS, Params, Situation, ms
from processors.rules import care as homes_in_care
from processors.rules.absences import holding
from processors.rules.care import Care, is_blind, listened, registered
from processors.rules.homes import by_card, home_name, of_dwelling, stands_at
from processors.views.shape import SHOW, Pace, changed, is_due, read_model
from schemas.base import MS_PER_S, Words
from schemas.event_data import RegisterChanged
from schemas.events import Event
from schemas.views import CareView

LOOK_MS = 3600 * MS_PER_S
State = Literal["active", "silent", "away", "not_judged", "ended"]


class CareParams(Params):
    """As for welfare_silent."""

    silent_h: float = Field(default=24, gt=0)
    water_m3: float = Field(default=0.01, gt=0)


@dataclass(frozen=True, slots=True)
class Home:
    """A home in care, whether its silence was told of, and what was last shown of its state."""

    care: Care = homes_in_care.FRESH
    silent: bool = False
    shown: str = ""
    pace: Pace = field(default_factory=Pace)


def step(now: Situation, state: Home, told: Told) -> tuple[Home, tuple[Effect, ...]]:
    """One input of one home."""
    if is_due(told):
        return _shown(now, replace(state, pace=Pace(), shown=""))
    match told:
        case AlertOpened():
            return _shown(now, replace(state, silent=True))
        case Deadline(name="look"):
            state, shown = _shown(now, state)
            return state, (_look(now), *shown)
        case Deadline(name):
            care, kept = homes_in_care.over(state.care, name, now.at)
            state, shown = _anew(now, state, care)
            return state, (*kept, *shown)
        case Event(data=RegisterChanged() as data):
            care, kept = registered(now, state.care, data, ms(now.params.silent_h * 3600))
            if not kept:
                return state, NO_EFFECTS
            state, shown = _anew(now, state, care)
            return state, (*kept, *shown)
        case Event():
            return _heard(now, state, told)
    return state, NO_EFFECTS


def _heard(now: Situation, state: Home, event: Event) -> tuple[Home, tuple[Effect, ...]]:
    if state.care.consent is None:
        return state, NO_EFFECTS
    care, is_sign = listened(now, state.care, event, now.params.water_m3)
    state = replace(state, care=care)
    return _shown(now, replace(state, silent=False)) if is_sign else (state, NO_EFFECTS)


def _anew(now: Situation, state: Home, care: Care) -> tuple[Home, tuple[Effect, ...]]:
    """The register says something else of the home, or what it said is over."""
    if care.consent is not None:
        is_silent = state.silent and now.at >= care.awaited_since(now.at) + care.silent_ms
        silent = is_silent and not care.is_away(now.at)
        state, shown = _shown(now, replace(state, care=care, silent=silent))
        return state, (_look(now), *shown)
    ended = (CancelDeadline("look"), CancelDeadline(SHOW))
    if state.care.consent is None:
        return replace(state, care=care), NO_EFFECTS
    _, shown = _shown(now, Home(care=care))
    return Home(care=care), (*ended, *shown)


def _look(now: Situation) -> Effect:
    return SetDeadline("look", now.at + LOOK_MS)


def _shown(now: Situation, state: Home) -> tuple[Home, tuple[Effect, ...]]:
    """Show the home if its state or the hour of its last sign is another one."""
    hour = state.care.heard_at // LOOK_MS
    name = f"{_state(now, state)} {hour} {state.care.silent_ms} {state.care.aways}"
    if name == state.shown:
        return state, NO_EFFECTS
    pace, shown = changed(now, state.pace, lambda: _view(now, state))
    return replace(state, pace=pace, shown=name), shown


def _state(now: Situation, state: Home) -> State:
    care = state.care
    if care.consent is None:
        return "ended"
    if care.is_away(now.at):
        return "away"
    if state.silent:
        return "silent"
    return "not_judged" if is_blind(now, now.at - care.silent_ms) else "active"


def _view(now: Situation, state: Home) -> CareView:
    care = state.care
    place = stands_at(now.config, now.register, now.scope.id)
    away = holding(care.aways, now.at)
    return CareView(
        estate=now.config.estate,
        dwelling=now.scope.id,
        place=place,
        place_name=home_name(now.config, now.scope.id, place),
        state=_state(now, state),
        last=None if care.last is None else care.last.time,
        last_by=None if care.last is None else shown_as(care.last.type),
        silent_max_s=care.silent_ms // MS_PER_S,
        away_until=None if away is None else away.until,
        at=now.at,
    )


VIEW = read_model(
    "care",
    Words(zh="关爱户", en="homes in care"),
    homes_in_care.SIGNS | {"register.changed"},
    of_dwelling,
    CareParams,
    Home,
    step,
    joined=by_card,
    after=frozenset({"welfare_silent"}),
    idle=homes_in_care.without_consent,
)
