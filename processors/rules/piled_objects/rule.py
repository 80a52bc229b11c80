"""Things stand in the way out of a building, for a day and more (乱堆乱放).

Why: what is piled in a corridor burns first, and then bars the way. Fires when things left behind
stay in a corridor, or in a zone that stands in a building, for `stay_h`: a device's own verdict
stands until it is taken back, a tracked thing until it leaves. Out of sight for less than `gap_min`
it is one stay. Works registered for the place keep the alert and ring nobody (`works_under_way`);
what still stands there when they end is told within the hour. Misses cameras that see several
places and name none, verdicts of makes that send only their first, and e-bikes, which have a rule
of their own. Known false alarms: furniture that belongs there, things taken away unseen by a device
that never says so.
"""

from typing import Any

from pydantic import Field

from processors.core.effects import Deadline, Effect, Input, OpenAlert, SetDeadline
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.causes import by_works
from processors.rules.objects import EBIKES, ITEMS, LEFT, SEEN, TAKEN, track_of, words_of
from processors.rules.stays import Stay, Terms, Told, about, due, here, left, seen, stay_scopes
from schemas.base import MS_PER_S, Words
from schemas.events import Event


class PilesParams(Params):
    """24 h is the situation's own; what counts as still there is our judgement.

    `outdoors_too` is for zones outside of buildings that are ways out as well.
    """

    stay_h: float = Field(default=24, gt=0)
    gap_min: float = Field(default=10, gt=0)
    silent_h: float = Field(default=72, gt=0)
    outdoors_too: bool = False


AGAIN_MS = 3_600 * MS_PER_S
"""Said again this often, so that it is told once the works that silenced it are over."""


def step(now: Situation, state: Stay, told: Input) -> tuple[Stay, tuple[Effect, ...]]:
    """One input of one place."""
    if isinstance(told, Deadline) and told.name == "again":
        return state, _alert(now, state) if state.told else NO_EFFECTS
    state, effects, items = _followed(now, state, told)
    return state, (*effects, *_alert(now, state, *items[1:])) if items else effects


def _followed(now: Situation, state: Stay, told: Input) -> Told:
    terms = _terms(now.params)
    if isinstance(told, Deadline):
        return due(state, told, terms, now.scope.id)
    assert isinstance(told, Event)
    words = words_of(told)
    is_item = not words.isdisjoint(ITEMS) and words.isdisjoint(EBIKES)
    if told.type in LEFT or not words.isdisjoint(TAKEN):
        is_ours = track_of(told) is not None or is_item or not words.isdisjoint(TAKEN)
        return left(state, told, terms) if is_ours else (state, NO_EFFECTS, ())
    if not is_item:
        return state, NO_EFFECTS, ()
    return seen(state, told, terms) if here(now, told) else left(state, told, terms)


def _terms(params: Any) -> Terms:
    return Terms(
        (ms(params.stay_h * 3600),),
        ms(params.gap_min * 60),
        ms(params.silent_h * 3600),
        stand=True,
    )


def _alert(now: Situation, state: Stay, *more: Any) -> tuple[Effect, ...]:
    assert state.first is not None
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail(now),
        evidence=(state.first, *more),
    )
    return alert, SetDeadline("again", now.at + AGAIN_MS)


def _detail(now: Situation) -> Words:
    span = span_words(ms(now.params.stay_h * 3600))
    return Words(
        zh=f"疏散通道内有物品停留已超过{span.zh}。仅凭画面，可能为住户临时摆放或已移走。"
        "请先看画面，再联系住户清理。首办：物业。",
        en=f"Things have stood in the way out for more than {span.en}. By camera alone; perhaps a "
        "resident's for a while, perhaps gone already. Look at the picture first, then ask the "
        "residents to clear it. First: property.",
    )


RULE = Rule(
    id="piled_objects",
    version="1",
    title=Words(zh="通道堆放物品", en="objects in the way out"),
    steps={
        "seen": Words(zh="画面中有物品", en="things in view"),
        "left": Words(zh="已移走", en="gone"),
    },
    inputs=SEEN | LEFT,
    scopes=stay_scopes(about(ITEMS | TAKEN)),
    params=PilesParams,
    state=Stay,
    step=step,
    severity="blue",
    handler="property",
    delivery="list",
    inhibitors=by_works,
)
