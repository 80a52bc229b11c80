"""A door opened although nobody was let through it.

Why: it is the plainest sign of a break-in, and the noisiest, because an exit button often reports
after the contact. Fires when the contact says "open" with no grant, release or exit request in the
unlock and entry time before it, nor within `rex_wait_s` after it; or when the device says so. A
second source (a person on a camera that sees the door, a refusal, an exit) makes it orange, and
only then it rings. A fire signal that released the door keeps it quiet, and an opening within
`bounce_s` of a closing is the contact, not the leaf. Misses doors without a contact, and a leaf
caught in the second it falls shut. A duress code lets in like a grant: `duress` tells of it. Known
false alarms: mechanical keys, worn contacts.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    UpdateAlert,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.rules.causes import by_fire
from processors.rules.letting_in import RELEASES
from processors.rules.places import CAMERA_TYPES, at_door
from schemas.alerts import Evidence
from schemas.base import MS_PER_S, Words
from schemas.events import Event


class ForcedParams(Params):
    """Seconds. 5 s grant and 3 s entry are Genetec's example; the others are our own judgement."""

    grant_s: float = Field(default=5, gt=0)
    entry_s: float = Field(default=3, ge=0)
    rex_wait_s: float = Field(default=2, ge=0)
    bounce_s: float = Field(default=1, ge=0)
    second_source_s: float = Field(default=60, gt=0)
    clear_s: float = Field(default=1800, gt=0)


@dataclass(frozen=True, slots=True)
class Forced:
    """The last permission and closing, the opening to be judged, what else was seen, the alert."""

    allowed_at: int | None = None
    closed_at: int | None = None
    opened: Evidence | None = None
    others: tuple[Evidence, ...] = ()
    alerted_at: int | None = None


SECOND = CAMERA_TYPES | {"access.denied", "person.passed"}
OTHERS_MAX = 5


def step(now: Situation, state: Forced, told: Input) -> tuple[Forced, tuple[Effect, ...]]:
    """One input at one door."""
    if isinstance(told, Deadline):
        return _judge(now, state, told)
    assert isinstance(told, Event)
    state = _over(now, state)
    if told.type in RELEASES:
        return _allowed(state, told)
    if told.type in SECOND:
        return _second(now, state, told)
    match told.type:
        case "door.opened" if state.alerted_at is None and state.opened is None:
            return _opened(now, state, told)
        case "door.forced" if state.alerted_at is None:
            item = evidence("device_says_forced", told)
            return _alert(now, replace(state, opened=state.opened or item), item)
        case "door.closed":
            return _closed(now, replace(state, closed_at=told.at), told)
    return state, NO_EFFECTS


def _over(now: Situation, state: Forced) -> Forced:
    """An alert that has cleared itself is over, also for a door that never reports its closing."""
    if state.alerted_at is None or now.at - state.alerted_at <= ms(now.params.clear_s):
        return state
    return replace(state, opened=None, alerted_at=None, others=())


def _closed(now: Situation, state: Forced, event: Event) -> tuple[Forced, tuple[Effect, ...]]:
    if state.alerted_at is None:
        return state, NO_EFFECTS
    closed = ClearAlert(now.scope.id, (evidence("closed", event),))
    return replace(state, opened=None, alerted_at=None, others=()), (closed,)


def _opened(now: Situation, state: Forced, event: Event) -> tuple[Forced, tuple[Effect, ...]]:
    span = ms(now.params.grant_s + now.params.entry_s)
    if state.allowed_at is not None and event.at - state.allowed_at <= span:
        return state, NO_EFFECTS
    if state.closed_at is not None and event.at - state.closed_at <= ms(now.params.bounce_s):
        return state, (NearMiss("opened", "within the bounce of its closing: a worn contact"),)
    due = event.at + ms(now.params.rex_wait_s)
    return replace(state, opened=evidence("opened", event)), (SetDeadline("judge", due),)


def _allowed(state: Forced, event: Event) -> tuple[Forced, tuple[Effect, ...]]:
    if state.opened is None or state.alerted_at is not None:
        return replace(state, allowed_at=event.at), NO_EFFECTS
    late = NearMiss("no_permission", f"{event.type} came after the contact, within the wait")
    return replace(state, allowed_at=event.at, opened=None), (CancelDeadline("judge"), late)


def _judge(now: Situation, state: Forced, due: Deadline) -> tuple[Forced, tuple[Effect, ...]]:
    if state.opened is None:
        return state, NO_EFFECTS
    if not due.judged:
        missing = NearMiss("no_permission", "not judged: readings of that time may be missing")
        return replace(state, opened=None), (missing,)
    return _alert(now, state)


def _alert(now: Situation, state: Forced, *more: Evidence) -> tuple[Forced, tuple[Effect, ...]]:
    since = now.at - ms(now.params.second_source_s)
    others = tuple(item for item in state.others if item.time >= since)
    opened = (state.opened,) if state.opened else ()
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=DETAIL_TWO if others else DETAIL,
        evidence=(*opened, *more, *others),
        severity="orange" if others else None,
        delivery="push" if others else None,
        clear_after_ms=ms(now.params.clear_s),
    )
    return replace(state, alerted_at=now.at, others=()), (CancelDeadline("judge"), alert)


def _second(now: Situation, state: Forced, event: Event) -> tuple[Forced, tuple[Effect, ...]]:
    item = evidence("second_source", event)
    if state.alerted_at is None:
        since = event.at - ms(now.params.second_source_s)
        kept = tuple(old for old in state.others if old.time >= since)
        return replace(state, others=(*kept[-OTHERS_MAX + 1 :], item)), NO_EFFECTS
    if event.at - state.alerted_at > ms(now.params.second_source_s):
        return state, NO_EFFECTS
    return state, (UpdateAlert(now.scope.id, (item,), DETAIL_TWO, "orange", "push"),)


DETAIL = Words(
    zh="门被打开，之前无刷卡、按钮或开锁记录。可能为机械钥匙或门磁故障；请先看录像，再就近查看。",
    en="Opened with no grant, exit button or release before it. Perhaps a mechanical key or a worn "
    "contact; check the recording first, then look.",
)
DETAIL_TWO = Words(
    zh="门被打开，之前无授权记录，且另有读数相符（见经过）。请立即看录像并到场查看。",
    en="Opened without a grant, and a second reading agrees (see the evidence). Check the "
    "recording now and go there.",
)

RULE = Rule(
    id="door_forced",
    version="2",
    title=Words(zh="门无授权打开", en="door opened without grant"),
    steps={
        "device_says_forced": Words(zh="设备报强开", en="the device says forced"),
        "closed": Words(zh="关门", en="closed"),
        "opened": Words(zh="无授权开门", en="opened without grant"),
        "second_source": Words(zh="另有读数相符", en="a second source"),
    },
    inputs=RELEASES | SECOND | {"door.opened", "door.forced", "door.closed"},
    scopes=at_door,
    params=ForcedParams,
    state=Forced,
    step=step,
    severity="yellow",
    handler="police",
    delivery="list",
    visit=True,
    rejoin_ms=5 * 60 * MS_PER_S,
    inhibitors=by_fire,
)
