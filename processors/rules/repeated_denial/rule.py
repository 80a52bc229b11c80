"""Many refusals in a short time, at one door or of one credential.

Why: whoever tries doors or codes is refused first, and so is whoever needs help getting in. Fires
when `denials_min` refusals fall within `window_s` at one door, or of one credential over several
doors; rises to orange at night, and when the same door then opens without a grant. Clears when
`quiet_s` pass without another. Misses tries that are further apart, and readers that report no
refusals. Known false alarms: a reader that repeats a card lying on it, a terminal just exchanged.
"""

from collections import Counter
from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    AlertOpened,
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
from processors.core.patterns import EMPTY, Window, event_count, slide, value_count
from processors.core.rule import NO_EFFECTS, Rule, Scope, Situation, ms
from processors.core.words import span_words
from processors.rules.night import NightParams, at_night
from schemas.alerts import Delivery, Evidence, Severity
from schemas.base import Words
from schemas.events import Event
from schemas.place import EstateConfig


class DenialParams(NightParams):
    """Seconds and counts.

    5 in 60 s: Dahua's terminals count over 5 in 50 s, 2N's block for 30 s after 5 failures. How
    long it may be quiet, and how soon a forced door belongs to it, are our own judgement.
    """

    denials_min: int = Field(default=5, ge=2)
    window_s: float = Field(default=60, gt=0)
    forced_within_s: float = Field(default=600, gt=0)
    quiet_s: float = Field(default=600, gt=0)


@dataclass(frozen=True, slots=True)
class Denials:
    """The refusals of the window; of an open alert how many there were, where, and since when."""

    window: Window = EMPTY
    total: int = 0
    places: tuple[str, ...] = ()
    began_at: int | None = None
    forced: bool = False


FRESH = Denials()


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """Each refusal counts for its door and, where the credential is known, for that."""
    door = Scope("door", event.data.place)
    return (door, Scope("credential", event.subject)) if event.subject else (door,)


def step(now: Situation, state: Denials, told: Input) -> tuple[Denials, tuple[Effect, ...]]:
    """One input at one door, or of one credential."""
    match told:
        case AlertOpened():
            return _forced(now, state, told)
        case Deadline():
            return _quiet(now, state)
        case _:
            return _denied(now, state, evidence("denied", told))


def _denied(now: Situation, state: Denials, item: Evidence) -> tuple[Denials, tuple[Effect, ...]]:
    window = slide(state.window, item, ms(now.params.window_s))
    total = state.total + 1 if state.began_at is not None else len(window)
    known = state.places if state.began_at is not None else ()
    places = {*known, *(old.place for old in window)}
    state = replace(state, window=window, total=total, places=tuple(sorted(places)))
    until = SetDeadline("quiet", item.time + ms(now.params.quiet_s))
    severity, delivery = _level(now, state)
    if state.began_at is not None:
        more = UpdateAlert(now.scope.id, (item,), _detail(now, state), severity, delivery)
        return state, (until, more)
    if not _many(now, window):
        return state, (replace(until, at=item.time + ms(now.params.window_s)),)
    state = replace(state, began_at=window[0].time)
    alert = OpenAlert(
        key=now.scope.id,
        place=window[0].place,
        detail=_detail(now, state),
        evidence=window,
        subject=window[0].subject if _same_subject(window) else None,
        severity=severity,
        delivery=delivery,
    )
    return state, (until, alert)


def _many(now: Situation, window: Window) -> bool:
    """Whether it is an alert; refusals of one credential at one door are that door's alert."""
    least = now.params.denials_min
    if now.scope.kind == "credential":
        by_place = Counter(item.place for item in window)
        return event_count(window, least) and max(by_place.values()) < least
    return event_count(window, least)


def _forced(
    now: Situation, state: Denials, told: AlertOpened
) -> tuple[Denials, tuple[Effect, ...]]:
    soon = state.window and now.at - state.window[-1].time <= ms(now.params.forced_within_s)
    if state.began_at is None or not soon:
        return state, NO_EFFECTS
    state = replace(state, forced=True)
    items = tuple(item for item in told.alert.evidence if item.time >= state.window[-1].time)
    raised = UpdateAlert(now.scope.id, items, _detail(now, state), "orange", "push")
    return state, (raised,)


def _quiet(now: Situation, state: Denials) -> tuple[Denials, tuple[Effect, ...]]:
    if state.began_at is not None:
        return FRESH, (ClearAlert(now.scope.id),)
    if len(state.window) < 2:
        return FRESH, NO_EFFECTS
    count, least = len(state.window), now.params.denials_min
    reason = f"{count} refusals within {now.params.window_s:g} s, of {least} that count"
    return FRESH, (NearMiss("denied", reason),)


def _level(now: Situation, state: Denials) -> tuple[Severity | None, Delivery | None]:
    return ("orange", "push") if state.forced or at_night(now) else (None, None)


def _same_subject(window: Window) -> bool:
    named = all(item.subject is not None for item in window)
    return named and not value_count(window, lambda item: item.subject, 2)


def _detail(now: Situation, state: Denials) -> Words:
    assert state.began_at is not None
    span = span_words(state.window[-1].time - state.began_at)
    who = _who(now, state)
    if state.forced:
        then = Words(
            zh="随后该门无授权打开，两项读数相符。请立即看录像并到场查看。",
            en="Then that door opened without a grant, so two readings agree. Check the recording "
            "now and go there.",
        )
    else:
        then = Words(
            zh="可能为走错楼门、证卡过期或设备故障。请先看录像，再与物业核对。",
            en="Perhaps the wrong building, an expired card or a fault. Check the recording first, "
            "then ask the property.",
        )
    return Words(
        zh=f"{span.zh}内被拒{state.total}次，{who.zh}。{then.zh}",
        en=f"{state.total} refusals in {span.en}, {who.en}. {then.en}",
    )


def _who(now: Situation, state: Denials) -> Words:
    if now.scope.kind == "credential":
        doors = len(state.places)
        return Words(zh=f"同一凭证试了{doors}处门", en=f"one credential at {doors} doors")
    if _same_subject(state.window):
        return Words(zh="为同一凭证", en="all of one credential")
    return Words(zh="凭证不同或未识别", en="of different or unknown credentials")


RULE = Rule(
    id="repeated_denial",
    version="2",
    title=Words(zh="连续被拒", en="repeated refusals"),
    steps={
        "denied": Words(zh="被拒", en="refused"),
        "opened": Words(zh="随后开门", en="then opened"),
        "device_says_forced": Words(zh="随后强开", en="then forced"),
        "second_source": Words(zh="另有读数相符", en="a second source"),
    },
    inputs=frozenset({"access.denied"}),
    scopes=scopes,
    params=DenialParams,
    state=Denials,
    step=step,
    severity="yellow",
    handler="police",
    delivery="list",
    visit=True,
    after=frozenset({"door_forced"}),
)
