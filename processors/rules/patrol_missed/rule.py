"""A patrol was due at a place and no card of it was read there in its slot.

Why: a round that is not walked leaves doors unlooked at, and nobody hears of it. Fires `late_min`
after the end of a slot of the register (`register.changed`, record `patrol`, at the place, from
`valid_from` to `valid_to`) in which the slot's card, or where it names none a card of class
`property`, was not read there. Clears at the next such read, or after `clear_h`. Not judged while
input or a reader of the place was missing. Misses patrols read and not walked. Known false alarms:
a guard held up elsewhere. Switched off as shipped: it is property's own matter.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    NearMiss,
    OpenAlert,
    SetDeadline,
    Told,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Rule, Scope, Situation, by_place, ms
from processors.core.words import clock_text
from processors.rules.homes import watchers
from processors.rules.letting_in import ADMITTED
from processors.rules.places import nowhere
from processors.rules.switch import SwitchedParams, switched
from schemas.base import Words
from schemas.event_data import RegisterChanged
from schemas.events import Event
from schemas.place import EstateConfig

SLOTS_MAX = 24


class PatrolParams(SwitchedParams):
    """All are our own judgement."""

    late_min: float = Field(default=5, ge=0)
    clear_h: float = Field(default=24, gt=0)


@dataclass(frozen=True, slots=True)
class Slot:
    """When a patrol is due, in ms, by which card (None: any of property's), and whether it came.

    One that was met is kept until its end: the register may tell of it again.
    """

    since: int
    until: int
    card: str | None
    met: bool = False


@dataclass(frozen=True, slots=True)
class Patrol:
    """The slots of a place that are to come or under way, and the missed one that is told."""

    slots: tuple[Slot, ...] = ()
    missed: Slot | None = None


@by_place
def at_place(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The place of a read, or that a patrol is due at."""
    data = event.data
    if isinstance(data, RegisterChanged) and data.record != "patrol":
        return ()
    return (Scope("door", data.place),)


def step(now: Situation, state: Patrol, told: Told) -> tuple[Patrol, tuple[Effect, ...]]:
    """One input of one place."""
    if isinstance(told, Deadline):
        return _slot_over(now, state, told)
    assert isinstance(told, Event)
    if isinstance(told.data, RegisterChanged):
        return _registered(now, state, told, told.data)
    return _read(now, state, told)


def _registered(
    now: Situation, state: Patrol, event: Event, data: RegisterChanged
) -> tuple[Patrol, tuple[Effect, ...]]:
    since = now.at if data.valid_from is None else data.valid_from
    kept = tuple(s for s in state.slots if data.valid_from is not None and s.since != since)
    if data.change == "ended":
        gone = tuple(CancelDeadline(_name(s)) for s in state.slots if s not in kept)
        return replace(state, slots=kept), gone
    if data.valid_to is None or data.valid_to <= now.at:
        return state, NO_EFFECTS
    others = tuple(s for s in state.slots if s.since != since)
    met = any(s.met for s in state.slots if s.since == since)
    slot = Slot(since, data.valid_to, event.subject, met)
    due = SetDeadline(_name(slot), slot.until + ms(now.params.late_min * 60), since=since)
    return replace(state, slots=(*others[-SLOTS_MAX + 1 :], slot)), (due,)


def _read(now: Situation, state: Patrol, event: Event) -> tuple[Patrol, tuple[Effect, ...]]:
    """A card meets every slot that is under way and for it, and ends what was told of one."""
    held = now.register.holding(event.subject, now.at)
    is_property = held is not None and held.kind == "property"

    def fits(slot: Slot) -> bool:
        return slot.card == event.subject or (slot.card is None and is_property)

    met = [s for s in state.slots if fits(s) and s.since <= now.at and not s.met]
    over = state.missed is not None and fits(state.missed)
    if not met and not over:
        return state, NO_EFFECTS
    clear = (ClearAlert(now.scope.id, (evidence("read", event),)),) if over else NO_EFFECTS
    slots = tuple(replace(slot, met=True) if slot in met else slot for slot in state.slots)
    return Patrol(slots, None if over else state.missed), clear


def _slot_over(now: Situation, state: Patrol, due: Deadline) -> tuple[Patrol, tuple[Effect, ...]]:
    slot = next(slot for slot in state.slots if _name(slot) == due.name)
    state = replace(state, slots=tuple(other for other in state.slots if other != slot))
    if slot.met:
        return state, NO_EFFECTS
    readers = watchers(now.config, (now.scope.id,))
    if not due.judged or now.outages.any_in(readers, slot.since, now.at):
        return state, (NearMiss("read", "not judged: a reader was away, or input missing"),)
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail(now, slot),
        evidence=(),
        identity=f"{now.scope.id}@{slot.since}",
        clear_after_ms=ms(now.params.clear_h * 3600),
    )
    return replace(state, missed=slot), (alert,)


def _name(slot: Slot) -> str:
    return f"slot|{slot.since}"


def _detail(now: Situation, slot: Slot) -> Words:
    since, until = (clock_text(at, now.config.timezone) for at in (slot.since, slot.until))
    return Words(
        zh=f"{since}至{until}应到巡更，未读到巡更卡。可能绕行、延误，或卡未刷上。请先联系当班保安核对。"
        "首办：物业。",
        en=f"A patrol was due from {since} to {until}; no card of it was read. Perhaps another "
        "way, late, or not read. Call the guard on duty. First: property.",
    )


RULE = Rule(
    id="patrol_missed",
    version="1",
    title=Words(zh="巡更缺失", en="patrol missed"),
    steps={"read": Words(zh="刷卡", en="read")},
    inputs=ADMITTED | {"access.presented", "register.changed"},
    scopes=at_place,
    params=PatrolParams,
    state=Patrol,
    step=switched("patrol_missed", step),
    severity="blue",
    handler="property",
    delivery="list",
    after=frozenset({"device_lost"}),
    told_in=nowhere,
    idle=lambda event: event.type != "register.changed",
)
