"""A credential was accepted, and nobody went in.

Why: one now and then is a change of mind; many at one door are a lock that does not release, or a
reader that is tried out. Fires when within `entry_s` of a grant the door was neither opened nor
gone through. A door is judged once it has told of an entry, and until `in_a_row_max` grants in a
row had none, since then its contact is not to be believed; a door that stands open is not judged.
One opening serves all who were let in before it; a turnstile's passage serves one. Misses doors
without a contact or turnstile, and who swipes for somebody else. Known false alarms: a second try
after the lock stuck.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.patterns import EMPTY, Window
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.letting_in import ADMITTED
from processors.rules.missed import was_away
from processors.rules.places import at_door, nowhere
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.events import Event


class NoEntryParams(Params):
    """`entry_s` is grant and entry time of Genetec's "No entry detected"; the others are our own.

    `early_s`: an opening so shortly before the grant belongs to it, since clocks differ.
    """

    entry_s: float = Field(default=8, gt=0)
    early_s: float = Field(default=2, ge=0)
    in_a_row_max: int = Field(default=10, ge=1)
    clear_s: float = Field(default=60, gt=0)


@dataclass(frozen=True, slots=True)
class Door:
    """Who was let in and not yet seen to go in, and what is known of the door's own word."""

    waiting: Window = EMPTY
    entered_at: int | None = None
    is_open: bool = False
    tells_closing: bool = False
    missed: int = 0


WAITING_MAX = 20


def step(now: Situation, state: Door, told: Input) -> tuple[Door, tuple[Effect, ...]]:
    """One input at one door."""
    if isinstance(told, Deadline):
        return _over(now, state, told)
    assert isinstance(told, Event)
    if told.type in ADMITTED:
        return _granted(now, state, told)
    match told.type:
        case "door.opened":
            return _entered(now, replace(state, is_open=True), EMPTY)
        case "person.passed":
            return _entered(now, state, state.waiting[1:])
        case "door.closed":
            return replace(state, is_open=False, tells_closing=True), NO_EFFECTS
    return state, NO_EFFECTS


def _granted(now: Situation, state: Door, event: Event) -> tuple[Door, tuple[Effect, ...]]:
    if state.entered_at is None or (state.is_open and state.tells_closing):
        return state, NO_EFFECTS
    if event.at - state.entered_at <= ms(now.params.early_s):
        return state, NO_EFFECTS
    waiting = (*state.waiting[-WAITING_MAX + 1 :], evidence("granted", event))
    return replace(state, waiting=waiting), _wait(now, waiting)


def _wait(now: Situation, waiting: Window) -> tuple[Effect, ...]:
    """Wake when the time of the first who waits is over."""
    if not waiting:
        return (CancelDeadline("entry"),)
    since = waiting[0].time
    return (SetDeadline("entry", since + ms(now.params.entry_s), since=since),)


def _entered(now: Situation, state: Door, waiting: Window) -> tuple[Door, tuple[Effect, ...]]:
    return replace(state, waiting=waiting, entered_at=now.at, missed=0), _wait(now, waiting)


def _over(now: Situation, state: Door, due: Deadline) -> tuple[Door, tuple[Effect, ...]]:
    since = due.at - ms(now.params.entry_s)
    gone = tuple(item for item in state.waiting if item.time <= since)
    left = state.waiting[len(gone) :]
    state = replace(state, waiting=left)
    effects = _wait(now, left) if left else NO_EFFECTS
    if not due.judged or was_away(now, (now.scope.id,), since):
        missing = NearMiss("entered", "not judged: readings of that time may be missing")
        return state, (*effects, missing)
    state = replace(state, missed=min(state.missed + len(gone), now.params.in_a_row_max + 1))
    if state.missed > now.params.in_a_row_max:
        mute = NearMiss("entered", "not judged: the door has told of no entry for many grants")
        return state, (*effects, mute)
    return state, (*effects, *(_alert(now, item) for item in gone))


def _alert(now: Situation, item: Evidence) -> OpenAlert:
    span = span_words(ms(now.params.entry_s))
    return OpenAlert(
        key=f"{now.scope.id}|{item.subject or ''}",
        place=now.scope.id,
        detail=Words(
            zh=f"授权后{span.zh}内门未打开，也无人通过。可能改变主意，或门锁未释放。仅作统计；"
            "反复出现时请先检查门锁。首办：物业。",
            en=f"Granted, and no opening or passage within {span.en}. Perhaps a change of mind, or "
            "the lock did not release. Counted only; if it goes on, check the lock first. First: "
            "property.",
        ),
        evidence=(item,),
        subject=item.subject,
        identity=item.id,
        clear_after_ms=ms(now.params.clear_s),
    )


RULE = Rule(
    id="granted_no_entry",
    version="1",
    title=Words(zh="授权未进门", en="granted, nobody entered"),
    steps={"granted": Words(zh="授权", en="let in")},
    inputs=ADMITTED | {"door.opened", "door.closed", "person.passed"},
    scopes=at_door,
    params=NoEntryParams,
    state=Door,
    step=step,
    severity="blue",
    handler="property",
    delivery="statistic",
    after=frozenset({"device_lost"}),
    told_in=nowhere,
)
