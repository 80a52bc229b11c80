"""Restricted ground is entered, or a vehicle without a permit comes in, night after night.

Why: who looks a place over comes more than once. Fires when a key place is entered (a camera's
zone, a person in it), or one vehicle without a permit comes in, between `night_from` and `night_to`
on `nights_min` of seven nights. The hours are those the site sets for the place, never learned; no
resident's card and no permitted vehicle is followed. Each further night goes to it; it clears after
seven nights without. Misses what the cameras do not tell apart: a zone's nights may be different
people's. Known false alarms: cleaners and guards where no camera zone leaves them out. Switched off
as shipped.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    ClearAlert,
    Deadline,
    Effect,
    OpenAlert,
    SetDeadline,
    Told,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Rule, Scope, Situation
from processors.rules.night import NightParams, at_night, morning_of
from processors.rules.people import PERSON
from processors.rules.places import in_zone, of_vehicle
from processors.rules.switch import SwitchedParams, switched
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import CameraData
from schemas.events import Event
from schemas.place import EstateConfig

WINDOW_D = 7
WINDOW_MS = WINDOW_D * 86_400_000


class NightPatternParams(SwitchedParams, NightParams):
    """Three nights are our own judgement."""

    nights_min: int = Field(default=3, ge=2)


@dataclass(frozen=True, slots=True)
class Nights:
    """The days that ended those nights, the first reading of each, and whether it is told."""

    days: tuple[int, ...] = ()
    items: tuple[Evidence, ...] = ()
    alerted: bool = False


FRESH = Nights()


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The restricted zone that was entered, or the vehicle that came in."""
    if not isinstance(event.data, CameraData):
        return () if event.data.direction == "out" else of_vehicle(event, config)
    if event.data.object not in (None, PERSON):
        return ()
    return tuple(scope for scope in in_zone(event, config) if config.is_key(scope.id))


def step(now: Situation, state: Nights, told: Told) -> tuple[Nights, tuple[Effect, ...]]:
    """One reading of a zone or a vehicle, or the end of their window."""
    if isinstance(told, Deadline):
        return FRESH, ((ClearAlert(now.scope.id),) if state.alerted else NO_EFFECTS)
    assert isinstance(told, Event)
    day = morning_of(now)
    if day in state.days or not at_night(now) or _is_permitted(now):
        return state, NO_EFFECTS
    days = (*(known for known in state.days if known > day - WINDOW_D), day)
    items = (*state.items[-len(days) + 1 :], evidence("entered", told))
    state = replace(state, days=days, items=items[-len(days) :])
    calm = SetDeadline("calm", now.at + WINDOW_MS)
    if not state.alerted and len(days) < now.params.nights_min:
        return state, (calm,)
    return replace(state, alerted=True), (_alert(now, state), calm)


def _is_permitted(now: Situation) -> bool:
    if now.scope.kind != "vehicle":
        return False
    held = now.register.holding(now.scope.id, now.at)
    return held is not None and held.holds(now.at)


def _alert(now: Situation, state: Nights) -> OpenAlert:
    is_vehicle = now.scope.kind == "vehicle"
    return OpenAlert(
        key=now.scope.id,
        place=state.items[-1].place if is_vehicle else now.scope.id,
        detail=_detail(len(state.days), is_vehicle=is_vehicle),
        evidence=state.items,
        subject=now.scope.id if is_vehicle else None,
    )


def _detail(nights: int, *, is_vehicle: bool) -> Words:
    if is_vehicle:
        return Words(
            zh=f"同一未登记车辆7天内第{nights}晚驶入。可能为常来访客或夜班人员。请先查登记，再看录像。"
            "首办：物业。",
            en=f"One vehicle without a permit came in on {nights} of seven nights. Perhaps a "
            "frequent guest, perhaps a night shift. Check the register, then the recording. First: "
            "property.",
        )
    return Words(
        zh=f"限制区域7天内第{nights}晚有人进入。可能为保洁或值班人员。请先问当班人员，再看录像。"
        "首办：物业。",
        en=f"Somebody in restricted ground on {nights} of seven nights. Perhaps cleaners or "
        "guards. Ask who was on duty, then look at the recording. First: property.",
    )


RULE = Rule(
    id="night_pattern",
    version="1",
    title=Words(zh="夜间规律出现", en="night after night"),
    steps={"entered": Words(zh="夜间进入", en="came in by night")},
    inputs=frozenset({"zone.entered", "object.seen", "vehicle.entered", "plate.read"}),
    scopes=scopes,
    params=NightPatternParams,
    state=Nights,
    step=switched("night_pattern", step),
    severity="blue",
    handler="property",
    delivery="list",
)
