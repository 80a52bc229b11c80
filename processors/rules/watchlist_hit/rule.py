"""Something the police look for was read: a plate, a credential, or a face a device knows.

Why: it is the only reason for which this product follows anybody, so the entry must be lawful and
the alert exact. Fires at once when a reading meets an entry in force with a confidence of at least
the entry's own (a device that gives none is believed, and the words say so). A plate that differs
only in letters readers confuse counts as probable; one plain letter apart is listed, not pushed.
Hits of one entry within one stretch of `dedupe_min` are one alert. An entry without case number,
owner, a second approver or an end within `days_max` days is refused and kept out. Misses plates
misread in two letters, and readings in the moment a change is on its way (the lateness). Known
false alarms: a neighbour's plate that looks alike; so a person checks before any action.

The words never carry the case: the alert goes to the roles the entry names, who open the entry by
the alert's key; words travel further than that.
"""

from dataclasses import dataclass, field, replace

from pydantic import Field, model_validator

from processors.core.effects import (
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.rule import (
    AT_ONCE_LATE_MS,
    NO_EFFECTS,
    Params,
    Rule,
    Scope,
    Situation,
    ms,
)
from processors.rules.watchlist_hit.book import DAY_MS, Book, Version, new_version
from processors.rules.watchlist_hit.hits import Hit, Slot, hit_words, slot_at, with_slot
from schemas.base import Words, format_instant
from schemas.event_data import WatchChanged
from schemas.events import Event
from schemas.place import EstateConfig


class WatchParams(Params):
    """10 min per site and `clear_min` are our own judgement; 30 days are the product's promise.

    `roles_default` are told where an entry names no role.
    """

    dedupe_min: float = Field(default=10, gt=0)
    clear_min: float = Field(default=60, gt=0)
    days_max: float = Field(default=30, gt=0, le=30)
    roles_default: tuple[str, ...] = Field(default=("police",), min_length=1)

    @model_validator(mode="after")
    def _clears_later(self) -> "WatchParams":
        if self.clear_min <= self.dedupe_min:
            raise ValueError("clear_min must be more than dedupe_min, or a hit clears too early")
        return self


@dataclass(frozen=True, slots=True)
class Watch:
    """The entries of an estate, and the hits of the last hour."""

    book: Book = field(default_factory=Book)
    slots: tuple[Slot, ...] = ()


READINGS = frozenset(
    {
        "plate.read",
        "vehicle.entered",
        "vehicle.exited",
        "access.presented",
        "access.granted",
        "access.denied",
        "access.duress",
        "face.recognized",
    }
)


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The estate has one list, and every reading is held against it."""
    return (Scope("estate", config.estate),)


def step(now: Situation, state: Watch, told: Input) -> tuple[Watch, tuple[Effect, ...]]:
    """One change of the list, or one reading."""
    if isinstance(told, Deadline):
        return _tidy(now, state, told)
    assert isinstance(told, Event)
    if isinstance(told.data, WatchChanged):
        return _changed(now, state, told, told.data)
    effects: tuple[Effect, ...] = ()
    for version, likeness in state.book.matches(told, now.lateness_ms):
        score = told.data.confidence
        if score is not None and score < version.score_min:
            reason = f"confidence {score:g}, of {version.score_min:g} the entry asks for"
            effects = (*effects, NearMiss("score", reason))
            continue
        hit = Hit(evidence("hit", told), likeness, version.severity, version.roles)
        state, more = _hit(now, state, version.entry, hit)
        effects = (*effects, *more)
    return state, effects


def _changed(
    now: Situation, state: Watch, event: Event, data: WatchChanged
) -> tuple[Watch, tuple[Effect, ...]]:
    version: Version | str = Version(data.entry, event.at, event.id, ended=True)
    if data.change == "set":
        version = new_version(event, data, round(now.params.days_max * DAY_MS))
    if isinstance(version, str):
        return state, (NearMiss("entry", f"refused: {version}"),)
    if not version.roles:
        version = replace(version, roles=now.params.roles_default)
    book = state.book.with_version(version)
    return replace(state, book=book), _look_after(now, book, data.entry)


def _look_after(now: Situation, book: Book, entry: str) -> tuple[Effect, ...]:
    """Wake when the entry's older versions, or the entry itself, can meet no reading any more."""
    due = book.due(entry)
    if due is None:
        return NO_EFFECTS
    return (SetDeadline(f"entry|{entry}", due + now.lateness_ms + AT_ONCE_LATE_MS),)


def _tidy(now: Situation, state: Watch, due: Deadline) -> tuple[Watch, tuple[Effect, ...]]:
    kind, _, name = due.name.partition("|")
    if kind == "slot":
        slots = tuple(slot for slot in state.slots if slot.name != name)
        return replace(state, slots=slots), NO_EFFECTS
    book = state.book.settled(name, now.at - now.lateness_ms - AT_ONCE_LATE_MS + 1)
    return replace(state, book=book), _look_after(now, book, name)


def _hit(now: Situation, state: Watch, entry: str, hit: Hit) -> tuple[Watch, tuple[Effect, ...]]:
    span, clear = ms(now.params.dedupe_min * 60), ms(now.params.clear_min * 60)
    start = hit.item.time - hit.item.time % span
    before = slot_at(state.slots, entry, start)
    slot = before.with_hit(hit)
    if slot is before:
        return state, NO_EFFECTS
    first = slot.hits[0]
    alert = OpenAlert(
        key=f"{entry}|{now.scope.id}|{format_instant(start)}",
        place=first.item.place,
        detail=hit_words(slot),
        evidence=(hit.item,),
        subject=first.item.subject,
        severity=slot.severity,
        delivery="list" if slot.surest.likeness == "one_apart" else None,
        roles=first.roles,
        identity=format_instant(start),
        clear_after_ms=clear,
    )
    forget = SetDeadline(f"slot|{slot.name}", start + span + clear + AT_ONCE_LATE_MS)
    return replace(state, slots=with_slot(state.slots, slot)), (forget, alert)


RULE = Rule(
    id="watchlist_hit",
    version="1",
    title=Words(zh="布控命中", en="watch list hit"),
    steps={
        "hit": Words(zh="与条目相符", en="matches the entry"),
    },
    inputs=READINGS | {"watch.changed"},
    scopes=scopes,
    params=WatchParams,
    state=Watch,
    step=step,
    severity="orange",
    handler="police",
    delivery="push",
    at_once=True,
)
