"""A vehicle without a permit comes in again and again.

Why: it serves somebody here and nobody has entered it: a tenant's car, a trade run from a flat, a
bay let to a stranger. Fires at the `entries_min`-th entry within `window_h` while no permit covers
it and no list of a device knows it; readings within `same_passage_s` are one entry. Clears when a
permit comes, or by itself `clear_h` after the last entry. Misses vehicles whose plate is not read.
Known false alarms: couriers, taxis and hauliers on a working day; a resident's plate misread the
same way each time.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    Input,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.patterns import EMPTY, Window, event_count, slide
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.lanes import PASSAGES, of_look_alikes, way_of
from processors.rules.permits import NO_PERMIT, Permit, permit_after
from schemas.base import Words
from schemas.event_data import RegisterChanged, VehicleData
from schemas.events import Event


class FrequentParams(Params):
    """3 entries a day is HikCentral's example; the others are our own judgement.

    `known_lists` are the lists of the devices whose vehicles somebody has entered there.
    """

    entries_min: int = Field(default=3, ge=2)
    window_h: float = Field(default=24, gt=0)
    same_passage_s: float = Field(default=60, ge=0)
    clear_h: float = Field(default=24, gt=0)
    known_lists: tuple[str, ...] = ("allow", "resident")


@dataclass(frozen=True, slots=True)
class Visits:
    """The entries of late, the permit, and whether the alert stands."""

    entries: Window = EMPTY
    permit: Permit = NO_PERMIT
    alerted: bool = False


Result = tuple[Visits, tuple[Effect, ...]]


def step(now: Situation, state: Visits, told: Input) -> Result:
    """One input of one vehicle."""
    if isinstance(told, Deadline):
        return _due(state, told)
    assert isinstance(told, Event)
    if isinstance(told.data, RegisterChanged):
        return _permitted(now, state, told)
    assert isinstance(told.data, VehicleData)
    known = state.permit.covers(told.at) or told.data.list_name in now.params.known_lists
    if way_of(told) != "in" or known:
        return state, NO_EFFECTS
    return _entered(now, state, told)


def _entered(now: Situation, state: Visits, event: Event) -> Result:
    if state.entries and event.at - state.entries[-1].time <= ms(now.params.same_passage_s):
        return state, NO_EFFECTS
    entries = slide(state.entries, evidence("entered", event), ms(now.params.window_h * 3600))
    state = replace(state, entries=entries)
    forget = SetDeadline("forget", event.at + ms(now.params.window_h * 3600))
    if not event_count(entries, now.params.entries_min):
        return state, (forget,)
    alert = OpenAlert(
        key=now.scope.id,
        place=entries[-1].place,
        detail=_detail(now, len(entries)),
        evidence=entries,
        subject=entries[-1].subject,
        clear_after_ms=ms(now.params.clear_h * 3600),
    )
    return replace(state, alerted=True), (forget, alert)


def _permitted(now: Situation, state: Visits, event: Event) -> Result:
    permit = permit_after(state.permit, event)
    if permit is None:
        return state, NO_EFFECTS
    ends: Effect = CancelDeadline("permit")
    if permit.until is not None:
        ends = SetDeadline("permit", max(permit.until, now.at))
    if not permit.covers(now.at):
        return replace(state, permit=permit), (ends,)
    done = (ClearAlert(now.scope.id),) if state.alerted else NO_EFFECTS
    return Visits(permit=permit), (ends, CancelDeadline("forget"), *done)


def _due(state: Visits, due: Deadline) -> Result:
    if due.name == "permit":
        return replace(state, permit=NO_PERMIT), NO_EFFECTS
    return Visits(permit=state.permit), NO_EFFECTS


def _detail(now: Situation, count: int) -> Words:
    hours = span_words(ms(now.params.window_h * 3600))
    return Words(
        zh=f"未登记车辆{hours.zh}内第{count}次由门口驶入。可能为租户、送货或探亲车辆。"
        "请先查访客登记，再询问车主并补办许可。首办：物业。",
        en=f"A vehicle without a permit came in {count} times within {hours.en}. Perhaps a "
        "tenant's, a courier's, or a guest's. Check the visitors' list first, then ask its driver "
        "and enter a permit. First: property.",
    )


RULE = Rule(
    id="frequent_unknown_vehicle",
    version="1",
    title=Words(zh="未登记车频繁进出", en="unregistered vehicle again and again"),
    steps={"entered": Words(zh="驶入", en="entered")},
    inputs=PASSAGES - {"vehicle.exited"} | {"register.changed"},
    scopes=of_look_alikes,
    params=FrequentParams,
    state=Visits,
    step=step,
    severity="blue",
    handler="property",
    delivery="list",
)
