"""The second stage: what no estate can see alone, judged over the sightings of all of them.

A rule of the city judges two sightings of one plate at a time; which two came together says it all.
What is told of a plate and a day is the foremost of all findings, so it does not depend on the
order in which sightings arrive, nor on how often. There is no clock here: a sighting is remembered
among the last of its plate, and `forget` is told what is too old to be remembered at all.

Why so few are enough: whoever is at two places too soon after one another was at two *neighbouring*
sightings too soon, because the way between two places is never longer than a detour (the times
between would add up). So the first impossible pair of a day is one of neighbours, and it is found
in any order of arrival in which fewer than `KEPT` later ones of the plate come before it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from processors.core.rule import AT_ONCE_LATE_MS, Params, RuleFault
from processors.core.suppress import DELIVERIES, alert_id
from processors.core.words import clock_text, headline
from schemas.alerts import Alert, Delivery, Evidence, Handler, Severity
from schemas.base import MS_PER_S, Words
from schemas.events import explain
from schemas.sightings import Sighting

KEPT = 8
"""Sightings of one plate that are remembered: the last by time (our judgement)."""
CITY = "city"
"""Stands for the estate in the id of an alert that is of several."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Two sightings that do not go together: what to say, and how loud (None: the rule's word)."""

    earlier: Sighting
    later: Sighting
    steps: tuple[str, str]
    detail: Words
    delivery: Delivery | None = None


Judge = Callable[[Any, Sighting, Sighting], Finding | None]
"""Given the parameters, the earlier and the later sighting of one skeleton: what is odd, if so."""


@dataclass(frozen=True)
class CityRule:
    """A situation that is seen across estates; its alerts carry the id of the rule of one estate.

    `judge` is pure, and what it says of two sightings depends on these two alone.
    """

    id: str
    version: str
    title: Words
    steps: dict[str, Words]
    params: type[Params]
    judge: Judge
    severity: Severity
    handler: Handler
    delivery: Delivery

    def read_params(self, settings: Mapping[str, Any]) -> Params:
        """The parameters of a settings table. Raises RuleFault naming the first fault."""
        try:
            return self.params.model_validate(dict(settings))
        except ValidationError as error:
            raise RuleFault(f"{self.id}.{explain(error)}") from error


@dataclass(frozen=True, slots=True)
class _Seen:
    """A sighting, and when it was written (wall clock, ms): from then on it lives for a day."""

    sighting: Sighting
    written_at: int


@dataclass(frozen=True, slots=True)
class _Told:
    """What was told last of a rule and a day, and how often something was."""

    finding: Finding
    revision: int
    written_at: int


@dataclass(slots=True)
class _Plate:
    seen: tuple[_Seen, ...] = ()
    told: dict[tuple[str, str], _Told] = field(default_factory=dict)


@dataclass(slots=True)
class City:
    """The plates of one partition of the sightings, and the rules with their parameters."""

    rules: Sequence[tuple[CityRule, Params]]
    plates: dict[str, _Plate] = field(default_factory=dict)

    def take(self, sighting: Sighting, written_at: int) -> list[Alert]:
        """Take a sighting in; the alerts that it makes or changes."""
        plate = self.plates.setdefault(sighting.plate.skeleton, _Plate())
        new, others = _Seen(sighting, written_at), plate.seen
        twin = next((old for old in others if old.sighting.id == sighting.id), None)
        if twin is not None:
            if twin.sighting.received_at <= sighting.received_at:
                return []
            others = tuple(old for old in others if old is not twin)
        by_time = sorted((*others, new), key=lambda one: _order(one.sighting))
        plate.seen = tuple(by_time[-KEPT:])
        found = (_judged(plate, rule, params, new, others) for rule, params in self.rules)
        return [alert for alerts in found for alert in alerts]

    def forget(self, written_before: int) -> None:
        """Let go of what was written before a moment (ms), for ever."""
        for key, plate in list(self.plates.items()):
            plate.seen = tuple(one for one in plate.seen if one.written_at >= written_before)
            plate.told = {
                name: told for name, told in plate.told.items() if told.written_at >= written_before
            }
            if not (plate.seen or plate.told):
                del self.plates[key]

    @property
    def held(self) -> int:
        """How many sightings are remembered."""
        return sum(len(plate.seen) for plate in self.plates.values())


def _judged(
    plate: _Plate, rule: CityRule, params: Params, new: _Seen, others: Iterable[_Seen]
) -> list[Alert]:
    """What the new sighting makes odd, as far as it goes before what was told of the day.

    One between two days may be odd with a sighting on either side of midnight.
    """
    foremost: dict[str, _Told] = {}
    for other in others:
        first, second = sorted((new, other), key=lambda one: _order(one.sighting))
        finding = rule.judge(params, first.sighting, second.sighting)
        if finding is None:
            continue
        day, written_at = _day(finding.later), min(new.written_at, other.written_at)
        known = foremost.get(day) or plate.told.get((rule.id, day))
        if known is None or _rank(rule, finding) < _rank(rule, known.finding):
            foremost[day] = _Told(finding, 0, written_at)
    return [_tell(plate, rule, day, found) for day, found in sorted(foremost.items())]


def _tell(plate: _Plate, rule: CityRule, day: str, found: _Told) -> Alert:
    known = plate.told.get((rule.id, day))
    told = replace(found, revision=1 if known is None else known.revision + 1)
    plate.told[(rule.id, day)] = told
    return _alert(rule, told.finding, day, told.revision)


def _order(sighting: Sighting) -> tuple[int, str]:
    return (sighting.time, sighting.id)


def _rank(rule: CityRule, finding: Finding) -> tuple[object, ...]:
    """The loudest goes first, then the earliest, then the nearest in time."""
    one, other = finding.earlier, finding.later
    loud = -DELIVERIES.index(_delivery(rule, finding))
    return (loud, other.time, -one.time, other.id, one.id, other.received_at, one.received_at)


def _delivery(rule: CityRule, finding: Finding) -> Delivery:
    """Old news ring nobody."""
    wanted = finding.delivery or rule.delivery
    return "list" if wanted == "push" and _is_old_news(finding) else wanted


def _is_old_news(finding: Finding) -> bool:
    both = (finding.earlier, finding.later)
    heard_at = max(one.received_at for one in both)
    late = heard_at - finding.later.time > AT_ONCE_LATE_MS
    return late or any(one.replayed for one in both)


def _day(sighting: Sighting) -> str:
    zone = ZoneInfo(sighting.timezone)
    return f"{datetime.fromtimestamp(sighting.time // MS_PER_S, zone):%Y-%m-%d}"


def plate_and_day(sighting: Sighting) -> str:
    """What an alert about a plate and a day is known by.

    An alert is kept for longer than a day, so it must not hold a key of the city: who has the keys
    of another day cannot tell from this that it is the same plate.
    """
    text = f"{sighting.plate.skeleton}\x1f{_day(sighting)}"
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _alert(rule: CityRule, finding: Finding, day: str, revision: int) -> Alert:
    """The alert of the later sighting's estate; nothing ever says that it is over."""
    later, key = finding.later, plate_and_day(finding.later)
    when = clock_text(later.time, later.timezone)
    items = tuple(
        _evidence(step, one, later.estate)
        for step, one in zip(finding.steps, (finding.earlier, later), strict=True)
    )
    return Alert(
        id=alert_id(rule.id, CITY, key, day), revision=revision, rule=rule.id,
        rule_version=rule.version, estate=later.estate, key=key, severity=rule.severity,
        handler=rule.handler, delivery=_delivery(rule, finding), subject=later.subject,
        place=later.place, place_name=later.place_name, opened_at=later.time,
        updated_at=later.time, evidence=items,
        steps={name: rule.steps[name] for name in sorted(finding.steps)},
        reason=headline(rule.severity, rule.title, later.place_name, when, finding.detail),
        found_afterwards=_is_old_news(finding),
    )  # fmt: skip


def _evidence(step: str, one: Sighting, estate: str) -> Evidence:
    away = one.estate != estate
    return Evidence(
        step=step, id=one.id, type=one.type, time=one.time, place=one.place, device=one.device,
        subject=one.subject, direction=one.direction, confidence=one.confidence,
        pictures=one.pictures, replayed=one.replayed, sealed=one.sealed,
        estate=one.estate if away else None, place_name=_whole_name(one) if away else None,
    )  # fmt: skip


def _whole_name(one: Sighting) -> Words:
    return Words(
        zh=one.estate_name.zh + one.place_name.zh, en=f"{one.estate_name.en} {one.place_name.en}"
    )
