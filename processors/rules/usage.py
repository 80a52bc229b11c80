"""How a home is used, by what is read at its doors: on which of the last nights, by how many cards.

A night counts if something was read in its hours, or if a card that came in by a door that reads
exits had not left by its end. One who comes in and is never read again counts for `STAY_NIGHTS`:
people also leave behind somebody else's card.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from sys import intern
from typing import Literal, NamedTuple

from pydantic import Field

from processors.core.register import Home
from processors.core.rule import Situation
from processors.rules.homes import OUTSIDERS, entrances, stands_at, watchers
from processors.rules.night import NightParams, at_night, day_of, morning_of, next_clock
from schemas.event_data import CredentialData
from schemas.events import Event

WINDOW_D = 7
STAY_NIGHTS = 2
CARDS_MAX = 16
INSIDE_MAX = 12
Difference = Literal["vacant", "let", "shared"]


class UsageParams(NightParams):
    """Nights in the last seven, and cards above the registered count: both our own judgement."""

    nights_min: int = Field(default=3, ge=1)
    cards_more: int = Field(default=3, ge=1)


@dataclass(frozen=True, slots=True)
class Card:
    """A card that was used at night, under a short hash, and the last such day (ordinal)."""

    name: str
    day: int


@dataclass(frozen=True, slots=True)
class Inside:
    """A card that came in by a door that reads exits and has not left since."""

    name: str
    at: int
    tenant: bool


@dataclass(frozen=True, slots=True)
class Usage:
    """Days are ordinals of the mornings that end the nights; `cards` none of sensors."""

    nights: tuple[int, ...] = ()
    tenant_nights: tuple[int, ...] = ()
    cards: tuple[Card, ...] = ()
    inside: tuple[Inside, ...] = ()


UNUSED = Usage()


class Reading(NamedTuple):
    """One reading at a home's own entrance; `card` "" for a sensor."""

    card: str
    tenant: bool
    direction: str | None
    exits_read: bool


def reading_of(now: Situation, event: Event) -> Reading | None:
    """A reading that tells of the use of this home; None for one elsewhere, or of an outsider."""
    place = stands_at(now.config, now.register, now.scope.id)
    door = next((d for d in entrances(now.config, place) if d.id == event.data.place), None)
    if door is None:
        return None
    held = now.register.holding(event.subject, event.at)
    kind = held.kind if held is not None else None
    if kind in OUTSIDERS:
        return None
    card = ""
    if isinstance(event.data, CredentialData) and event.subject is not None:
        card = "" if kind == "visitor" else short(event.subject)
    return Reading(card, kind == "tenant", event.data.direction, door.exits_read)


def short(ref: str) -> str:
    """A pseudonym in eight letters: enough to tell the cards of one home apart."""
    return intern(blake2b(ref.encode(), digest_size=4).hexdigest())


def used(now: Situation, usage: Usage, reading: Reading) -> Usage:
    """The usage after a reading; what has become too old falls out at the end of the night."""
    if at_night(now):
        usage = _counted(usage, reading.card, reading.tenant, morning_of(now))
    if not reading.exits_read or not reading.card:
        return usage
    before = next((one for one in usage.inside if one.name == reading.card), None)
    others = tuple(one for one in usage.inside if one.name != reading.card)
    if reading.direction == "in":
        new = Inside(reading.card, now.at, reading.tenant)
        return replace(usage, inside=(*others[-INSIDE_MAX + 1 :], new))
    if reading.direction == "out" and before is not None:
        usage = _stayed(now, replace(usage, inside=others), before)
    return usage


def night_over(now: Situation, usage: Usage, *, judged: bool) -> tuple[Usage, bool]:
    """The usage at the end of a night, and whether all who seem to be inside can be judged."""
    usage = _pruned(now, usage)
    sure = True
    for one in usage.inside:
        if not judged or was_away(now, one.at):
            sure = False
        else:
            usage = _stayed(now, usage, one)
    long_ago = now.at - (STAY_NIGHTS + 1) * 86_400_000
    return replace(usage, inside=tuple(o for o in usage.inside if o.at > long_ago)), sure


def was_away(now: Situation, since: int) -> bool:
    """Whether a device that reads the home's entrances was not heard at some time since."""
    return now.outages.any_in(home_devices(now), since, now.at)


def home_devices(now: Situation) -> tuple[str, ...]:
    """The devices that read the home's entrances, and those they hang on."""
    place = stands_at(now.config, now.register, now.scope.id)
    return watchers(now.config, (door.id for door in entrances(now.config, place)))


def end_of_night(now: Situation) -> int:
    """When the night ends next, in ms."""
    return next_clock(now.at, now.params.night_to, now.config.timezone)


def difference(home: Home | None, usage: Usage, params: UsageParams) -> Difference | None:
    """In what way the use differs from the register; None where it does not."""
    if home is None:
        return None
    if home.use == "vacant":
        return "vacant" if len(usage.nights) >= params.nights_min else None
    if home.use == "own" and len(usage.tenant_nights) >= params.nights_min:
        return "let"
    many = home.people is not None and len(usage.cards) >= home.people + params.cards_more
    return "shared" if many and home.use in ("own", "let") else None


def _stayed(now: Situation, usage: Usage, one: Inside) -> Usage:
    """The first nights that ended while one was inside."""
    at = one.at
    for _ in range(STAY_NIGHTS):
        at = next_clock(at, now.params.night_to, now.config.timezone)
        if at > now.at:
            break
        usage = _counted(usage, one.name, one.tenant, day_of(at, now.config.timezone))
    return _pruned(now, usage)


def _counted(usage: Usage, card: str, tenant: bool, day: int) -> Usage:
    cards = usage.cards
    if card:
        others = tuple(one for one in cards if one.name != card)
        known = max((one.day for one in cards if one.name == card), default=day)
        cards = (*others[-CARDS_MAX + 1 :], Card(card, max(known, day)))
    tenants = usage.tenant_nights
    return replace(
        usage,
        nights=_with(usage.nights, day),
        tenant_nights=_with(tenants, day) if tenant else tenants,
        cards=cards,
    )


def _with(days: tuple[int, ...], day: int) -> tuple[int, ...]:
    return days if day in days else tuple(sorted((*days, _same(day))))


@lru_cache(maxsize=WINDOW_D * 4)
def _same(day: int) -> int:
    # All homes remember the same days: one number for all of them.
    return day


def _pruned(now: Situation, usage: Usage) -> Usage:
    first = day_of(now.at, now.config.timezone) - WINDOW_D + 1
    return replace(
        usage,
        nights=tuple(day for day in usage.nights if day >= first),
        tenant_nights=tuple(day for day in usage.tenant_nights if day >= first),
        cards=tuple(card for card in usage.cards if card.day >= first),
    )
