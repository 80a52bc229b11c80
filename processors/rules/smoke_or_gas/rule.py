"""A detector reports smoke, gas or heat, or a camera smoke or flames.

Why: minutes count, and whoever is nearest can put out what is small. Fires at once on every
reading of hazard smoke, gas or heat, whoever tells it, and of fire where a camera tells it (a fire
relay or panel is `fire_unlock`); detectors at one place are one alert. The detectors clear it by
saying that it is over; where none does, it clears `clear_h` after the last reading. Misses rooms
without a detector, and detectors that are away or out of battery. Known false alarms: cooking,
incense and firecrackers, steam, dust of works, hot engines before a thermal camera; nothing keeps
it quiet all the same.
"""

from dataclasses import dataclass

from pydantic import Field

from processors.core.effects import (
    ClearAlert,
    Deadline,
    Effect,
    Input,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Scope, Situation, ms
from processors.rules.hazards import (
    HAZARD_WORDS,
    Signal,
    ended,
    is_detected,
    may_end,
    with_signal,
)
from schemas.base import MS_PER_S, Words
from schemas.event_data import FireDetected
from schemas.events import Event
from schemas.place import EstateConfig


class HazardParams(Params):
    """Hours. How long it stands where no detector ever says that it is over: our own judgement."""

    clear_h: float = Field(default=6, gt=0)


@dataclass(frozen=True, slots=True)
class Detected:
    """The detectors of a place that have spoken and not taken it back."""

    signals: tuple[Signal, ...] = ()


FRESH = Detected()


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The place of the detector; of the states only those that may end it."""
    if may_end(event, HAZARD_WORDS) or is_detected(event, config):
        return (Scope("zone", event.data.place),)
    return ()


def step(now: Situation, state: Detected, told: Input) -> tuple[Detected, tuple[Effect, ...]]:
    """One reading of a detector, or the end of a silence."""
    if isinstance(told, Deadline):
        return FRESH, (ClearAlert(now.scope.id),)
    assert isinstance(told, Event)
    if is_detected(told, now.config):
        return _detected(now, state, told)
    signals = ended(state.signals, told)
    if len(signals) == len(state.signals):
        return state, NO_EFFECTS
    if signals:
        return Detected(signals), NO_EFFECTS
    return FRESH, (ClearAlert(now.scope.id, (evidence("over", told),)),)


def _detected(now: Situation, state: Detected, event: Event) -> tuple[Detected, tuple[Effect, ...]]:
    data = event.data
    assert isinstance(data, FireDetected)
    item = evidence(data.hazard, event)
    signals = with_signal(state.signals, Signal(data.device, data.channel, item))
    end = SetDeadline("end", now.at + ms(now.params.clear_h * 3600))
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail([signal.item.step for signal in signals]),
        evidence=(item,) if signals is not state.signals else (),
    )
    return Detected(signals), (end, alert)


HAZARDS: dict[str, Words] = {
    "smoke": Words(zh="烟雾", en="smoke"),
    "gas": Words(zh="燃气或一氧化碳", en="gas or carbon monoxide"),
    "heat": Words(zh="高温", en="heat"),
    "fire": Words(zh="画面明火", en="flames on camera"),
    "unknown": Words(zh="画面烟火", en="smoke or flames on camera"),
}
GAS_FIRST = Words(
    zh="勿动明火和电器开关，先开窗通风，",
    en="touch no switch and no flame, open the windows, ",
)
OTHERS = Words(zh="", en="")


def _detail(hazards: list[str]) -> Words:
    kinds = [HAZARDS[name] for name in dict.fromkeys(hazards)]
    gas = GAS_FIRST if "gas" in hazards else OTHERS
    told = len(hazards)
    return Words(
        zh=f"{told}个探测器报告{'、'.join(kind.zh for kind in kinds)}，由设备直接报告。"
        f"请立即到场核实，{gas.zh}疏散人员并视情拨打119。首办：物业与消防。",
        en=f"Reported by {told} {'detector' if told == 1 else 'detectors'}: "
        f"{', '.join(kind.en for kind in kinds)}. Go there now and look, {gas.en}get people out "
        "and call 119 if it is so. First: property and fire brigade.",
    )


RULE = Rule(
    id="smoke_or_gas",
    version="1",
    title=Words(zh="烟火燃气报警", en="smoke or gas"),
    steps={
        **{name: Words(zh=f"报告{word.zh}", en=word.en) for name, word in HAZARDS.items()},
        "over": Words(zh="报告解除", en="over"),
    },
    inputs=frozenset({"fire.detected", "device.state_reported", "input.cleared"}),
    scopes=scopes,
    params=HazardParams,
    state=Detected,
    step=step,
    severity="red",
    handler="property",
    also=("fire_brigade",),
    delivery="push",
    rejoin_ms=5 * 60 * MS_PER_S,
)
