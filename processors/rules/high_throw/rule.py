"""Something fell past a facade (高空抛物).

Why: a bottle from the tenth floor kills, and the next one may follow. Fires at once, on the
camera's own word, once for each fall: readings of one camera zone within `same_s` tell of one. It
is orange and the property's until a person has seen the clip; who confirms it hands it to the
police. Which window it came from nobody here says. Misses facades without
such a camera, and what falls at night without light. Known false alarms: birds, leaves, snow, rain
and insects before the lens, laundry blown away, people at work on the facade.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import Effect, Input, OpenAlert, UpdateAlert, evidence
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.rules.places import in_zone
from schemas.base import Words
from schemas.events import Event


class FallParams(Params):
    """A fall from 100 m takes 4.5 s (√(2·100/9.81)); how long it stands is our own judgement."""

    same_s: float = Field(default=5, gt=0)
    clear_h: float = Field(default=24, gt=0)


@dataclass(frozen=True, slots=True)
class Fall:
    """The last fall: its alert's key, when it began, and how many readings told of it."""

    key: str = ""
    at: int = 0
    readings: int = 0


READINGS_MAX = 10


def step(now: Situation, state: Fall, told: Input) -> tuple[Fall, tuple[Effect, ...]]:
    """One reading of one facade."""
    if not isinstance(told, Event):
        return state, NO_EFFECTS
    item = evidence("fell", told)
    if state.key and told.at - state.at <= ms(now.params.same_s):
        if state.readings >= READINGS_MAX:
            return state, NO_EFFECTS
        state = replace(state, readings=state.readings + 1)
        return state, (UpdateAlert(state.key, (item,)),)
    key = f"{now.scope.id}|{told.id}"
    alert = OpenAlert(
        key=key,
        place=now.scope.id,
        detail=DETAIL,
        evidence=(item,),
        clear_after_ms=ms(now.params.clear_h * 3600),
    )
    return Fall(key, told.at, 1), (alert,)


DETAIL = Words(
    zh="摄像机报有物体从高处落下。可能为飞鸟、雨雪或被风吹落。请先查看下方有无人受伤，再看录像；"
    "确认后提级并转民警。首办：物业。",
    en="The camera reports that something fell from a height. Perhaps a bird, rain, snow or the "
    "wind. Check first that nobody below is hurt, then look at the recording; once confirmed, "
    "raise it and hand it to the police. First: property.",
)

RULE = Rule(
    id="high_throw",
    version="1",
    title=Words(zh="高空坠物", en="object fell from a height"),
    steps={"fell": Words(zh="有物体落下", en="something fell")},
    inputs=frozenset({"object.fell"}),
    scopes=in_zone,
    params=FallParams,
    state=Fall,
    step=step,
    severity="orange",
    handler="property",
    delivery="push",
)
