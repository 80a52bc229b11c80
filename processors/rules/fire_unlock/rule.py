"""A fire signal has released the doors and barriers of an area.

Why: somebody may be in danger, and every door that now stands open is meant to. Fires when a fire
relay, a fire input, a call point or a fire panel speaks; all of one area (a building, a gate) are
one alert. It stands until every one of them is restored and `after_min` more, or, where nothing
ever says that it is restored, `stands_h` after the last signal. While it stands, `door_forced`,
`door_held`, `tailgating` and `barrier_held_up` in the area are kept and tell nobody. Misses fires
no device reports, and doors that are released by wires alone. Known false alarms: drills, works on
the fire line, a call point pressed in play.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    ClearAlert,
    Deadline,
    Effect,
    Input,
    OpenAlert,
    SetDeadline,
    UpdateAlert,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Scope, Situation, ms
from processors.core.words import span_words
from processors.rules.hazards import (
    FIRE_WORDS,
    Signal,
    ended,
    may_end,
    releases_doors,
    with_signal,
)
from processors.rules.spots import spot_here
from schemas.base import Words
from schemas.events import Event
from schemas.place import EstateConfig


class FireParams(Params):
    """Minutes and hours, both our own judgement: people go back in, and doors settle, for a while.

    `stands_h` is for sources that never say that it is over.
    """

    after_min: float = Field(default=10, ge=0)
    stands_h: float = Field(default=6, gt=0)


@dataclass(frozen=True, slots=True)
class Fire:
    """The signals of an area that are not restored, and whether the alert stands."""

    signals: tuple[Signal, ...] = ()
    open: bool = False


FRESH = Fire()


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The area around the device; of the states and inputs only those that tell of fire."""
    if may_end(event, FIRE_WORDS) or releases_doors(event, config):
        return spot_here(event, config)
    return ()


def step(now: Situation, state: Fire, told: Input) -> tuple[Fire, tuple[Effect, ...]]:
    """One signal of an area, one that is taken back, or the end."""
    if isinstance(told, Deadline):
        return FRESH, (ClearAlert(now.scope.id),)
    assert isinstance(told, Event)
    if releases_doors(told, now.config):
        return _signalled(now, state, told)
    return _restored(now, state, told)


def _signalled(now: Situation, state: Fire, event: Event) -> tuple[Fire, tuple[Effect, ...]]:
    item = evidence("fire_signal", event)
    signal = Signal(event.data.device, event.data.channel, item)
    signals = with_signal(state.signals, signal)
    end = SetDeadline("end", now.at + ms(now.params.stands_h * 3600))
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail(now, len(signals)),
        evidence=(item,) if signals is not state.signals else (),
    )
    return Fire(signals, open=True), (end, alert)


def _restored(now: Situation, state: Fire, event: Event) -> tuple[Fire, tuple[Effect, ...]]:
    signals = ended(state.signals, event)
    if len(signals) == len(state.signals):
        return state, NO_EFFECTS
    state = replace(state, signals=signals)
    item = evidence("restored", event)
    if signals:
        return state, (UpdateAlert(now.scope.id, (item,)),)
    end = SetDeadline("end", now.at + ms(now.params.after_min * 60))
    return state, (end, UpdateAlert(now.scope.id, (item,), _over(now)))


QUIET = Words(
    zh="其间此处强开、未关、尾随和抬杆不落只留存、不通知",
    en="Until then forced and held doors, tailgating and raised barriers here are kept and ring "
    "nobody",
)


def _detail(now: Situation, count: int) -> Words:
    after = span_words(ms(now.params.after_min * 60))
    return Words(
        zh=f"消防信号{count}路触发，门与道闸随之放开。请立即核实火情，组织疏散并拨打119，勿手动锁门。"
        f"恢复满{after.zh}后结束，{QUIET.zh}。首办：物业与消防。",
        en=f"Fire signals: {count}; doors and barriers are released. Go now: check for fire, get "
        f"people out, call 119, lock nothing by hand. It ends {after.en} after all are restored. "
        f"{QUIET.en}. First: property and fire brigade.",
    )


def _over(now: Situation) -> Words:
    after = span_words(ms(now.params.after_min * 60))
    return Words(
        zh=f"消防信号已全部恢复，{after.zh}后结束。请先确认现场安全，再逐处查看门与道闸是否关好。{QUIET.zh}。"
        "首办：物业与消防。",
        en=f"All fire signals are restored; it ends in {after.en}. Check that the place is safe, "
        f"then that doors and barriers are closed. {QUIET.en}. First: property and fire brigade.",
    )


RULE = Rule(
    id="fire_unlock",
    version="1",
    title=Words(zh="消防联动开门", en="fire unlock"),
    steps={
        "fire_signal": Words(zh="消防信号", en="fire signal"),
        "restored": Words(zh="消防信号恢复", en="fire signal restored"),
    },
    inputs=frozenset(
        {"fire.detected", "device.state_reported", "input.activated", "input.cleared"}
    ),
    scopes=scopes,
    params=FireParams,
    state=Fire,
    step=step,
    severity="red",
    handler="property",
    also=("fire_brigade",),
    delivery="push",
)
