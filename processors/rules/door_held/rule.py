"""A door stands open long after its lock's time ran out.

Why: a propped door is how strangers come in behind everybody's back, and the commonest thing a
caretaker can mend in a minute. Fires when the contact said "open" and did not say "closed" within
`hold_s` after the unlock time ended, or when the device itself says so. Misses doors without a
contact. Known false alarms: couriers at midday, moving days; hence the list and not the push, until
`rise_s` have gone by. A fire signal that released the door, or works registered there, keep it
quiet; it is said again while it lasts, so that it is told once they are over.
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
from processors.rules.causes import by_fire_or_works
from processors.rules.letting_in import RELEASES
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
    """The opening being watched, when the lock was last released, and when the alert last rose."""

    unlocked_at: int | None = None
    opened: Evidence | None = None
    alerted: bool = False
    told_at: int | None = None


FRESH = Held()
AGAIN_MIN_MS = 10 * 60 * MS_PER_S
AGAIN_MAX_MS = 24 * 3600 * MS_PER_S
"""How soon and how late it is said again: less and less often, since doors stand for months."""


def step(now: Situation, state: Held, told: Input) -> tuple[Held, tuple[Effect, ...]]:
    """One input at one door."""
    if isinstance(told, Deadline):
        return _deadline(now, state, told)
    assert isinstance(told, Event)
    if told.type in RELEASES:
        return replace(state, unlocked_at=told.at), NO_EFFECTS
    match told.type:
        case "door.opened" if state.opened is None:
            return _opened(now, state, told)
        case "door.held" if not state.alerted:
            held = evidence("device_says_held", told)
            first = state.opened or held
            return _told(now, replace(state, opened=first), first, held)
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
    if due.name == "again":
        more = (_alert(state, now.scope.id, state.opened),) if due.judged else NO_EFFECTS
        return state, (_again(now, state.opened), *more)
    if not due.judged:
        return state, (NearMiss("closed", "not judged: readings of that time may be missing"),)
    if due.name == "hold":
        return _told(now, state, state.opened)
    if not state.alerted:
        return state, NO_EFFECTS
    raised = UpdateAlert(
        now.scope.id, detail=_detail(now.at, state.opened), severity="yellow", delivery="push"
    )
    return replace(state, told_at=now.at), (raised, _again(now, state.opened))


def _told(now: Situation, state: Held, *items: Evidence) -> tuple[Held, tuple[Effect, ...]]:
    state = replace(state, alerted=True, told_at=now.at)
    alert = _alert(state, now.scope.id, *items)
    return state, (CancelDeadline("hold"), alert, _again(now, items[0]))


def _again(now: Situation, opened: Evidence) -> SetDeadline:
    """Said again in the same words, it is news to nobody unless what kept it quiet is over."""
    wait = min(max(AGAIN_MIN_MS, (now.at - opened.time) // 10), AGAIN_MAX_MS)
    return SetDeadline("again", now.at + wait)


def _closed(now: Situation, state: Held, event: Event) -> tuple[Held, tuple[Effect, ...]]:
    done = (CancelDeadline("hold"), CancelDeadline("rise"), CancelDeadline("again"))
    if state.alerted:
        return FRESH, (*done, ClearAlert(now.scope.id, (evidence("closed", event),)))
    return FRESH, done


def _alert(state: Held, door: str, *items: Evidence) -> OpenAlert:
    assert state.told_at is not None
    once = tuple({(item.step, item.id): item for item in items}.values())
    return OpenAlert(door, door, _detail(state.told_at, items[0]), once)


def _detail(told_at: int, opened: Evidence) -> Words:
    span = span_words(told_at - opened.time)
    if told_at == opened.time:
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
    inputs=RELEASES | {"door.opened", "door.closed", "door.held"},
    scopes=at_door,
    params=HeldParams,
    state=Held,
    step=step,
    severity="blue",
    handler="property",
    delivery="list",
    rejoin_ms=60 * MS_PER_S,
    inhibitors=by_fire_or_works,
)
