"""A vehicle is parked outside the bays (乱停乱放).

Why: it takes the pavement from people with prams and bars the way to others. Fires when a vehicle
stands for `stay_min` in a zone in which there are no bays; after `yellow_min` it is yellow. Each
vehicle is followed for itself, so traffic passing through is no stay. Zones of a car park or a bay,
fire lanes (`fire_lane_blocked`) and zones with `parking` set are left out. Clears when the camera
says that it left or sees it elsewhere. Misses vehicles that a camera only sees now and then,
without a track. Known false alarms: unloading, removals, works; cameras that say that something
entered a zone and never that it left.
"""

from pydantic import Field

from processors.core.effects import Deadline, Effect, Input, OpenAlert
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.causes import by_works
from processors.rules.parking import (
    APPEARS,
    LEFT,
    Standing,
    Zone,
    followed,
    is_open_ground,
    zones_of,
)
from schemas.base import Words
from schemas.events import Event


class StrayParams(Params):
    """Minutes, both our own judgement; `parking` is for a zone in which parking is allowed."""

    stay_min: float = Field(default=10, gt=0)
    yellow_min: float = Field(default=30, gt=0)
    parking: bool = False


def step(now: Situation, state: Zone, told: Input) -> tuple[Zone, tuple[Effect, ...]]:
    """One input of one zone."""
    assert isinstance(told, Event | Deadline)
    if now.params.parking and isinstance(told, Event):
        return state, NO_EFFECTS
    spans = (ms(now.params.stay_min * 60), ms(now.params.yellow_min * 60))
    state, effects, due = followed(now, state, told, spans, is_open_ground)
    if due is None:
        return state, effects
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail(now, due),
        evidence=(due.first,),
        severity="yellow" if due.told > 1 else None,
    )
    return state, (*effects, alert)


def _detail(now: Situation, due: Standing) -> Words:
    span = span_words(now.at - due.since)
    return Words(
        zh=f"车辆停在泊位外已{span.zh}。仅凭画面，可能正在装卸或搬家。请先看画面，"
        "再联系车主移至泊位。首办：物业。",
        en=f"A vehicle has stood outside the bays for {span.en}. By camera alone; perhaps somebody "
        "is unloading or moving house. Look at the picture first, then ask the owner to move it. "
        "First: property.",
    )


RULE = Rule(
    id="stray_parking",
    version="1",
    title=Words(zh="车辆乱停", en="parked outside the bays"),
    steps={
        "standing": Words(zh="车辆停在泊位外", en="a vehicle outside the bays"),
        "left": Words(zh="驶离", en="gone"),
    },
    inputs=APPEARS | LEFT,
    scopes=zones_of(is_open_ground),
    params=StrayParams,
    state=Zone,
    step=step,
    severity="blue",
    handler="property",
    delivery="list",
    inhibitors=by_works,
)
