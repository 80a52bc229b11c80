"""Somebody stays about a place where people only pass.

Why: it is often somebody who needs help, sometimes somebody who waits for a chance, and cheap to
look at. Fires when one person's track is seen in a zone for `dwell_s`, or when the camera itself
says so; the words tell how often the camera said so in `visits_h`. At a key place at night it is
yellow and the police's. A track silent for `silent_s` is gone; the alert clears when everybody it
was about is. Misses people whose track breaks, and cameras that name no tracks and judge nothing
themselves. Never counts vehicles, and follows nobody from one camera to the next. Known false
alarms: people waiting for a lift or a courier, neighbours talking, caretakers at work.
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
    evidence,
)
from processors.core.patterns import recent
from processors.core.rule import NO_EFFECTS, Rule, Situation, ms
from processors.core.words import span_words
from processors.rules.night import NightParams, at_night
from processors.rules.people import PERSON
from processors.rules.places import in_zone
from schemas.alerts import Evidence
from schemas.base import MS_PER_S, Words
from schemas.event_data import CameraData
from schemas.events import Event


class LoiteringParams(NightParams):
    """All are our own judgement; `pulse_s` is how long a camera's verdict stands by itself.

    3 visits in 2 h are three verdicts of the camera: a track has no name, and we know nobody again.
    """

    dwell_s: float = Field(default=300, gt=0)
    silent_s: float = Field(default=60, gt=0)
    pulse_s: float = Field(default=600, gt=0)
    visits_min: int = Field(default=3, ge=2)
    visits_h: float = Field(default=2, gt=0)


@dataclass(frozen=True, slots=True)
class Presence:
    """One track in the zone: since when, last seen when, and whether the alert is about it too."""

    track: str
    first: Evidence
    since: int
    last: int
    alerted: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """Who is in the zone now, and when the camera itself spoke of loitering."""

    present: tuple[Presence, ...] = ()
    verdicts: tuple[int, ...] = ()


TRACKS_MAX = 100
SEEN = frozenset({"object.seen", "zone.entered"})
LEFT = frozenset({"object.left", "zone.left"})
VERDICT = frozenset({"loitering.started", "loitering.ended"})


def step(now: Situation, state: Zone, told: Input) -> tuple[Zone, tuple[Effect, ...]]:
    """One input in one zone."""
    if isinstance(told, Deadline):
        return _deadline(now, state, told)
    assert isinstance(told, Event)
    data = told.data
    assert isinstance(data, CameraData)
    if told.type in VERDICT:
        return _verdict(now, state, told)
    if data.object != PERSON or data.track is None:
        return state, NO_EFFECTS
    track = f"{data.device}/{data.track}"
    if told.type in LEFT:
        return _left(now, state, track, evidence("left", told))
    return _seen(now, state, track, told)


def _seen(now: Situation, state: Zone, track: str, event: Event) -> tuple[Zone, tuple[Effect, ...]]:
    """A camera that says since when it tracks somebody is believed."""
    presence, item = _find(state, track), evidence("seen", event)
    if presence is None:
        if len(state.present) >= TRACKS_MAX:
            return state, NO_EFFECTS
        presence = Presence(track, item, min(event.time, event.at), event.at)
        due = presence.since + ms(now.params.dwell_s)
        if due > event.at:
            dwell = SetDeadline(f"dwell|{track}", due, since=presence.since)
            return _put(state, presence), (dwell, _gone_at(now, presence))
    if event.at - presence.since >= ms(now.params.dwell_s) and not presence.alerted:
        more = () if item == presence.first else (item,)
        return _alert(now, state, replace(presence, last=event.at), *more)
    return _again(now, state, presence)


def _again(now: Situation, state: Zone, presence: Presence) -> tuple[Zone, tuple[Effect, ...]]:
    """Still there; a camera sends many a second, and not each is worth remembering."""
    if now.at - presence.last < _coarse(now):
        return state, NO_EFFECTS
    presence = replace(presence, last=now.at)
    return _put(state, presence), (_gone_at(now, presence),)


def _left(
    now: Situation, state: Zone, track: str, *items: Evidence
) -> tuple[Zone, tuple[Effect, ...]]:
    """One presence is over; the alert is when no other is left that it was about."""
    presence = _find(state, track)
    if presence is None:
        return state, NO_EFFECTS
    state = replace(state, present=tuple(one for one in state.present if one != presence))
    done = (CancelDeadline(f"dwell|{track}"), CancelDeadline(f"gone|{track}"))
    if presence.alerted and not any(one.alerted for one in state.present):
        return state, (*done, ClearAlert(now.scope.id, items))
    stayed = now.at - presence.since
    if not presence.alerted and 2 * stayed >= ms(now.params.dwell_s):
        reason = f"gone after {stayed / MS_PER_S:g} s of {now.params.dwell_s:g} s"
        return state, (*done, NearMiss("seen", reason))
    return state, done


def _verdict(now: Situation, state: Zone, event: Event) -> tuple[Zone, tuple[Effect, ...]]:
    """The camera's own word; said again while it stands, it is still the same visit."""
    data = event.data
    assert isinstance(data, CameraData)
    if data.object not in (None, PERSON):
        return state, NO_EFFECTS
    item = evidence("device_says_loitering", event)
    track = f"{data.device}/{data.track or ''}/verdict"
    if event.type == "loitering.ended":
        return _left(now, state, track, item)
    presence = _find(state, track)
    if presence is None:
        visits = recent(state.verdicts, item.time, ms(now.params.visits_h * 3600))
        presence = Presence(track, item, event.at, event.at)
        return _alert(now, replace(state, verdicts=visits), presence)
    return _again(now, state, presence)


def _deadline(now: Situation, state: Zone, due: Deadline) -> tuple[Zone, tuple[Effect, ...]]:
    name, _, track = due.name.partition("|")
    presence = _find(state, track)
    if presence is None or name == "gone":
        return _left(now, state, track)
    if not due.judged:
        missing = NearMiss("seen", "not judged: that it left may be missing")
        return state, (missing,)
    return _alert(now, state, presence)


def _alert(
    now: Situation, state: Zone, presence: Presence, *more: Evidence
) -> tuple[Zone, tuple[Effect, ...]]:
    state = _put(state, replace(presence, alerted=True))
    weighty = now.config.is_key(now.scope.id) and at_night(now)
    alert = OpenAlert(
        key=now.scope.id,
        place=now.scope.id,
        detail=_detail(now, state, presence),
        evidence=(presence.first, *more),
        severity="yellow" if weighty else None,
        handler="police" if weighty else None,
    )
    return state, (_gone_at(now, presence), alert)


def _detail(now: Situation, state: Zone, presence: Presence) -> Words:
    span = span_words(now.at - presence.since)
    why = Words(zh=f"画面中同一人停留已{span.zh}", en=f"One person on camera for {span.en}")
    visits, hours = len(state.verdicts), span_words(ms(now.params.visits_h * 3600))
    if presence.track.endswith("/verdict"):
        why = Words(zh="摄像机报告有人逗留", en="The camera reports somebody staying")
        if visits >= now.params.visits_min:
            again = Words(zh=f"，{hours.zh}内第{visits}次", en=f", {visits} times in {hours.en}")
            why = Words(zh=why.zh + again.zh, en=why.en + again.en)
    return Words(
        zh=f"{why.zh}。仅凭画面，可能在等人或需要帮助。请先看实时画面，再视情询问。",
        en=f"{why.en}. By camera alone; perhaps waiting, perhaps in need of help. Look at the live "
        "view first, then ask if it seems right.",
    )


def _find(state: Zone, track: str) -> Presence | None:
    return next((one for one in state.present if one.track == track), None)


def _put(state: Zone, presence: Presence) -> Zone:
    others = tuple(one for one in state.present if one.track != presence.track)
    return replace(state, present=(*others, presence))


def _coarse(now: Situation) -> int:
    return ms(now.params.silent_s) // 10


def _gone_at(now: Situation, presence: Presence) -> SetDeadline:
    stands = now.params.pulse_s if presence.track.endswith("/verdict") else now.params.silent_s
    return SetDeadline(f"gone|{presence.track}", presence.last + ms(stands) + _coarse(now))


RULE = Rule(
    id="loitering",
    version="2",
    title=Words(zh="长时间逗留", en="loitering"),
    steps={
        "left": Words(zh="离开", en="left"),
        "seen": Words(zh="在画面中", en="in view"),
        "device_says_loitering": Words(zh="设备报逗留", en="the device says loitering"),
    },
    inputs=SEEN | LEFT | VERDICT,
    scopes=in_zone,
    params=LoiteringParams,
    state=Zone,
    step=step,
    severity="blue",
    handler="property",
    delivery="list",
    visit=True,
    rejoin_ms=5 * 60 * MS_PER_S,
)
