"""An e-bike in the cabin of a lift.

Why: a battery that catches fire in a closed cabin leaves nobody time, and the bike is on its way to
be charged in a home or a stairwell. Fires when a camera shows one in `frames_min` pictures of one
ride; a ride is over when none was seen for `gone_s`, so a tracker that loses and finds it again
makes no second alert. Misses e-bikes under covers, batteries carried alone, cameras that see
several lifts and name none, and models that know bicycles alone (`bicycles_too`). Known false
alarms: mobility scooters, prams, bicycles that a model takes for a motorcycle.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    ClearAlert,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Scope, Situation, ms
from processors.rules.objects import BICYCLES, EBIKES, SEEN, is_lift, where, words_of
from schemas.alerts import Evidence
from schemas.base import Words
from schemas.events import Event
from schemas.place import EstateConfig


class RideParams(Params):
    """Two pictures are the situation's own; a minute without one between rides is our judgement.

    `bicycles_too` is for models that have no word but bicycle; it may be set for one lift.
    """

    frames_min: int = Field(default=2, ge=1)
    gone_s: float = Field(default=60, gt=0)
    bicycles_too: bool = False


@dataclass(frozen=True, slots=True)
class Ride:
    """The pictures that show it, when it was last seen, and whether that was told."""

    frames: tuple[Evidence, ...] = ()
    last: int = 0
    alerted: bool = False


FRESH = Ride()
WORTH_A_LOOK = EBIKES | BICYCLES


def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The lift's cabin; none for anything but two wheels."""
    if words_of(event).isdisjoint(WORTH_A_LOOK):
        return ()
    return tuple(Scope("zone", lift) for lift in where(event, config, is_lift))


def step(now: Situation, state: Ride, told: Input) -> tuple[Ride, tuple[Effect, ...]]:
    """One picture of one cabin, or the end of a ride."""
    if isinstance(told, Deadline):
        return FRESH, _over(now, state)
    assert isinstance(told, Event)
    wanted = WORTH_A_LOOK if now.params.bicycles_too else EBIKES
    if words_of(told).isdisjoint(wanted):
        return state, NO_EFFECTS
    if state.alerted:
        return _still_there(now, state)
    if state.frames and state.frames[-1].time == told.at:
        return state, NO_EFFECTS
    state = replace(state, frames=(*state.frames, evidence("seen", told)), last=told.at)
    if len(state.frames) < now.params.frames_min:
        return state, (_gone_at(now, state),)
    state = replace(state, alerted=True)
    return state, (_gone_at(now, state), _alert(now, state))


def _still_there(now: Situation, state: Ride) -> tuple[Ride, tuple[Effect, ...]]:
    """A camera sends many pictures a second, and not each is worth remembering."""
    if now.at - state.last < ms(now.params.gone_s) // 10:
        return state, NO_EFFECTS
    state = replace(state, last=now.at)
    return state, (_gone_at(now, state),)


def _over(now: Situation, state: Ride) -> tuple[Effect, ...]:
    if state.alerted:
        return (ClearAlert(now.scope.id),)
    count, least = len(state.frames), now.params.frames_min
    return (NearMiss("seen", f"in {count} pictures of the ride, of {least} that count"),)


def _gone_at(now: Situation, state: Ride) -> SetDeadline:
    wait = ms(now.params.gone_s)
    return SetDeadline("gone", state.last + wait + (wait // 10 if state.alerted else 0))


def _alert(now: Situation, state: Ride) -> OpenAlert:
    count = len(state.frames)
    return OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=Words(
            zh=f"轿厢内{count}帧画面中有电动车或同类两轮车。仅凭画面，可能为助老车或婴儿车。"
            "请先看实时画面，再用对讲提醒退出轿厢。首办：物业。",
            en=f"An e-bike, or two wheels like it, in {count} pictures of the cabin. By camera "
            "alone; perhaps a mobility scooter or a pram. Look at the live view first, then ask "
            "over the intercom to leave the cabin. First: property.",
        ),
        evidence=state.frames,
    )


RULE = Rule(
    id="ebike_in_lift",
    version="1",
    title=Words(zh="电动车进电梯", en="e-bike in a lift"),
    steps={"seen": Words(zh="轿厢内有电动车", en="an e-bike in the cabin")},
    inputs=SEEN,
    scopes=scopes,
    params=RideParams,
    state=Ride,
    step=step,
    severity="orange",
    handler="property",
    delivery="push",
)
