"""Vehicles that stand in a zone, each for itself: a busy way is not one long stay.

A tracked vehicle stands there until its camera sees it elsewhere or says that it left, since
cameras fall silent over what stands still. A device's own word that something entered or occupies a
zone, without a track, stands until it is taken back, for `UNTRACKED_SILENT_MS` at most.
"""

from collections.abc import Callable
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
from processors.rules.objects import track_of, watched, where, words_of
from schemas.alerts import Evidence
from schemas.base import MS_PER_S
from schemas.event_data import CameraData
from schemas.events import Event
from schemas.place import EstateConfig

VEHICLES = frozenset({
    "bus", "car", "heavytruck", "hgv", "largevehicle", "lightvehicle", "lorry", "minibus",
    "minivan", "motorvehicle", "pickup", "smallvehicle", "suv", "taxi", "truck", "van", "vehicle",
    "车辆", "机动车", "汽车", "轿车", "货车", "客车", "面包车",
})  # fmt: skip
"""A motor vehicle on four wheels, as models and makes name it: COCO labels, Dahua, Hikvision."""
VERDICT = "fire_lane.occupied"
SEEN = "object.seen"
APPEARS = frozenset({SEEN, "zone.entered"})
LEFT = frozenset({"object.left", "zone.left"})
PARKS = frozenset({"bay", "car_park"})
FIRE_RULE = "fire_lane_blocked"
UNTRACKED_SILENT_MS = 60 * 60 * MS_PER_S
TRACKED_SILENT_MS = 12 * 60 * 60 * MS_PER_S
"""How long one that never leaves is believed without a word, both our own judgement."""
VEHICLES_MAX = 30
Wanted = Callable[[EstateConfig, str], bool]


@dataclass(frozen=True, slots=True)
class Standing:
    """One vehicle: since when it stands, heard of last, and how many spans have been told of it."""

    thing: str
    first: Evidence
    since: int
    last: int
    told: int = 0


@dataclass(frozen=True, slots=True)
class Zone:
    """The vehicles that stand in a zone."""

    standing: tuple[Standing, ...] = ()


Told = tuple[Zone, tuple[Effect, ...], Standing | None]
"""The zone, effects, and the vehicle that an alert is due for."""


def is_fire_lane(config: EstateConfig, zone: str) -> bool:
    """Whether the site says that fire engines must pass here (`fire_lane` among its settings)."""
    return bool(config.rule_settings(FIRE_RULE, zone).get("fire_lane", False))


def is_zone(config: EstateConfig, place: str) -> bool:
    """Whether a place is a drawn zone."""
    return config.kind_of(place) == "zone"


def is_open_ground(config: EstateConfig, place: str) -> bool:
    """Whether a place is a drawn zone in which nobody has a bay, and no fire lane."""
    if not is_zone(config, place) or is_fire_lane(config, place):
        return False
    return not any(node.kind in PARKS for node in config.lineage(place))


def is_vehicle(event: Event) -> bool:
    """Whether a camera's reading is of a motor vehicle; what leaves may go without a name."""
    words = words_of(event)
    return bool(words & VEHICLES) or (not words and event.type in LEFT)


def zones_of(wanted: Wanted) -> Scopes:
    """The zones that a vehicle's reading concerns: a tracked one all that its camera sees."""

    def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
        if event.type != VERDICT and not is_vehicle(event):
            return ()
        if event.type == VERDICT or event.type in LEFT:
            places = where(event, config, is_zone)[:1] or (event.data.place,)
        else:
            places = where(event, config, wanted)
        if event.type != VERDICT and track_of(event) is not None:
            places = (*places, *watched(event, config, wanted))
        return tuple(Scope("zone", place) for place in dict.fromkeys(places))

    return scopes


def followed(
    now: Situation, zone: Zone, told: Event | Deadline, spans: tuple[int, ...], wanted: Wanted
) -> Told:
    """One reading or deadline of a zone; `spans` are what is worth telling, in ms, the shortest
    first.
    """
    if isinstance(told, Deadline):
        return _due(now, zone, told, spans)
    thing = _thing(told)
    if thing is None:
        return zone, NO_EFFECTS, None
    if told.type == VERDICT:
        return _seen(zone, told, thing, spans)
    gone = told.type in LEFT or now.scope.id not in where(told, now.config, wanted)
    if gone:
        return _left(now, zone, thing, (evidence("left", told),), spans)
    return _seen(zone, told, thing, spans)


def _thing(event: Event) -> str | None:
    """A vehicle's name. What is only seen, without a track, may be another each time."""
    assert isinstance(event.data, CameraData)
    track = track_of(event)
    return track if track is not None or event.type == SEEN else f"{event.data.device}/"


def _seen(zone: Zone, event: Event, thing: str, spans: tuple[int, ...]) -> Told:
    known = _find(zone, thing)
    if known is not None and event.at - known.last < spans[0] // 10:
        return zone, NO_EFFECTS, None
    effects: tuple[Effect, ...] = ()
    if known is None:
        begun = min(event.time, event.at)
        known = Standing(thing, evidence("standing", event), begun, event.at)
        effects = tuple(
            SetDeadline(f"stays|{number}|{thing}", max(begun + span, event.at), since=begun)
            for number, span in enumerate(spans)
        )
    known = replace(known, last=event.at)
    silent = UNTRACKED_SILENT_MS if thing.endswith("/") else TRACKED_SILENT_MS
    gone = SetDeadline(f"gone|{thing}", event.at + silent + spans[0] // 10)
    return _put(zone, known), (*effects, gone), None


def _left(
    now: Situation, zone: Zone, thing: str, items: tuple[Evidence, ...], spans: tuple[int, ...]
) -> Told:
    known = _find(zone, thing)
    if known is None:
        return zone, NO_EFFECTS, None
    zone = replace(zone, standing=tuple(one for one in zone.standing if one is not known))
    done: tuple[Effect, ...] = tuple(
        CancelDeadline(name)
        for name in (*(f"stays|{n}|{thing}" for n in range(len(spans))), f"gone|{thing}")
    )
    if known.told and not any(one.told for one in zone.standing):
        return zone, (*done, ClearAlert(now.scope.id, items)), None
    stayed = now.at - known.since
    if not known.told and 2 * stayed >= spans[0]:
        reason = f"gone after {stayed / MS_PER_S:g} s of {spans[0] / MS_PER_S:g} s"
        done = (*done, NearMiss("standing", reason))
    return zone, done, None


def _due(now: Situation, zone: Zone, due: Deadline, spans: tuple[int, ...]) -> Told:
    kind, _, rest = due.name.partition("|")
    if kind == "gone":
        return _left(now, zone, rest, (), spans)
    number, _, thing = rest.partition("|")
    known = _find(zone, thing)
    assert known is not None
    if not due.judged:
        missing = NearMiss("standing", "not judged: that it left may be missing")
        return zone, (missing,), None
    known = replace(known, told=int(number) + 1)
    return _put(zone, known), NO_EFFECTS, known


def _find(zone: Zone, thing: str) -> Standing | None:
    return next((one for one in zone.standing if one.thing == thing), None)


def _put(zone: Zone, known: Standing) -> Zone:
    others = [one for one in zone.standing if one.thing != known.thing]
    return replace(zone, standing=(*others[-VEHICLES_MAX + 1 :], known))
