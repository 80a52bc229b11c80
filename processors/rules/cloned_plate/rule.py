"""One plate at two places at once: somebody drives under a copy of it.

Why: the owner is fined and questioned for what another did, and what that other did stays his own.
This is the half that one estate can see: a plate comes in while, by all readings, it is inside
already. Fires when a plate is read for sure on two entries with no exit between, at an area whose
vehicle exits are all read; `plate_mismatch` finds the two entries. An exit that no entry belongs
to, by a plate one letter apart, explains one such entry, and so does a vehicle that left unread.
The other half, two estates too far apart for the time between, is `city.py` over the sightings.
Misses areas that do not read their exits, entries more than `inside_max_h` apart, and spans in
which input was missing or a device at a lane was lost. Known false alarms: an exit that nobody
read, or read with two letters wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from processors.core.effects import (
    AlertOpened,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Scope, Situation, by_place, ms
from processors.core.words import clock_text, span_words
from processors.rules.areas import area_of
from processors.rules.cloned_plate.words import STEPS, TITLE
from processors.rules.lanes import PASSAGES, area_behind, exits_are_read, lane_of
from processors.rules.plates import likeness, plate_of
from schemas.alerts import Alert, Evidence
from schemas.base import Words
from schemas.event_data import PlateRef
from schemas.events import Event
from schemas.place import EstateConfig


class ClonedParams(Params):
    """Hours, both our own judgement; entries further apart are not judged."""

    inside_max_h: float = Field(default=72, gt=0)
    clear_h: float = Field(default=4, gt=0)


@dataclass(frozen=True, slots=True)
class Left:
    """A vehicle that left an area without having been seen to come; `plate` None: unread."""

    area: str
    at: int
    plate: PlateRef | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two entries of one plate into an area with no exit between."""

    area: str
    first: Evidence
    again: Evidence


@dataclass(frozen=True, slots=True)
class Gates:
    """What may explain an entry: who left unseen, and when devices at an area's lanes were lost.

    `asked`: the reading that comes next is what the last alert of `plate_mismatch` was about.
    """

    left: tuple[Left, ...] = ()
    lost: tuple[tuple[str, int], ...] = ()
    doubts: tuple[Doubt, ...] = ()
    asked: Literal["left", "again"] | None = None


KEPT_MAX = 100
Result = tuple[Gates, tuple[Effect, ...]]


@by_place
def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """An estate's gates together."""
    return (Scope("estate", config.estate),)


def told_in(alert: Alert, config: EstateConfig) -> Iterator[Scope]:
    """The readings that no other belongs to, and the devices lost at a lane."""
    if alert.rule != "device_lost" or area_behind(config, alert.key) is not None:
        yield Scope("estate", config.estate)


def step(now: Situation, state: Gates, told: Input) -> Result:
    """An alert of the rules followed, the reading it was about, or the time to judge or forget."""
    match told:
        case AlertOpened(alert):
            return _noted(now, state, alert)
        case Deadline(name="forget"):
            return _since(now, state), NO_EFFECTS
        case Deadline():
            return _judged(now, state, told)
    plate = plate_of(told)
    if plate is None:
        return _unread(now, state, told)
    if state.asked is None:
        return state, NO_EFFECTS
    state, asked = replace(state, asked=None), state.asked
    if asked == "again":
        return _explained(now, state, plate)
    return replace(state, left=(*state.left[:-1], replace(state.left[-1], plate=plate))), NO_EFFECTS


def _noted(now: Situation, state: Gates, alert: Alert) -> Result:
    state = _since(now, state)
    if alert.rule == "device_lost":
        area = area_behind(now.config, alert.key)
        lost = (*state.lost[-KEPT_MAX + 1 :], (area or "", now.at))
        return replace(state, lost=lost), (_forget(now),)
    last = alert.evidence[-1]
    area = area_of(now.config, last.place)
    if last.step == "left_unseen":
        left = (*state.left[-KEPT_MAX + 1 :], Left(area, now.at))
        return replace(state, left=left, asked="left"), (_forget(now),)
    if last.step != "entered_again":
        return state, NO_EFFECTS
    doubt = Doubt(area, alert.evidence[0], last)
    if why := _why_not(now, state, doubt):
        return state, (NearMiss("entered_again", f"not judged: {why}"),)
    doubts = (*state.doubts[-KEPT_MAX + 1 :], doubt)
    return replace(state, doubts=doubts, asked="again"), NO_EFFECTS


def _why_not(now: Situation, state: Gates, doubt: Doubt) -> str | None:
    begin, end = doubt.first.time, doubt.again.time
    if not exits_are_read(now.config, doubt.area):
        return "the site does not say that all its vehicle exits are read"
    if end - begin > ms(now.params.inside_max_h * 3600):
        return f"it came in more than {now.params.inside_max_h:g} h before"
    if any(area == doubt.area and begin <= at <= end for area, at in state.lost):
        return "a device at a lane was lost meanwhile"
    return None


def _explained(now: Situation, state: Gates, plate: PlateRef) -> Result:
    """An exit nobody came in for: the plate one letter apart, or else one that was not read."""
    doubt = state.doubts[-1]
    begin, end = doubt.first.time, doubt.again.time
    between = [one for one in state.left if one.area == doubt.area and begin < one.at < end]
    near = [one for one in between if one.plate is not None and likeness(one.plate, plate)]
    found = next(iter(near or [one for one in between if one.plate is None]), None)
    if found is None:
        return state, (SetDeadline(f"judge|{doubt.again.id}", now.at, since=begin),)
    left = tuple(one for one in state.left if one is not found)
    reason = "an exit unread or one letter apart may have been its own"
    state = replace(state, left=left, doubts=state.doubts[:-1])
    return state, (NearMiss("entered_again", reason),)


def _unread(now: Situation, state: Gates, event: Event) -> Result:
    if event.data.direction != "out":
        return state, NO_EFFECTS
    state = _since(now, state)
    area = area_of(now.config, lane_of(event, now.config))
    left = (*state.left[-KEPT_MAX + 1 :], Left(area, event.at))
    return replace(state, left=left), (_forget(now),)


def _judged(now: Situation, state: Gates, due: Deadline) -> Result:
    name = due.name.partition("|")[2]
    doubt = next(doubt for doubt in state.doubts if doubt.again.id == name)
    state = replace(state, doubts=tuple(one for one in state.doubts if one is not doubt))
    if not due.judged:
        reason = "not judged: an exit may be missing, since input was"
        return state, (NearMiss("entered_again", reason),)
    alert = OpenAlert(
        key=f"{doubt.again.subject}|{doubt.area}",
        place=doubt.again.place,
        detail=_detail(now, doubt),
        evidence=(doubt.first, doubt.again),
        subject=doubt.again.subject,
        identity=doubt.again.id,
        clear_after_ms=ms(now.params.clear_h * 3600),
    )
    return state, (alert,)


def _since(now: Situation, state: Gates) -> Gates:
    """Without what is too old to explain anything."""
    begin = now.at - ms(now.params.inside_max_h * 3600)
    left = tuple(one for one in state.left if one.at > begin)
    return replace(state, left=left, lost=tuple(one for one in state.lost if one[1] > begin))


def _forget(now: Situation) -> SetDeadline:
    return SetDeadline("forget", now.at + ms(now.params.inside_max_h * 3600))


def _detail(now: Situation, doubt: Doubt) -> Words:
    first, span = doubt.first, span_words(doubt.again.time - doubt.first.time)
    when = clock_text(first.time, now.config.timezone)
    where = now.config.place_name(first.place)
    return Words(
        zh=f"{when}{where.zh}驶入，未读到驶出，{span.zh}后同一号牌又在此驶入。也可能为出口漏读。"
        "请先比对两图，勿仅凭此拦车。首办：民警。",
        en=f"In at {where.en} {when}, no exit read, and the same plate in here again after "
        f"{span.en}. Perhaps an exit was missed. Compare both pictures first, and stop nobody on "
        "this alone. First: police.",
    )


RULE = Rule(
    id="cloned_plate",
    version="1",
    title=TITLE,
    steps=STEPS,
    inputs=PASSAGES | {"vehicle.seen"},
    scopes=scopes,
    params=ClonedParams,
    state=Gates,
    step=step,
    severity="orange",
    handler="police",
    delivery="push",
    after=frozenset({"plate_mismatch", "device_lost"}),
    told_in=told_in,
)
