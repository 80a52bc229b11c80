"""Homes enrolled in care: the consent, the notes of absence, and what counts as a sign of life.

Nothing is kept of a home without a consent but a note of absence that came before it.
"""

from dataclasses import dataclass, replace

from processors.core.effects import CancelDeadline, Effect, SetDeadline, evidence
from processors.core.rule import Situation
from processors.rules.absences import KeptAbsences, holding, last_end, noted, standing, waking
from processors.rules.homes import OUTSIDERS, entrances, stands_at, watchers
from processors.rules.letting_in import ADMITTED
from processors.rules.terms import Term, forgetting, term_of
from schemas.alerts import Evidence
from schemas.base import MS_PER_S
from schemas.event_data import CredentialData, MeterRead, RegisterChanged
from schemas.events import Event

SIGNS = ADMITTED | {"access.denied", "door.opened", "meter.read"}
GUESTS = OUTSIDERS | {"visitor"}
METERS_MAX = 4


def without_consent(event: Event) -> bool:
    """Whether an event means nothing to a home of which no consent and no absence is known."""
    return event.type != "register.changed"


@dataclass(frozen=True, slots=True)
class Meter:
    """A water meter's total (m³) when it last rose by enough to tell of somebody."""

    device: str
    total: float


@dataclass(frozen=True, slots=True)
class Care:
    """What is known of a home: its consent, how long it may be silent, when it is away.

    `heard_at` is the last sign of life, or when the consent began to count; `last` the reading.
    """

    consent: Term | None = None
    silent_ms: int = 0
    aways: KeptAbsences = ()
    heard_at: int = 0
    last: Evidence | None = None
    meters: tuple[Meter, ...] = ()

    def is_away(self, at: int) -> bool:
        """Whether a note of absence holds."""
        return holding(self.aways, at) is not None

    def awaited_since(self, at: int) -> int:
        """From when on silence counts: the last sign, or the end of an absence that has begun."""
        return max(self.heard_at, last_end(self.aways, at))


FRESH = Care()


def registered(
    now: Situation, care: Care, data: RegisterChanged, silent_ms: int
) -> tuple[Care, tuple[Effect, ...]]:
    """The care after a change of the register; `silent_ms` is for a consent that does not say."""
    if data.record == "away_note":
        return _noted(now, care, data)
    if data.record != "consent":
        return care, ()
    term = term_of(data, now.at)
    if term is None:
        return _unwatched(care, now.at), (CancelDeadline("consent"),)
    agreed = silent_ms if data.silent_max_s is None else data.silent_max_s * MS_PER_S
    heard_at = care.heard_at if care.consent is not None else term.since
    care = replace(care, consent=term, silent_ms=agreed, heard_at=heard_at)
    return care, (forgetting("consent", term),)


def _noted(now: Situation, care: Care, data: RegisterChanged) -> tuple[Care, tuple[Effect, ...]]:
    aways = noted(care.aways, data, now.at, None if care.last is None else care.last.time)
    if aways is care.aways:
        return care, ()
    # The end of an absence before this one is still where silence counts from.
    since = max(care.heard_at, min(care.awaited_since(now.at), now.at))
    return replace(care, aways=aways, heard_at=since), (waking(aways, now.at),)


def _unwatched(care: Care, at: int) -> Care:
    """Without a consent nothing is kept but what the register has noted for later."""
    return replace(FRESH, aways=standing(care.aways, at))


def over(care: Care, name: str, at: int) -> tuple[Care, tuple[Effect, ...]]:
    """The care once a consent or an absence (`consent`, `back`) has ended by itself."""
    if name == "consent" or care.consent is None:
        care = _unwatched(care, at)
    return care, (waking(care.aways, at),)


def listened(now: Situation, care: Care, event: Event, water_m3: float) -> tuple[Care, bool]:
    """The care after a reading, and whether that was a sign of life from the home."""
    data = event.data
    if isinstance(data, MeterRead):
        care, is_sign = _metered(care, data, water_m3)
    elif isinstance(data, CredentialData):
        held = now.register.holding(event.subject, event.at)
        is_sign = held is None or held.kind not in GUESTS
    else:
        is_sign = True
    if not is_sign:
        return care, False
    return replace(care, heard_at=event.at, last=evidence("sign", event)), True


def _metered(care: Care, data: MeterRead, water_m3: float) -> tuple[Care, bool]:
    """Motion is a sign by itself; water once the total has risen enough. Power runs by itself."""
    if data.quantity == "motion":
        return care, data.value > 0
    if data.quantity != "water_m3":
        return care, False
    known = next((meter for meter in care.meters if meter.device == data.device), None)
    if known is not None and 0 <= data.value - known.total < water_m3:
        return care, False
    others = tuple(meter for meter in care.meters if meter.device != data.device)
    meters = (*others[-METERS_MAX + 1 :], Meter(data.device, data.value))
    return replace(care, meters=meters), known is not None and data.value >= known.total


def sensors(now: Situation) -> tuple[str, ...]:
    """The devices that could tell of the home: at its entrances, in it, and what they hang on."""
    place = stands_at(now.config, now.register, now.scope.id)
    doors = [door.id for door in entrances(now.config, place)]
    inside = [near.id for near in now.config.standing_in.get(now.scope.id, ())]
    return watchers(now.config, dict.fromkeys((*doors, now.scope.id, *inside)))


def is_blind(now: Situation, since: int) -> bool:
    """Whether silence since then proves nothing: a sensor was away, or there is none."""
    found = sensors(now)
    return not found or now.outages.any_in(found, since, now.at)


def wake(at: int, since: int) -> SetDeadline:
    """Look at a time whether there was a sign since."""
    return SetDeadline("silent", at, since=since)
