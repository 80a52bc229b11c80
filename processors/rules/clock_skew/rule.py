"""A device's clock is wrong.

Why: what a wrong clock stamps is looked for in the wrong minute of the recording, and what two
devices saw is put in the wrong order. Fires when the gateway corrects a device's times by more than
`limit_s` (it measures the median of the last 20 live readings), or, where no gateway has measured,
when the last 20 readings all lie further than that from their receipt. Beyond 300 s the gateway
uses the time of receipt, and the words say so. Clears when the clock is right to half of `limit_s`.
Misses devices without a clock of their own, and errors below the limit. Known false alarms: a link
that delays everything by the same time.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import ClearAlert, Effect, Input, NearMiss, OpenAlert, evidence
from processors.core.rule import EVERY_TYPE, NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.news import in_time
from processors.rules.places import of_device
from schemas.base import MS_PER_S, Words
from schemas.events import Event


class SkewParams(Params):
    """30 s is our own; a control centre's receiver takes -40 s to +20 s (SIA DC-09).

    20 readings are what the gateway measures by, too.
    """

    limit_s: float = Field(default=30, ge=1)
    readings_min: int = Field(default=20, ge=2)


@dataclass(frozen=True, slots=True)
class Clock:
    """Readings in a row that were off: when they were received and by how much (ms, + is ahead).

    `told` is the error as people were last told it, None while nothing is wrong.
    """

    samples: tuple[tuple[int, int], ...] = ()
    told: int | None = None


SPREAD_MAX_MS = 10 * MS_PER_S
"""The middle half of the readings lies within this, or they are late and the clock is not wrong."""
SPAN_MIN_MS = 60 * MS_PER_S
"""A clock that is behind looks like old news; over this long it is told apart."""
FRESH = Clock()
FROM_THE_OFFICE = frozenset({"register.changed", "watch.changed", "report.filed"})


def step(now: Situation, state: Clock, told: Input) -> tuple[Clock, tuple[Effect, ...]]:
    """One reading of one device."""
    if not isinstance(told, Event):
        return state, NO_EFFECTS
    off = _off(told)
    if off is None:
        return state, NO_EFFECTS
    limit = ms(now.params.limit_s)
    if told.data.corrected_ms and abs(off) > limit:
        return _wrong(now, replace(state, samples=()), told, off)
    if abs(off) > limit:
        return _measured(now, state, told, off)
    return _right(now, state, off) if state != FRESH else (state, NO_EFFECTS)


def _off(event: Event) -> int | None:
    """How far the device's clock is ahead, in ms; None where a reading tells nothing of it."""
    data = event.data
    if data.replayed or data.time_doubt is not None:
        return None
    if data.corrected_ms:
        return -data.corrected_ms
    return event.at - data.received_at if data.time_from == "device" else None


def _measured(
    now: Situation, state: Clock, event: Event, off: int
) -> tuple[Clock, tuple[Effect, ...]]:
    """A reading that nobody has corrected; enough of them that agree are a measure."""
    count = now.params.readings_min
    samples = (*state.samples[-count + 1 :], (event.data.received_at, off))
    state = replace(state, samples=samples)
    errors = sorted(error for _, error in samples)
    if len(samples) < count or not _agree(errors):
        return state, NO_EFFECTS
    median = (errors[(count - 1) // 2] + errors[count // 2]) // 2
    if median < 0 and samples[-1][0] - samples[0][0] < SPAN_MIN_MS:
        return state, NO_EFFECTS
    return _wrong(now, state, event, median)


def _agree(errors: list[int]) -> bool:
    quarter = len(errors) // 4
    return errors[-1 - quarter] - errors[quarter] <= SPREAD_MAX_MS


def _wrong(
    now: Situation, state: Clock, event: Event, off: int
) -> tuple[Clock, tuple[Effect, ...]]:
    """Told once, and again when it has changed by as much as the limit."""
    if state.told is not None and abs(off - state.told) < ms(now.params.limit_s):
        return state, NO_EFFECTS
    alert = OpenAlert(
        key=now.scope.id,
        place=now.place or event.data.place,
        detail=_detail(now, event, off),
        evidence=(evidence("time_off", event),),
    )
    return replace(state, told=off), (alert,)


def _right(now: Situation, state: Clock, off: int) -> tuple[Clock, tuple[Effect, ...]]:
    """One reading in time shows that the clock is right, and the others were long on their way."""
    if state.told is None:
        count, least = len(state.samples), now.params.readings_min
        reason = f"{count} readings in a row were off, of {least}; this one is in time"
        return FRESH, (NearMiss("time_off", reason),)
    if 2 * abs(off) > ms(now.params.limit_s):
        return state, NO_EFFECTS
    return FRESH, (ClearAlert(now.scope.id),)


def _detail(now: Situation, event: Event, off: int) -> Words:
    device = now.config.device_by_id.get(now.scope.id)
    name = device.name if device is not None else Words(zh="设备", en="The device")
    span, ahead = span_words(abs(off)), off > 0
    kept = Words(
        zh="时间已按实测校正，不影响判断。",
        en="Its times are corrected as measured, so nothing is misjudged.",
    )
    if event.data.time_from == "received":
        kept = Words(
            zh="偏差过大，已改用收到时间。",
            en="That is too much: the time of receipt is used instead.",
        )
    elif not event.data.corrected_ms:
        kept = Words(zh="时间尚未校正。", en="Its times are not corrected.")
    return Words(
        zh=f"{name.zh}时钟{'快' if ahead else '慢'}约{span.zh}。{kept.zh}查录像时请按此换算。"
        "请先核对校时服务器，再为设备对时。首办：运维。",
        en=f"{name.en}: clock about {span.en} {'ahead' if ahead else 'behind'}. {kept.en} Reckon "
        "with it in its recordings. Check its time server first, then set it. First: maintenance.",
    )


RULE = Rule(
    id="clock_skew",
    version="1",
    title=Words(zh="设备时钟偏差", en="device clock wrong"),
    steps={"time_off": Words(zh="时间不符", en="a time that is off")},
    inputs=EVERY_TYPE - FROM_THE_OFFICE,
    scopes=of_device,
    params=SkewParams,
    state=Clock,
    step=step,
    idle=in_time,
    severity="blue",
    handler="maintenance",
    delivery="list",
)
