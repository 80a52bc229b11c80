"""Something that stays in a place: one episode, however often a tracker loses and finds it.

A thing with a track is there until the device says that it left: cameras fall silent over what
stands still. One without a track is there when it is seen, unless such readings `stand` until they
are taken back (a device's own verdict that something was left behind).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    NearMiss,
    SetDeadline,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Scope, Scopes, Situation
from processors.rules.objects import (
    LEFT,
    is_indoors,
    is_way,
    track_of,
    watched,
    where,
    words_of,
)
from schemas.alerts import Evidence
from schemas.base import MS_PER_S
from schemas.events import Event
from schemas.place import EstateConfig

THINGS_MAX = 50


@dataclass(frozen=True, slots=True)
class Terms:
    """In ms: how long is worth telling (shortest first), how long it may be out of sight, and how
    long a thing that never leaves is believed without a word.
    """

    spans: tuple[int, ...]
    gap: int
    silent: int
    stand: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """What is there since when, last heard when; `told` counts the spans that have been told."""

    first: Evidence | None = None
    since: int = 0
    last: int = 0
    there: tuple[str, ...] = ()
    parting: Evidence | None = None
    told: int = 0


Told = tuple[Stay, tuple[Effect, ...], tuple[Evidence, ...]]
"""The stay, effects, and the evidence of an alert that is due now (none: no alert is)."""
FRESH = Stay()


def thing_of(event: Event, terms: Terms) -> str | None:
    """The name of a thing that stands until it leaves; None for one that is only seen now."""
    return track_of(event) or (f"{event.data.device}/" if terms.stand else None)


def seen(stay: Stay, event: Event, terms: Terms) -> Told:
    """The thing is seen here."""
    thing, item, effects = thing_of(event, terms), evidence("seen", event), NO_EFFECTS
    known = thing is None or thing in stay.there
    if stay.first is None:
        stay = Stay(item, min(event.time, event.at), event.at)
        effects = tuple(
            SetDeadline(f"stays|{number}", stay.since + span, since=stay.since)
            for number, span in enumerate(terms.spans)
            if stay.since + span > event.at
        )
    elif known and not _grown(stay, event.at, terms) and event.at - stay.last < terms.gap // 10:
        return stay, NO_EFFECTS, ()
    if thing is not None and not known:
        stay = replace(stay, there=(*stay.there[-THINGS_MAX + 1 :], thing))
    stay = replace(stay, last=event.at, parting=None)
    return _judged(stay, event.at, terms, (*effects, _gone_at(stay, terms)), (item,))


def left(stay: Stay, event: Event, terms: Terms) -> Told:
    """The thing is gone from here; the stay is over if nothing comes back before long."""
    thing = thing_of(event, terms)
    if thing not in stay.there:
        return stay, NO_EFFECTS, ()
    there = tuple(name for name in stay.there if name != thing)
    parting = None if there else evidence("left", event)
    stay = replace(stay, there=there, last=event.at, parting=parting)
    return stay, (_gone_at(stay, terms),), ()


def due(stay: Stay, told: Deadline, terms: Terms, key: str) -> Told:
    """A deadline of the stay: it has lasted, or it is over."""
    if stay.first is None:
        return stay, NO_EFFECTS, ()
    if told.name == "gone":
        return FRESH, _over(stay, told.at, terms, key), ()
    if not told.judged:
        missing = NearMiss("seen", "not judged: that it left may be missing")
        return stay, (missing,), ()
    return _judged(stay, told.at, terms, NO_EFFECTS, ()) if stay.there else (stay, NO_EFFECTS, ())


def _grown(stay: Stay, at: int, terms: Terms) -> bool:
    return _lasted(stay, at, terms) > stay.told


def _lasted(stay: Stay, at: int, terms: Terms) -> int:
    return sum(at - stay.since >= span for span in terms.spans)


def _judged(
    stay: Stay,
    at: int,
    terms: Terms,
    effects: tuple[Effect, ...],
    items: tuple[Evidence, ...],
) -> Told:
    if stay.first is None or not _grown(stay, at, terms):
        return stay, effects, ()
    more = tuple(item for item in items if item != stay.first)
    return replace(stay, told=_lasted(stay, at, terms)), effects, (stay.first, *more)


def _over(stay: Stay, at: int, terms: Terms, key: str) -> tuple[Effect, ...]:
    done = _cancelled(terms.spans)
    if stay.told:
        return (*done, ClearAlert(key, (stay.parting,) if stay.parting else ()))
    stayed = stay.last - stay.since
    if 2 * stayed < terms.spans[0]:
        return done
    reason = f"gone after {stayed / MS_PER_S:g} s of {terms.spans[0] / MS_PER_S:g} s"
    return (*done, NearMiss("seen", reason))


def _cancelled(spans: Sequence[int]) -> tuple[Effect, ...]:
    return tuple(CancelDeadline(f"stays|{number}") for number in range(len(spans)))


def _gone_at(stay: Stay, terms: Terms) -> SetDeadline:
    """A tenth of the gap may have passed since the reading that is remembered as the last."""
    wait = terms.silent if stay.there else terms.gap
    return SetDeadline("gone", stay.last + wait + terms.gap // 10)


def about(words: frozenset[str]) -> Callable[[Event], bool]:
    """Whether a reading may be about such things; what leaves is not always named."""

    def may_be(event: Event) -> bool:
        return event.type in LEFT or not words_of(event).isdisjoint(words)

    return may_be


def stay_scopes(may_be: Callable[[Event], bool]) -> Scopes:
    """The ways that a reading concerns.

    A tracked thing concerns all that its camera sees: seen in one, it is in none of the others.
    """

    def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
        if not may_be(event):
            return ()
        places = where(event, config, is_way)
        if track_of(event) is not None:
            places = (*places, *watched(event, config, is_way))
        return tuple(Scope("zone", place) for place in dict.fromkeys(places))

    return scopes


def here(now: Situation, event: Event) -> bool:
    """Whether the reading is of this place, and the place one where things must not stay."""
    place, config = now.scope.id, now.config
    if place not in where(event, config, is_way):
        return False
    return bool(now.params.outdoors_too) or is_indoors(config, place)
