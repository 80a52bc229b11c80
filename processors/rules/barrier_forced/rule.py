"""A barrier went up and nothing let it, or somebody raised it by hand for a vehicle without a name.

Why: a raised arm is an open gate, and a vehicle that goes through then stands in no record. Fires
when the arm goes up with neither a plate nor a command `near_s` before or after; or when it was
raised by a person (button, remote control) and no plate was read in that time; or when the device
says that the arm was struck or lifted. A vehicle seen without a plate is no plate. Misses arms
whose opening nobody reports, a second vehicle under one lift (`barrier_tailing`), and people's
gates (`intrusion`). Known false alarms: lanes where neither plates nor commands are read; set
`plates_read: false` there. Kept and told to nobody while a fire signal has raised the arms.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.patterns import EMPTY, Window, slide
from processors.core.rule import NO_EFFECTS, Params, Rule, Situation, ms
from processors.rules.causes import by_fire
from processors.rules.lanes import PASSAGES
from processors.rules.letting_in import LETS_ONE
from processors.rules.places import DOORS, at_lane
from processors.rules.plates import plate_of
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.event_data import BarrierOpened, CredentialData
from schemas.events import Event


class ForcedParams(Params):
    """Seconds, all our own judgement; `by_hand` are the methods behind which stands a person.

    `plates_read` is false for a lane where nothing tells who it was opened for.
    """

    near_s: float = Field(default=10, gt=0)
    cycle_max_s: float = Field(default=120, gt=0)
    clear_s: float = Field(default=600, gt=0)
    by_hand: tuple[str, ...] = ("button", "remote")
    plates_read: bool = True


@dataclass(frozen=True, slots=True)
class Lane:
    """Since when the arm is up, its last way up until that is judged, what spoke for it of late."""

    up_since: int | None = None
    opened: Evidence | None = None
    reasons: Window = EMPTY


Result = tuple[Lane, tuple[Effect, ...]]


def step(now: Situation, state: Lane, told: Input) -> Result:
    """One input at one lane."""
    if isinstance(told, Deadline):
        return _judged(now, state, told)
    assert isinstance(told, Event)
    match told.type:
        case "barrier.opened" if now.config.kind_of(told.data.place) != "door":
            return _opened(now, state, told)
        case "barrier.closed":
            return replace(state, up_since=None), NO_EFFECTS
        case "barrier.forced" if now.config.kind_of(told.data.place) in DOORS:
            return state, NO_EFFECTS  # People's gates are the intrusion rule's.
        case "barrier.forced":
            return state, (_alert(now, "forced", evidence("device_says_forced", told)),)
    spoke = _reason(now, told)
    return (_noted(now, state, spoke) if spoke else state), NO_EFFECTS


def _reason(now: Situation, event: Event) -> Evidence | None:
    """What speaks for raising the arm: a plate, a command, or a person's hand."""
    if event.type in PASSAGES:
        return evidence("plate", event) if plate_of(event) is not None else None
    if event.type == "vehicle.seen":
        return evidence("unread", event)
    if event.type == "exit.requested":
        return evidence("by_hand", event)
    method = event.data.method if isinstance(event.data, BarrierOpened | CredentialData) else None
    if method is None:
        return None
    return evidence("by_hand" if method in now.params.by_hand else "granted", event)


def _noted(now: Situation, state: Lane, item: Evidence) -> Lane:
    return replace(state, reasons=slide(state.reasons, item, 2 * ms(now.params.near_s)))


def _opened(now: Situation, state: Lane, event: Event) -> Result:
    """A further command while the arm is up raises nothing."""
    if spoke := _reason(now, event):
        state = _noted(now, state, spoke)
    cycle = ms(now.params.cycle_max_s)
    if state.up_since is not None and event.at - state.up_since <= cycle:
        return state, NO_EFFECTS
    near = ms(now.params.near_s)
    judge = SetDeadline("judge", event.at + near, since=event.at - near)
    return replace(state, up_since=event.at, opened=evidence("opened", event)), (judge,)


def _judged(now: Situation, state: Lane, due: Deadline) -> Result:
    opened = state.opened
    assert opened is not None
    near = ms(now.params.near_s)
    spoke = [item for item in state.reasons if abs(item.time - opened.time) <= near]
    state = replace(state, opened=None)
    steps = {item.step for item in spoke}
    if "plate" in steps or "granted" in steps or not now.params.plates_read:
        return state, NO_EFFECTS
    if not due.judged:
        return state, (NearMiss("plate", "not judged: readings of that time may be missing"),)
    why = "by_hand" if "by_hand" in steps else "nothing"
    others = (item for item in spoke if item.id != opened.id)
    return state, (_alert(now, why, opened, *others),)


def _alert(now: Situation, why: str, *items: Evidence) -> OpenAlert:
    return OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=DETAILS[why],
        evidence=items,
        clear_after_ms=ms(now.params.clear_s),
    )


DETAILS = {
    "nothing": Words(
        zh="道闸抬起，前后无开闸指令、未读到车牌。可能为手动抬杆、遥控未上报或故障。请先看录像，"
        "再查看道闸。首办：物业。",
        en="The arm went up with no command and no plate before or after. Perhaps raised by hand, "
        "by a remote control that is not reported, or a fault. Check the recording first, then the "
        "barrier. First: property.",
    ),
    "by_hand": Words(
        zh="人工开闸放行，前后未读到车牌。可能为无牌车、遮挡或非机动车。请先看录像，补登车辆。"
        "首办：物业。",
        en="Raised by hand, and no plate was read before or after. Perhaps a vehicle without a "
        "plate, a covered one, or a cycle. Check the recording first and enter the vehicle. First: "
        "property.",
    ),
    "forced": Words(
        zh="道闸上报被撞或被强行抬起。可能为车辆刮碰。请先看录像，查看杆臂并留存画面。首办：物业。",
        en="The barrier reports that its arm was struck or lifted. Perhaps a vehicle touched it. "
        "Check the recording first, look at the arm, keep the pictures. First: property.",
    ),
}

RULE = Rule(
    id="barrier_forced",
    version="1",
    title=Words(zh="道闸异常抬起", en="barrier up without reason"),
    steps={
        "opened": Words(zh="抬杆", en="arm up"),
        "by_hand": Words(zh="人工开闸", en="raised by hand"),
        "unread": Words(zh="有车，未读到车牌", en="a vehicle without a plate"),
        "device_says_forced": Words(zh="设备报强行抬杆", en="the device says forced"),
    },
    inputs=LETS_ONE
    | PASSAGES
    | {"vehicle.seen", "barrier.opened", "barrier.closed", "barrier.forced"},
    scopes=at_lane,
    params=ForcedParams,
    state=Lane,
    step=step,
    severity="yellow",
    handler="property",
    delivery="push",
    inhibitors=by_fire,
)
