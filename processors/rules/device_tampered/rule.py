"""A reader, controller or panel was opened, pried off or moved.

Why: whoever wants through a door without a card begins at its reader. Fires at once when a device
reports its housing opened; red, and the police's, when a refusal at the same door or its being
forced lies within `together_s` before or after. A controller in a cupboard counts for all the doors
whose readers hang on it. Clears when the device says it is closed again. Misses devices without a
tamper contact, and one that is cut off first (`device_lost`). Known false alarms: maintenance, a
loose screw, a slammed door; where works are registered it rings only when red.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    AlertOpened,
    ClearAlert,
    Effect,
    Input,
    OpenAlert,
    evidence,
)
from processors.core.patterns import EMPTY, Window, slide
from processors.core.rule import NO_EFFECTS, Params, Rule, Scope, Situation, ms
from processors.core.words import span_words
from processors.rules.causes import by_works_unless_red
from processors.rules.devices import parents
from processors.rules.hazards import is_quiet
from schemas.alerts import Alert, Evidence
from schemas.base import MS_PER_S, Words
from schemas.event_data import DeviceStateReported, DeviceTampered
from schemas.events import Event
from schemas.place import EstateConfig


class TamperParams(Params):
    """`together_s` is the table's own window of 5 min; how long it stands is our own judgement."""

    together_s: float = Field(default=300, gt=0)
    clear_min: float = Field(default=60, gt=0)


@dataclass(frozen=True, slots=True)
class Tampered:
    """The last tampering at a place, and what agrees with one: refusals and forced openings."""

    last: Evidence | None = None
    others: Window = EMPTY


OTHERS_MAX = 5
FORCED_STEPS = frozenset({"opened", "device_says_forced"})


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The place of the device; a refusal concerns the devices above its reader as well.

    A panel's alarm zone that tripped is no housing: that is `intrusion`.
    """
    data = event.data
    if isinstance(data, DeviceTampered):
        return () if data.zone is not None else (Scope("door", data.place),)
    if isinstance(data, DeviceStateReported):
        return (Scope("door", data.place),) if _is_closed(data) else ()
    return _with_parents(config, data.place, [data.device])


def told_in(alert: Alert, config: EstateConfig) -> tuple[Scope, ...]:
    """A forced door concerns its own devices and those above them."""
    return _with_parents(config, alert.place, [item.device for item in alert.evidence])


def _with_parents(config: EstateConfig, place: str, devices: list[str]) -> tuple[Scope, ...]:
    above = (node.place for device in devices for node in parents(config, device))
    return tuple(Scope("door", spot) for spot in dict.fromkeys((place, *above)))


def _is_closed(data: DeviceStateReported) -> bool:
    """Whether a device says of its housing that it is closed; the adapters' words hold `tamper`."""
    named = [value for name, value in data.state.items() if "tamper" in name.lower()]
    return bool(named) and all(is_quiet(value) for value in named)


def step(now: Situation, state: Tampered, told: Input) -> tuple[Tampered, tuple[Effect, ...]]:
    """One input at one place."""
    if isinstance(told, AlertOpened):
        return _forced(now, state, told.alert)
    assert isinstance(told, Event)
    match told.type:
        case "device.tampered":
            return _judged(now, replace(state, last=evidence("tampered", told)))
        case "access.denied":
            return _agreed(now, state, evidence("denied", told))
    return state, (ClearAlert(now.scope.id, (evidence("closed", told),)),)


def _forced(now: Situation, state: Tampered, alert: Alert) -> tuple[Tampered, tuple[Effect, ...]]:
    """A door forced open; of one that a cause explains (a fire unlock) nobody is told."""
    item = next(one for one in alert.evidence if one.step in FORCED_STEPS)
    return _agreed(now, state, replace(item, step="forced"))


def _agreed(now: Situation, state: Tampered, item: Evidence) -> tuple[Tampered, tuple[Effect, ...]]:
    others = slide(state.others, item, ms(now.params.together_s), keep=OTHERS_MAX)
    state = replace(state, others=others)
    if state.last is None or item.time - state.last.time > ms(now.params.together_s):
        return state, NO_EFFECTS
    return _judged(now, state)


def _judged(now: Situation, state: Tampered) -> tuple[Tampered, tuple[Effect, ...]]:
    assert state.last is not None
    since = state.last.time - ms(now.params.together_s)
    agree = tuple(item for item in state.others if item.time >= since)
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_agreeing(now, agree) if agree else DETAIL,
        evidence=(state.last, *agree),
        severity="red" if agree else None,
        handler="police" if agree else None,
        clear_after_ms=ms(now.params.clear_min * 60),
    )
    return state, (alert,)


DETAIL = Words(
    zh="设备外壳被打开或拆动，由设备直接报告。可能在检修或螺丝松动；请先与运维核对，再看录像、就近查看。"
    "首办：物业。",
    en="The device reports its housing opened or moved. Perhaps maintenance or a loose screw; ask "
    "maintenance, check the recording, then look. First: property.",
)


def _agreeing(now: Situation, agree: Window) -> Words:
    span = span_words(ms(now.params.together_s))
    forced = any(item.step == "forced" for item in agree)
    what = Words(zh="刷卡被拒", en="a refusal")
    if forced:
        what = Words(zh="门无授权打开", en="a door opened without a grant")
    return Words(
        zh=f"设备外壳被打开或拆动，前后{span.zh}内另有{what.zh}，两项读数相符。请立即看录像并到场查看。"
        "首办：民警。",
        en=f"The device reports its housing opened or moved, and within {span.en} of it {what.en}: "
        "two readings agree. Check the recording now and go there. First: police.",
    )


RULE = Rule(
    id="device_tampered",
    version="1",
    title=Words(zh="设备被拆动", en="device tampered with"),
    steps={
        "tampered": Words(zh="外壳被打开", en="housing opened"),
        "denied": Words(zh="刷卡被拒", en="refused"),
        "forced": Words(zh="无授权开门", en="opened without grant"),
        "closed": Words(zh="外壳复位", en="housing closed"),
    },
    inputs=frozenset({"device.tampered", "access.denied", "device.state_reported"}),
    scopes=scopes,
    params=TamperParams,
    state=Tampered,
    step=step,
    severity="yellow",
    handler="property",
    delivery="push",
    visit=True,
    after=frozenset({"door_forced"}),
    told_in=told_in,
    inhibitors=by_works_unless_red,
    rejoin_ms=5 * 60 * MS_PER_S,
)
