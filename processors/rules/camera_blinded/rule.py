"""A camera sees nothing: covered, turned away or out of focus.

Why: what it watched is unwatched, and somebody may have wanted that. Fires when a camera says so
and does not take it back for `lasts_s`. If somebody loitered where it looks, no longer than
`loitered_min` before, it is red and the police's. Clears when the camera sees again, or after
`clear_h` for makes that never say so. Misses cameras without such a detection, a channel that has
lost its signal, and somebody who came from where no camera looks. Known false alarms: headlights,
fog, a spider's web, the change to night view, somebody cleaning the lens.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    AlertOpened,
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    evidence,
)
from processors.core.rule import NO_EFFECTS, Params, Rule, Scope, Situation, by_place, ms
from schemas.alerts import Alert, Evidence
from schemas.base import MS_PER_S, Words
from schemas.events import Event
from schemas.place import EstateConfig


class BlindedParams(Params):
    """20 s is the default of ALLNET's cameras; the others are our own judgement."""

    lasts_s: float = Field(default=20, gt=0)
    loitered_min: float = Field(default=5, gt=0)
    clear_h: float = Field(default=24, gt=0)


@dataclass(frozen=True, slots=True)
class Camera:
    """The word that it is blind, who loitered before it, and since when it has been told."""

    blinded: Evidence | None = None
    loitered: tuple[Evidence, ...] = ()
    loitered_at: int = 0
    alerted_at: int | None = None


LOITERED_MAX = 3


@by_place
def scopes(event: Event, config: EstateConfig) -> tuple[Scope, ...]:
    """The camera that speaks, by where it stands: a recorder speaks for many."""
    return (Scope("zone", event.data.place),)


def cameras(alert: Alert, config: EstateConfig) -> Iterator[Scope]:
    """The cameras that see where somebody loitered, and those that saw it."""
    saw = (item.place for item in alert.evidence)
    see = (camera.id for camera in config.cameras_at(alert.place))
    for place in dict.fromkeys((alert.place, *saw, *see)):
        yield Scope("zone", place)


def step(now: Situation, state: Camera, told: Input) -> tuple[Camera, tuple[Effect, ...]]:
    """One input of one camera."""
    if isinstance(told, Deadline):
        return _deadline(now, state, told)
    if isinstance(told, AlertOpened):
        return _loitered(now, state, told)
    assert isinstance(told, Event)
    state = _over(now, state)
    item = evidence("blinded" if told.type == "camera.blinded" else "restored", told)
    if told.type == "camera.restored":
        return _restored(now, state, item)
    if state.blinded is not None:
        return state, NO_EFFECTS
    lasts = SetDeadline("lasts", told.at + ms(now.params.lasts_s))
    return replace(state, blinded=item), (lasts,)


def _over(now: Situation, state: Camera) -> Camera:
    """An alert that has cleared itself is over, also for a camera that never says so."""
    if state.alerted_at is None or now.at - state.alerted_at < ms(now.params.clear_h * 3600):
        return state
    return replace(state, blinded=None, alerted_at=None)


def _loitered(
    now: Situation, state: Camera, told: AlertOpened
) -> tuple[Camera, tuple[Effect, ...]]:
    items = told.alert.evidence[:LOITERED_MAX]
    as_ours = tuple(replace(item, step="loitered") for item in items)
    span = ms(now.params.loitered_min * 60 + 2 * now.params.lasts_s)
    forget = SetDeadline("forget", now.at + span)
    return replace(state, loitered=as_ours, loitered_at=now.at), (forget,)


def _restored(now: Situation, state: Camera, item: Evidence) -> tuple[Camera, tuple[Effect, ...]]:
    if state.blinded is None:
        return state, NO_EFFECTS
    lasted, alerted = item.time - state.blinded.time, state.alerted_at is not None
    state = replace(state, blinded=None, alerted_at=None)
    if alerted:
        return state, (ClearAlert(now.scope.id, (item,)),)
    reason = f"it saw again after {lasted / MS_PER_S:g} s of {now.params.lasts_s:g} s"
    return state, (CancelDeadline("lasts"), NearMiss("blinded", reason))


def _deadline(now: Situation, state: Camera, due: Deadline) -> tuple[Camera, tuple[Effect, ...]]:
    if due.name == "forget":
        return replace(state, loitered=(), loitered_at=0), NO_EFFECTS
    if state.blinded is None:
        return state, NO_EFFECTS
    if not due.judged:
        missing = NearMiss("blinded", "not judged: that it saw again may be missing")
        return replace(state, blinded=None), (missing,)
    return replace(state, alerted_at=now.at), (_alert(now, state, state.blinded),)


def _alert(now: Situation, state: Camera, blinded: Evidence) -> OpenAlert:
    since = blinded.time - ms(now.params.loitered_min * 60)
    loitered = state.loitered if since <= state.loitered_at <= blinded.time else ()
    return OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=DETAIL_LOITERED if loitered else DETAIL,
        evidence=(blinded, *loitered),
        severity="red" if loitered else None,
        handler="police" if loitered else None,
        delivery="push" if loitered else None,
        clear_after_ms=ms(now.params.clear_h * 3600),
    )


DETAIL = Words(
    zh="摄像机报画面被遮挡、偏转或失焦，至今未恢复。期间该处画面不可判断。可能为灯光、雾气或蛛网。"
    "请先看画面，再到场擦拭复位。首办：运维。",
    en="The camera reports that it is covered, turned or out of focus, and has not taken it back. "
    "Until then nothing it watches can be judged. Perhaps lights, fog or a spider's web. Look at "
    "the picture first, then clean and set it right. First: maintenance.",
)
DETAIL_LOITERED = Words(
    zh="摄像机报画面被遮挡、偏转或失焦，此前该处有人久留，两项读数相符。"
    "请立即看此前录像和邻近摄像机，并到场查看。",
    en="The camera reports that it is covered, turned or out of focus; somebody had stayed there "
    "before, so two readings agree. Check the recording before it and the cameras beside it, and "
    "go there now.",
)

RULE = Rule(
    id="camera_blinded",
    version="1",
    title=Words(zh="摄像机画面异常", en="camera sees nothing"),
    steps={
        "blinded": Words(zh="画面被遮挡或偏转", en="covered or turned"),
        "restored": Words(zh="画面恢复", en="sees again"),
        "loitered": Words(zh="此前有人久留", en="somebody stayed there before"),
    },
    inputs=frozenset({"camera.blinded", "camera.restored"}),
    scopes=scopes,
    params=BlindedParams,
    state=Camera,
    step=step,
    severity="yellow",
    handler="maintenance",
    delivery="list",
    visit=True,
    after=frozenset({"loitering"}),
    told_in=cameras,
)
