"""An e-bike stands in a stairwell or a corridor.

Why: it is where most fatal e-bike fires begin, and it bars the only way out. Fires when one stays
in a corridor, or in a zone that stands in a building, for `stay_min`; after `push_min` it rings. A
tracker that loses it for less than `gap_s` and finds it again tells of one stay. One that is only
seen now and then, without a track, must be seen for as long. Misses cameras that see several
places and name none, e-bikes under covers, and models that know bicycles alone (`bicycles_too`).
Known false alarms: motorcycles of couriers on a long delivery, bicycles taken for e-bikes.
"""

from typing import Any

from pydantic import Field

from processors.core.effects import Deadline, Effect, Input, OpenAlert
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.objects import BICYCLES, EBIKES, LEFT, SEEN, words_of
from processors.rules.stays import Stay, Terms, Told, about, due, here, left, seen, stay_scopes
from schemas.base import Words
from schemas.events import Event


class ParkedParams(Params):
    """10 min and 60 min are the situation's own; what counts as still there is our judgement.

    `bicycles_too` is for models that have no word but bicycle; `outdoors_too` for a zone outside.
    """

    stay_min: float = Field(default=10, gt=0)
    push_min: float = Field(default=60, gt=0)
    gap_s: float = Field(default=120, gt=0)
    silent_h: float = Field(default=12, gt=0)
    bicycles_too: bool = False
    outdoors_too: bool = False


WORTH_A_LOOK = EBIKES | BICYCLES


def step(now: Situation, state: Stay, told: Input) -> tuple[Stay, tuple[Effect, ...]]:
    """One input of one place."""
    state, effects, items = _followed(now, state, told)
    if not items:
        return state, effects
    long = state.told > 1
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail(now, long=long),
        evidence=items,
        delivery="push" if long else None,
    )
    return state, (*effects, alert)


def _followed(now: Situation, state: Stay, told: Input) -> Told:
    terms = _terms(now.params)
    if isinstance(told, Deadline):
        return due(state, told, terms, now.scope.id)
    assert isinstance(told, Event)
    if told.type in LEFT:
        return left(state, told, terms)
    if words_of(told).isdisjoint(WORTH_A_LOOK if now.params.bicycles_too else EBIKES):
        return state, NO_EFFECTS, ()
    if not here(now, told):
        return left(state, told, terms)
    return seen(state, told, terms)


def _terms(params: Any) -> Terms:
    spans = (ms(params.stay_min * 60), ms(params.push_min * 60))
    return Terms(tuple(sorted(spans)), ms(params.gap_s), ms(params.silent_h * 3600))


def _detail(now: Situation, *, long: bool) -> Words:
    span = span_words(ms((now.params.push_min if long else now.params.stay_min) * 60))
    return Words(
        zh=f"电动车或同类两轮车停放已超过{span.zh}。仅凭画面，可能正在装卸。"
        "请先看画面，再联系车主移至室外车棚。首办：物业。",
        en=f"An e-bike, or two wheels like it, has stood here for more than {span.en}. By camera "
        "alone; perhaps somebody is unloading. Look at the picture first, then ask the owner to "
        "move it to the shed outside. First: property.",
    )


RULE = Rule(
    id="ebike_in_stairwell",
    version="1",
    title=Words(zh="楼道停放电动车", en="e-bike in a stairwell"),
    steps={
        "seen": Words(zh="画面中有电动车", en="an e-bike in view"),
        "left": Words(zh="已离开", en="gone"),
    },
    inputs=SEEN | LEFT,
    scopes=stay_scopes(about(WORTH_A_LOOK)),
    params=ParkedParams,
    state=Stay,
    step=step,
    severity="yellow",
    handler="property",
    delivery="list",
)
