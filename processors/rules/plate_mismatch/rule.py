"""One plate on two vehicles, or an exit that no entry belongs to.

Why: a plate that comes in on a white car and leaves on a black lorry is on one of them unlawfully.
Fires when two passages of one plate within `remember_h` show vehicles that no shadow explains
(colour or kind clearly apart). A plate that only looks alike, one of the two read with less
confidence than `sure_min`, is listed and not pushed. Counts, for the statistic alone, exits whose
entry was not read and entries whose exit was not read; `cloned_plate` builds on these. Plates agree
letter by letter or in letters that readers confuse; one plain difference is another plate here.
Misses vehicles that look alike, and cameras that tell no looks. Known false alarms: headlights and
shadow that change a colour, and in the first days after the installation exits of what was inside.
A number on a blue and on a yellow plate is two lawful vehicles and never told.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.incidents import spot
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import clock_text
from processors.rules.areas import area_of
from processors.rules.lanes import (
    PASSAGES,
    SURE_MIN,
    is_sure,
    lane_of,
    of_look_alikes,
    way_of,
)
from processors.rules.looks import (
    UNSEEN as UNSEEN_LOOKS,
)
from processors.rules.looks import (
    Looks,
    are_two_plates,
    differ,
    difference_words,
    looks_of,
)
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import VehicleData
from schemas.events import Event


class MismatchParams(Params):
    """All are our own judgement. `same_passage_s`: readings so close on one way are one passage.

    `remember_h` is how long looks are compared, `forget_d` how long a vehicle counts as inside.
    """

    same_passage_s: float = Field(default=60, gt=0)
    remember_h: float = Field(default=24, gt=0)
    forget_d: float = Field(default=30, gt=0)
    sure_min: float = Field(default=SURE_MIN, ge=0, le=1)
    clear_h: float = Field(default=4, gt=0)


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage, of one reading or several: the first, which way, and the looks of all."""

    item: Evidence
    gate: str
    area: str
    way: str | None = None
    looks: Looks = UNSEEN_LOOKS
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Inside:
    """A vehicle that came into an area and was not read on the way out."""

    area: str
    item: Evidence


@dataclass(frozen=True, slots=True)
class Plate:
    """What is known of one plate and those that readers take for it."""

    passages: tuple[Passage, ...] = ()
    inside: tuple[Inside, ...] = ()


KEPT_MAX = 8
Result = tuple[Plate, tuple[Effect, ...]]


def step(now: Situation, state: Plate, told: Input) -> Result:
    """One reading of a plate, or the time to forget."""
    if isinstance(told, Deadline):
        forgotten = {"looks": {"passages": ()}, "inside": {"inside": ()}}[told.name]
        return replace(state, **forgotten), NO_EFFECTS
    assert isinstance(told, Event)
    assert isinstance(told.data, VehicleData)
    new = _passage(now, told, told.data)
    way, old = new.way, _same_passage(now, state, new)
    if old is None:
        passage, kept = new, state.passages
    else:
        passage, kept = _joined(old, new), tuple(p for p in state.passages if p is not old)
    state = replace(state, passages=(*kept[-KEPT_MAX + 1 :], passage))
    effects: tuple[Effect, ...] = ()
    if old is None:
        effects = (SetDeadline("looks", told.at + ms(now.params.remember_h * 3600)),)
    if old is None or old.looks != passage.looks:
        effects = (*effects, *_compared(now, kept, passage))
    if way is None or (old is not None and old.way is not None):
        return state, effects
    state, more = (_came if way == "in" else _went)(now, state, passage)
    return state, (*effects, *more)


def _passage(now: Situation, event: Event, data: VehicleData) -> Passage:
    lane = lane_of(event, now.config)
    gate, area = spot(now.config, lane), area_of(now.config, lane)
    sure = is_sure(event, now.params.sure_min)
    return Passage(evidence("passed", event), gate, area, way_of(event), looks_of(data), sure)


def _same_passage(now: Situation, state: Plate, new: Passage) -> Passage | None:
    """The passage that a reading is of; a look-alike moments later is the same plate misread."""
    since = new.item.time - ms(now.params.same_passage_s)
    for old in reversed(state.passages):
        one_way = old.way is None or new.way is None or old.way == new.way
        if old.item.time >= since and old.gate == new.gate and one_way:
            return old
    return None


def _joined(old: Passage, new: Passage) -> Passage:
    """The first reading stands until a surer one comes; its sealed letters need its own id."""
    item = new.item if new.sure and not old.sure else old.item
    looks = old.looks.known_with(new.looks)
    way, sure = old.way or new.way, old.sure or new.sure
    return Passage(item, old.gate, old.area, way, looks, sure)


def _compared(now: Situation, kept: tuple[Passage, ...], new: Passage) -> tuple[Effect, ...]:
    """The passage against the last one of the same plate."""
    before = next((p for p in reversed(kept) if _one_plate(p, new)), None)
    if before is None or not differ(before.looks, new.looks):
        return NO_EFFECTS
    if are_two_plates(before.looks, new.looks):
        reason = "a blue and a yellow plate may carry one number"
        return (NearMiss("another_vehicle", reason),)
    same = before.item.subject == new.item.subject and before.sure and new.sure
    alert = OpenAlert(
        key=now.scope.id,
        place=new.item.place,
        detail=_another(now, before, new, same),
        evidence=(before.item, _as(new.item, "another_vehicle")),
        subject=new.item.subject,
        delivery=None if same else "list",
        identity=f"{before.item.id}|{new.item.id}",
        clear_after_ms=ms(now.params.clear_h * 3600),
    )
    return (alert,)


def _one_plate(one: Passage, other: Passage) -> bool:
    """Two that only look alike and were both read for sure are two plates."""
    return one.item.subject == other.item.subject or not (one.sure and other.sure)


def _came(now: Situation, state: Plate, passage: Passage) -> Result:
    here = Inside(passage.area, passage.item)
    again = next((i for i in state.inside if _is(i, passage)), None)
    others = tuple(i for i in state.inside if i is not again)
    state = replace(state, inside=(*others[-KEPT_MAX + 1 :], here))
    forget = SetDeadline("inside", now.at + ms(now.params.forget_d * 86_400))
    if again is None or not passage.sure:
        return state, (forget,)
    items = (_as(again.item, "entered"), _as(passage.item, "entered_again"))
    return state, (forget, _counted(now, "in", passage, items, AGAIN))


def _went(now: Situation, state: Plate, passage: Passage) -> Result:
    """Out of the estate is out of all in it."""
    found = next((i for i in state.inside if _is(i, passage)), None)
    found = found or next((i for i in state.inside if i.area == passage.area), None)
    left = tuple(i for i in state.inside if i is not found)
    if passage.area == now.config.estate:
        subject = passage.item.subject
        left = tuple(i for i in left if i.area == passage.area or i.item.subject != subject)
    state = replace(state, inside=left)
    done: tuple[Effect, ...] = () if left else (CancelDeadline("inside"),)
    if found is not None:
        return state, done
    items = (_as(passage.item, "left_unseen"),)
    return state, (*done, _counted(now, "out", passage, items, UNSEEN))


def _is(inside: Inside, passage: Passage) -> bool:
    return inside.area == passage.area and inside.item.subject == passage.item.subject


def _counted(
    now: Situation, way: str, passage: Passage, items: tuple[Evidence, ...], detail: Words
) -> OpenAlert:
    """For the statistic; it is over with the passage, so that the next is counted anew."""
    return OpenAlert(
        key=f"{now.scope.id}|{way}|{passage.area}",
        place=passage.item.place,
        detail=detail,
        evidence=items,
        subject=passage.item.subject,
        severity="blue",
        delivery="statistic",
        identity=items[-1].id,
        clear_after_ms=ms(now.params.same_passage_s),
    )


def _as(item: Evidence, step_name: str) -> Evidence:
    return replace(item, step=step_name)


def _another(now: Situation, before: Passage, new: Passage, same: bool) -> Words:
    looks = difference_words(before.looks, new.looks)
    assert looks is not None
    when = clock_text(before.item.time, now.config.timezone)
    where = now.config.place_name(before.item.place)
    doubt = Words(zh="同一号牌", en="the same plate")
    if not same:
        doubt = Words(zh="易混字符的号牌（可能误读）", en="a plate that readers confuse with it")
    return Words(
        zh=f"{when}{where.zh}也读到{doubt.zh}；{looks.zh}。光线可能改变颜色，请先比对两图，"
        "再核对车辆登记。首办：民警。",
        en=f"At {when} {where.en} read {doubt.en}; {looks.en}. Light may change a colour; compare "
        "both pictures first, then the vehicle's record. First: police.",
    )


UNSEEN = Words(
    zh="驶出时未找到驶入记录。可能为入口漏读或误读。仅作统计，请先查看入口识别情况。",
    en="Left, and no entry was read. Perhaps the entry was missed or misread. For the statistic "
    "alone; look at the readings of the entries first.",
)
AGAIN = Words(
    zh="再次驶入，上次驶入后未读到驶出。可能为出口漏读或误读。仅作统计，请先查看出口识别情况。",
    en="Came in again, and no exit was read since. Perhaps the exit was missed or misread. For the "
    "statistic alone; look at the readings of the exits first.",
)

RULE = Rule(
    id="plate_mismatch",
    version="1",
    title=Words(zh="号牌与车辆不符", en="plate and vehicle do not match"),
    steps={
        "passed": Words(zh="前次通行", en="passed before"),
        "another_vehicle": Words(zh="同牌另一车辆", en="the plate on another vehicle"),
        "entered": Words(zh="驶入", en="entered"),
        "entered_again": Words(zh="再次驶入", en="entered again"),
        "left_unseen": Words(zh="驶出，无驶入记录", en="left with no entry read"),
    },
    inputs=PASSAGES,
    scopes=of_look_alikes,
    params=MismatchParams,
    state=Plate,
    step=step,
    severity="orange",
    handler="police",
    delivery="push",
)
