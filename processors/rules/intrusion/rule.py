"""Somebody came in where nobody comes in: over a wall, over or through a gate, into an alarm zone.

Why: the outer line is where there is still time; the Chongqing code for perimeters asks for an
answer within 5 s. Fires at once when a people's gate reports its wing pushed open or climbed over,
when an alarm panel's zone trips, and when a camera reports somebody crossing a line or entering a
zone at a place whose area is marked `perimeter`. Red at a key place. What follows at the place
within `clear_min` is the same alert. Misses walls that nothing watches, and cameras whose place is
not marked. Known false alarms: animals and branches where the camera cannot tell, children playing
at the gate, a panel left armed with somebody at home. A vehicle's barrier is `barrier_forced`.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import Effect, Input, OpenAlert, evidence
from processors.core.rule import NO_EFFECTS, Params, Rule, Scope, Situation, ms
from processors.rules.people import PERSON
from processors.rules.places import DOORS, in_zone
from schemas.alerts import Evidence
from schemas.base import MS_PER_S, Words
from schemas.event_data import CameraData, DeviceStateReported, DeviceTampered
from schemas.events import Event
from schemas.place import EstateConfig


class IntrusionParams(Params):
    """`perimeter` marks an area whose cameras watch an outer line; `clear_min` is our own."""

    perimeter: bool = False
    clear_min: float = Field(default=10, gt=0)


@dataclass(frozen=True, slots=True)
class Line:
    """What was last told of a place: cameras say the same many times a second."""

    last: Evidence | None = None


COARSE_MS = 10 * MS_PER_S
CLIMBED = "climbing_over"
"""The adapters' word for a gate's own verdict (Hikvision 5/136)."""
WATCHED = frozenset({"zone.entered", "line.crossed"})


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The place, for a camera the zone; what cannot be an intrusion concerns nobody."""
    data = event.data
    if isinstance(data, CameraData):
        return in_zone(event, config) if data.object in (None, PERSON) else ()
    if isinstance(data, DeviceTampered):
        counts = data.zone is not None
    elif isinstance(data, DeviceStateReported):
        counts = data.state.get("verdict") == CLIMBED
    else:
        counts = config.kind_of(data.place) in DOORS
    return (Scope("zone", data.place),) if counts else ()


def step(now: Situation, state: Line, told: Input) -> tuple[Line, tuple[Effect, ...]]:
    """One reading at one place."""
    assert isinstance(told, Event)
    if told.type in WATCHED and not now.params.perimeter:
        return state, NO_EFFECTS
    item = evidence(STEP_OF.get(told.type, "climbed"), told)
    last = state.last
    if last is not None and last.step == item.step and item.time - last.time < COARSE_MS:
        return state, NO_EFFECTS
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=DETAILS[item.step],
        evidence=(item,),
        severity="red" if now.config.is_key(now.scope.id) else None,
        clear_after_ms=ms(now.params.clear_min * 60),
    )
    return replace(state, last=item), (alert,)


STEP_OF = {
    "barrier.forced": "pushed",
    "device.tampered": "alarm_zone",
    "zone.entered": "perimeter",
    "line.crossed": "perimeter",
}
STEPS = {
    "pushed": Words(zh="通道闸被推开", en="gate pushed open"),
    "climbed": Words(zh="通道闸被翻越", en="gate climbed over"),
    "alarm_zone": Words(zh="报警防区触发", en="alarm zone tripped"),
    "perimeter": Words(zh="周界有人越过", en="outer line crossed"),
}
PERHAPS = {
    "pushed": Words(zh="可能为儿童玩耍或闸机故障", en="Perhaps children, or a fault of the gate"),
    "climbed": Words(zh="可能为忘带证卡", en="Perhaps somebody without their card"),
    "alarm_zone": Words(zh="可能为布防时有人在内", en="Perhaps armed with somebody inside"),
    "perimeter": Words(zh="可能为动物或树枝", en="Perhaps an animal or a branch"),
}
DETAILS = {
    name: Words(
        zh=f"{told.zh}，由设备直接报告。{PERHAPS[name].zh}；请立即看实时画面和录像，并到场查看。首办：民警。",
        en=f"The device reports: {told.en}. {PERHAPS[name].en}; look at the live view and the "
        "recording now and go there. First: police.",
    )
    for name, told in STEPS.items()
}

RULE = Rule(
    id="intrusion",
    version="1",
    title=Words(zh="闯入报警", en="intrusion"),
    steps=STEPS,
    inputs=frozenset({"barrier.forced", "device.state_reported", "device.tampered"}) | WATCHED,
    scopes=scopes,
    params=IntrusionParams,
    state=Line,
    step=step,
    severity="orange",
    handler="police",
    delivery="push",
    visit=True,
)
