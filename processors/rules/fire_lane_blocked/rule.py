"""A vehicle stands where fire engines must pass.

Why: minutes lost at a blocked way cost lives, and the driver is mostly near and can be asked. Fires
when a device says that the fire lane is occupied, or a vehicle is in a zone marked as `fire_lane`,
and it stands there for `stay_s`; after `police_min` it is orange, for the police. Clears once
the camera says that it left or sees it elsewhere. The loudspeaker's warning, at 60 s where a camera
has one, is the camera's own. Misses zones that the site does not mark and no device judges, and
vehicles that a camera only sees now and then, without a track. Known false alarms: ambulances and
removal vans at work; a device that never says that the vehicle left is believed for an hour.
"""

from pydantic import Field

from processors.core.effects import Deadline, Effect, Input, OpenAlert
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.parking import (
    APPEARS,
    LEFT,
    VERDICT,
    Standing,
    Zone,
    followed,
    is_zone,
    zones_of,
)
from schemas.base import Words
from schemas.events import Event


class FireLaneParams(Params):
    """180 s (and a voice at 60 s) as in Fuzhou Jiangxi (People's Daily, 2021); 30 min is our own.

    `fire_lane` marks a zone as one; what a device itself calls a fire lane needs no mark.
    """

    stay_s: float = Field(default=180, gt=0)
    police_min: float = Field(default=30, gt=0)
    fire_lane: bool = False


def step(now: Situation, state: Zone, told: Input) -> tuple[Zone, tuple[Effect, ...]]:
    """One input of one zone."""
    assert isinstance(told, Event | Deadline)
    if isinstance(told, Event) and told.type in APPEARS and not now.params.fire_lane:
        return state, NO_EFFECTS
    spans = (ms(now.params.stay_s), ms(now.params.police_min * 60))
    state, effects, due = followed(now, state, told, spans, is_zone)
    if due is None:
        return state, effects
    long = due.told > 1
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail(now, due, long=long),
        evidence=(due.first,),
        severity="orange" if long else None,
        handler="police" if long else None,
        also=("property",) if long else None,
    )
    return state, (*effects, alert)


def _detail(now: Situation, due: Standing, *, long: bool) -> Words:
    span = span_words(now.at - due.since)
    if long:
        return Words(
            zh=f"车辆占用消防车通道已{span.zh}，仍未移走。请立即到场，联系车主或依法拖移。"
            "首办：民警，物业配合。",
            en=f"A vehicle has stood in the fire lane for {span.en} and is still there. Go there "
            "now; call its owner or have it towed. First: police, with property.",
        )
    later = span_words(ms(now.params.police_min * 60))
    return Words(
        zh=f"车辆占用消防车通道已{span.zh}。可能正在上下客或装卸。请立即喊话并联系车主移车，"
        f"满{later.zh}仍未移走的转民警。首办：物业。",
        en=f"A vehicle has stood in the fire lane for {span.en}. Perhaps somebody is being set "
        "down, or unloading. Call out and ask the owner to move it now; after "
        f"{later.en} it goes to the police. First: property.",
    )


RULE = Rule(
    id="fire_lane_blocked",
    version="1",
    title=Words(zh="消防通道占用", en="fire lane blocked"),
    steps={
        "standing": Words(zh="车辆停在通道内", en="a vehicle in the lane"),
        "left": Words(zh="驶离", en="gone"),
    },
    inputs=APPEARS | LEFT | {VERDICT},
    scopes=zones_of(is_zone),
    params=FireLaneParams,
    state=Zone,
    step=step,
    severity="yellow",
    handler="property",
    delivery="push",
    also=("police",),
)
