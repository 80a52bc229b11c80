"""A door stands open long after its lock's time ran out.

Why: a propped door is how strangers come in behind everybody's back, and the commonest thing a
caretaker can mend in a minute. Fires when the contact said "open" and did not say "closed" within
`hold_s` after the unlock time ended, or when the device itself says so. Misses doors without a
contact. Known false alarms: couriers at midday, moving days; hence the list and not the push, until
`rise_s` have gone by.
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
from processors.core.words import span_words
from processors.rules.places import at_door
from schemas.alerts import Evidence
from schemas.base import MS_PER_S, Words
from schemas.events import Event


class HeldParams(Params):
    """Seconds. Reader manuals give 15 to 30 s for `hold_s`; `rise_s` is our own judgement."""

    unlock_s: float = Field(default=5, gt=0)
    hold_s: float = Field(default=30, gt=0)
    rise_s: float = Field(default=300, gt=0)


@dataclass(frozen=True, slots=True)
class Held:
    """The opening being watched, and when the lock was last released."""

    unlocked_at: int | None = None
    opened: Evidence | None = None
    alerted: bool = False


FRESH = Held()


def step(now: Situation, state: Held, told: Input) -> tuple[Held, tuple[Effect, ...]]:
    """One input at one door."""
    if isinstance(told, Deadline):
        return _deadline(now, state, told)
    assert isinstance(told, Event)
    match told.type:
        case "access.granted" | "door.unlocked" | "exit.requested":
            return replace(state, unlocked_at=told.at), NO_EFFECTS
        case "door.opened" if state.opened is None:
            return _opened(now, state, told)
        case "door.held" if not state.alerted:
            held = evidence("device_says_held", told)
            first = state.opened or held
            return replace(state, opened=first, alerted=True), (
                CancelDeadline("hold"),
                _alert(now, first, held),
            )
        case "door.closed":
            return _closed(now, state, told)
    return state, NO_EFFECTS


def _opened(now: Situation, state: Held, event: Event) -> tuple[Held, tuple[Effect, ...]]:
    unlock_ends = (state.unlocked_at or 0) + ms(now.params.unlock_s)
    due = max(event.at, unlock_ends) + ms(now.params.hold_s)
    rise = event.at + ms(now.params.rise_s)
    opened = evidence("opened", event)
    deadlines = (SetDeadline("hold", due), SetDeadline("rise", max(rise, due + 1)))
    return replace(state, opened=opened), deadlines


def _deadline(now: Situation, state: Held, due: Deadline) -> tuple[Held, tuple[Effect, ...]]:
    if state.opened is None:
        return state, NO_EFFECTS
    if not due.judged:
        return state, (NearMiss("closed", "not judged: readings of that time may be missing"),)
    if due.name == "hold":
        return replace(state, alerted=True), (_alert(now, state.opened),)
    raised = UpdateAlert(
        now.scope.id, detail=_detail(now, state.opened), severity="yellow", delivery="push"
    )
    return state, (raised,)


def _closed(now: Situation, state: Held, event: Event) -> tuple[Held, tuple[Effect, ...]]:
    done = (CancelDeadline("hold"), CancelDeadline("rise"))
    if state.alerted:
        return FRESH, (*done, ClearAlert(now.scope.id, (evidence("closed", event),)))
    if state.opened is None:
        return FRESH, NO_EFFECTS
    return FRESH, done


def _alert(now: Situation, *items: Evidence) -> OpenAlert:
    once = tuple(dict.fromkeys(items))
    return OpenAlert(now.scope.id, now.scope.id, _detail(now, items[0]), once)


def _detail(now: Situation, opened: Evidence) -> Words:
    span = span_words(now.at - opened.time)
    if now.at == opened.time:
        return Words(
            zh="设备报告门长时间未关。请就近查看，关好门。",
            en="The device reports the door open too long. Look and close it.",
        )
    return Words(
        zh=f"门打开后{span.zh}未关。请就近查看，关好门；有人搬运时请其看护。",
        en=f"Open for {span.en}. Look and close it; if somebody is carrying things, ask them to "
        "mind the door.",
    )


RULE = Rule(
    id="door_held",
    version="1",
    title=Words(zh="门未关", en="door held open"),
    steps={
        "device_says_held": Words(zh="设备报门未关", en="the device says held"),
        "opened": Words(zh="开门", en="opened"),
        "closed": Words(zh="关门", en="closed"),
    },
    inputs=frozenset(
        {
            "door.opened",
            "door.closed",
            "door.held",
            "door.unlocked",
            "access.granted",
            "exit.requested",
        }
    ),
    scopes=at_door,
    params=HeldParams,
    state=Held,
    step=step,
    severity="blue",
    handler="property",
    delivery="list",
    rejoin_ms=60 * MS_PER_S,
)
