"""A device tells old news: a backlog of readings it kept while nobody heard it.

Why: what happened then is known only now, and nobody was called. Fires when readings of a device
are older than `age_s` on arrival, and its clock is known not to be the reason: another reading of
it is of another age, or it says itself that they are old. From `devices_min` devices on it is one
alert for the estate, since then the link was down and not the device. It clears when no more came
for `quiet_s`. Old readings count for when they happened; what is judged only once they have come
late stands in the lists as found afterwards and rings nobody. Misses devices without a clock, whose
old readings look new. Known false alarms: a clock that was set back by some minutes.
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
    evidence,
)
from processors.core.rule import (
    EVERY_TYPE,
    NO_EFFECTS,
    Params,
    Rule,
    Scope,
    Situation,
    by_place,
    ms,
)
from processors.core.words import span_words
from processors.rules.news import in_time
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.events import Event
from schemas.place import EstateConfig


class BacklogParams(Params):
    """60 s is the situation's own; the others are our judgement.

    A clock that is behind is off by the same time in every reading; within `same_age_s` two
    readings are of one age.
    """

    age_s: float = Field(default=60, ge=1)
    same_age_s: float = Field(default=10, ge=0)
    devices_min: int = Field(default=3, ge=2)
    quiet_s: float = Field(default=600, gt=0)


@dataclass(frozen=True, slots=True)
class Old:
    """Old readings of one device: the first, how many, their greatest and their least age (ms).

    `told` is the alert that speaks of it: None while its clock may be the reason.
    """

    device: str
    first: Evidence
    last: int
    count: int = 1
    age_max: int = 0
    age_min: int = 0
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Backlogs:
    """The devices of an estate that tell old news now."""

    devices: tuple[Old, ...] = ()


DEVICES_MAX = 200
FROM_THE_OFFICE = frozenset({"register.changed", "watch.changed", "report.filed"})


@by_place
def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The estate: whether one device was away or the link of many shows only over all."""
    return (Scope("estate", config.estate),)


def step(now: Situation, state: Backlogs, told: Input) -> tuple[Backlogs, tuple[Effect, ...]]:
    """One reading of any device, or one device that has no more to tell."""
    if isinstance(told, Deadline):
        return _quiet(now, state, told.name.partition("|")[2])
    assert isinstance(told, Event)
    data = told.data
    if data.time_from != "device" or data.time_doubt is not None:
        return state, NO_EFFECTS
    age = data.received_at - told.at
    is_old = age > ms(now.params.age_s)
    if not is_old and not state.devices:
        return state, NO_EFFECTS
    known = next((old for old in state.devices if old.device == data.device), None)
    if not is_old:
        return _in_time(now, state, known, age)
    return _old(now, state, known, told, age)


def _in_time(
    now: Situation, state: Backlogs, known: Old | None, age: int
) -> tuple[Backlogs, tuple[Effect, ...]]:
    """A reading in time proves that the clock is right."""
    if known is None or known.told is not None:
        return state, NO_EFFECTS
    known = replace(known, age_min=min(known.age_min, age))
    return _told(now, state, known) if _is_proven(now, known) else (state, NO_EFFECTS)


def _old(
    now: Situation, state: Backlogs, known: Old | None, event: Event, age: int
) -> tuple[Backlogs, tuple[Effect, ...]]:
    quiet = SetDeadline(f"quiet|{event.data.device}", event.at + ms(now.params.quiet_s))
    if known is None:
        if len(state.devices) >= DEVICES_MAX:
            return state, NO_EFFECTS
        old = Old(event.data.device, evidence("old", event), event.at, 1, age, age)
    else:
        old = replace(
            known, last=event.at, count=known.count + 1,
            age_max=max(known.age_max, age), age_min=min(known.age_min, age),
        )  # fmt: skip
    if old.told is None and (event.data.replayed or _is_proven(now, old)):
        state, effects = _told(now, state, old)
        return state, (quiet, *effects)
    state = _put(state, old)
    if old.told is None or old.count & (old.count - 1):
        return state, (quiet,)
    return state, (quiet, _alert(now, state, old.told))


def _is_proven(now: Situation, old: Old) -> bool:
    return old.age_max - old.age_min > ms(now.params.same_age_s)


def _told(now: Situation, state: Backlogs, old: Old) -> tuple[Backlogs, tuple[Effect, ...]]:
    """By an alert of its own, or with others by the estate's."""
    others = [one for one in state.devices if one.told and one.device != old.device]
    whole = now.config.estate
    together = len(others) + 1 >= now.params.devices_min or any(o.told == whole for o in others)
    old = replace(old, told=whole if together else old.device)
    state = _put(state, old)
    assert old.told is not None
    return state, (_alert(now, state, old.told),)


def _put(state: Backlogs, old: Old) -> Backlogs:
    others = tuple(one for one in state.devices if one.device != old.device)
    return Backlogs((*others, old))


def _quiet(now: Situation, state: Backlogs, device: str) -> tuple[Backlogs, tuple[Effect, ...]]:
    """No more came from a device; the last word says how many there were."""
    old = next((one for one in state.devices if one.device == device), None)
    if old is None:
        return state, NO_EFFECTS
    after = Backlogs(tuple(one for one in state.devices if one is not old))
    if old.told is None:
        reason = f"{old.count} old readings, all of one age: its clock may be behind"
        return after, (NearMiss("old", reason),)
    if any(one.told == old.told for one in after.devices):
        return after, NO_EFFECTS
    last_word = (_alert(now, state, old.told),) if old.told == old.device else NO_EFFECTS
    return after, (*last_word, ClearAlert(old.told))


def _alert(now: Situation, state: Backlogs, key: str) -> OpenAlert:
    olds = [old for old in state.devices if old.told == key]
    first = min(olds, key=lambda old: (old.first.time, old.first.id)).first
    device = now.config.device_by_id.get(first.device)
    return OpenAlert(
        key=key,
        place=first.place if device is None else device.place,
        detail=_detail(now, olds, key),
        evidence=tuple(sorted((old.first for old in olds), key=lambda item: (item.time, item.id))),
    )


def _detail(now: Situation, olds: list[Old], key: str) -> Words:
    device = now.config.device_by_id.get(olds[0].device)
    who = device.name if device is not None else Words(zh="设备", en="The device")
    said = Words(zh=f"{who.zh}补报旧记录", en=f"{who.en} reports old readings")
    cause = Words(zh="可能曾断网", en="Perhaps its link was down")
    if key == now.config.estate:
        said = Words(
            zh=f"{now.config.name.zh}多台设备补报旧记录",
            en=f"Several devices of {now.config.name.en} report old readings",
        )
        cause = Words(zh="可能小区网络曾中断", en="Perhaps the estate's link was down")
    else:
        said = Words(zh=f"{said.zh}{olds[0].count}条", en=f"{said.en}, {olds[0].count} so far")
    span = span_words(max(old.age_max for old in olds))
    return Words(
        zh=f"{said.zh}，最早为{span.zh}前。已按发生时间计入；事后才能判断的标为“事后发现”，"
        f"不补响铃。{cause.zh}。请先查网络。首办：运维。",
        en=f"{said.en}, up to {span.en} old. They count for when they happened; what can only be "
        f"judged now is marked as found afterwards and rings nobody. {cause.en}. Check the network "
        "first. First: maintenance.",
    )


RULE = Rule(
    id="backlog",
    version="1",
    title=Words(zh="设备补报旧记录", en="old readings reported"),
    steps={"old": Words(zh="旧记录", en="an old reading")},
    inputs=EVERY_TYPE - FROM_THE_OFFICE,
    scopes=scopes,
    params=BacklogParams,
    state=Backlogs,
    step=step,
    idle=in_time,
    severity="blue",
    handler="maintenance",
    delivery="list",
)
