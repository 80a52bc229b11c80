"""A device has fallen silent, or said goodbye.

Why: a dead reader or camera looks like a quiet day, and everything that rests on it is blind until
somebody knows. Fires when a device that has a heartbeat in the site file says nothing for
`heartbeats_max` of them, or one with a `silence_s` for so long, or when its last will reports it
gone for `flap_s`; any live reading ends it, whatever its own clock says: one that came too late
for its time counts for when it was received. A device that hangs on another waits until that one
has been judged, and is silenced by its alert. Misses devices without either in the site file that
leave no last will, a device that still sends heartbeats while its sensor is dead, and for as long
as old readings come in, one that died behind a broker which only now hands them on. Known false
alarms: a heartbeat set shorter than the device's own. While input is missing nothing is judged.
"""

from dataclasses import dataclass, replace

from pydantic import Field

from processors.core.effects import (
    CancelDeadline,
    ClearAlert,
    Deadline,
    Effect,
    Heard,
    Input,
    NearMiss,
    OpenAlert,
    SetDeadline,
    ShowDevice,
    evidence,
)
from processors.core.rule import EVERY_TYPE, NO_EFFECTS, Params, Rule, Situation, ms
from processors.core.words import clock_text
from processors.rules.causes import by_works
from processors.rules.devices import (
    BLIND,
    COARSE,
    beat_ms,
    is_whole_estate,
    parents,
    patience_ms,
    rests_on,
)
from processors.rules.places import of_device
from schemas.alerts import Evidence
from schemas.base import MS_PER_S, Words
from schemas.events import Event


class DeviceLostParams(Params):
    """Three heartbeats, the wait after a last will, and the head start of a parent: our own."""

    heartbeats_max: float = Field(default=3, ge=1)
    flap_s: float = Field(default=30, ge=0)
    parent_first_s: float = Field(default=5, ge=0)


@dataclass(frozen=True, slots=True)
class Device:
    """What is known of a device. `heard_at` is coarse: a tenth of a heartbeat may be missing.

    `expected_at` is when the site first asked for it, for one that has never been heard.
    """

    heard_at: int | None = None
    expected_at: int | None = None
    offline: Evidence | None = None
    lost: bool = False


STATES = frozenset({"device.online", "device.offline"})
RECHECK_MIN_MS = 60 * MS_PER_S
RECHECK_MAX_MS = 24 * 3600 * MS_PER_S
FRESH = Device()


def step(now: Situation, state: Device, told: Input | Heard) -> tuple[Device, tuple[Effect, ...]]:
    """One input of one device."""
    if isinstance(told, Deadline):
        return _recheck(now, state) if told.name == "recheck" else _due(now, state, told)
    if isinstance(told, Heard):
        return _heard(now, state)
    assert isinstance(told, Event)
    if told.type == "config.activated":
        return _expected(now, state)
    if told.data.replayed or (told.data.retained and told.type not in STATES):
        return state, NO_EFFECTS
    if told.type == "device.offline":
        return _offline(now, state, told)
    return _heard(now, state, told)


def _heard(
    now: Situation, state: Device, event: Event | None = None
) -> tuple[Device, tuple[Effect, ...]]:
    """A live reading ends everything; a kept word that it is online only ends a goodbye.

    Of one that came too late no more is known than that it was heard now.
    """
    beat = beat_ms(now.config.device_by_id.get(now.scope.id))
    retained = event is not None and event.data.retained
    if state.offline is None and (retained or not state.lost):
        known = state.heard_at is not None and now.at - state.heard_at < beat // COARSE
        if known or beat == 0 or retained:
            return state, NO_EFFECTS
        if state.heard_at is not None:
            return Device(heard_at=now.at), NO_EFFECTS
    effects = _back(state, now.scope.id, event)
    if state.heard_at is None or state.lost:
        effects = (*effects, ShowDevice(now.scope.id, "online", now.at, now.at))
    if beat == 0:
        return FRESH, effects
    return Device(heard_at=now.at), (*effects, _listen(now, now.at))


def _back(state: Device, device: str, event: Event | None) -> tuple[Effect, ...]:
    if state.lost:
        tells = event is not None and event.type.startswith("device.")
        items = (evidence("heard", event),) if event is not None and tells else ()
        return (CancelDeadline("recheck"), ClearAlert(device, items))
    if state.offline is not None:
        return (CancelDeadline("offline"), NearMiss("offline", "back before the wait was over"))
    return NO_EFFECTS


def _offline(now: Situation, state: Device, event: Event) -> tuple[Device, tuple[Effect, ...]]:
    if state.lost or state.offline is not None:
        return state, NO_EFFECTS
    return replace(state, offline=evidence("offline", event)), (_after_goodbye(now),)


def _expected(now: Situation, state: Device) -> tuple[Device, tuple[Effect, ...]]:
    """The site asks for it: one that was never heard is waited for, for another the wait is new."""
    since = state.expected_at if state.heard_at is None else state.heard_at
    if state.lost:
        return state, NO_EFFECTS
    if since is not None:
        return state, (_listen(now, since),)
    shown = ShowDevice(now.scope.id, "unknown", now.at)
    return replace(state, expected_at=now.at), (shown, _listen(now, now.at))


def _due(now: Situation, state: Device, due: Deadline) -> tuple[Device, tuple[Effect, ...]]:
    silent = due.name == "silent"
    if state.lost or (silent and _patience(now) == 0):
        return state, NO_EFFECTS
    if silent and state.heard_at is not None and _listen(now, state.heard_at).at > due.at:
        return state, (_listen(now, state.heard_at),)
    if not due.judged:
        missing = NearMiss(due.name, "not judged: readings of that time may be missing")
        return state, (missing, _listen(now, now.at) if silent else _after_goodbye(now))
    blind = rests_on(now.config, now.scope.id)
    shown = ShowDevice(now.scope.id, "lost", now.at, state.heard_at, blind)
    state = replace(state, lost=True)
    return state, (_alert(now, state), _look_again(now, state), shown)


def _recheck(now: Situation, state: Device) -> tuple[Device, tuple[Effect, ...]]:
    """Said again while it lasts, so that it is told once the alert that silenced it is gone."""
    if state.offline is None and _patience(now) == 0:
        return FRESH, (ClearAlert(now.scope.id),)
    return state, (_alert(now, state), _look_again(now, state))


def _patience(now: Situation) -> int:
    told = now.params
    return patience_ms(
        now.config, now.scope.id, told.heartbeats_max, ms(told.parent_first_s), ms(told.flap_s)
    )


def _listen(now: Situation, since: int) -> SetDeadline:
    beat = beat_ms(now.config.device_by_id.get(now.scope.id))
    due = since + _patience(now) + beat // COARSE
    return SetDeadline("silent", max(due, now.at), since=since)


def _after_goodbye(now: Situation) -> SetDeadline:
    depth = len(list(parents(now.config, now.scope.id)))
    wait_s = now.params.flap_s + depth * now.params.parent_first_s
    return SetDeadline("offline", now.at + ms(wait_s))


def _look_again(now: Situation, state: Device) -> SetDeadline:
    """Less and less often: a clock that jumps over years must not be walked through in minutes."""
    said = state.offline.time if state.offline is not None else now.at
    began = state.heard_at or state.expected_at or said
    patience = max(_patience(now), RECHECK_MIN_MS)
    wait = max(patience, min((now.at - began) // 10, RECHECK_MAX_MS))
    return SetDeadline("recheck", now.at + wait)


def _alert(now: Situation, state: Device) -> OpenAlert:
    device = now.config.device_by_id.get(now.scope.id)
    if device is not None:
        place = device.place
    else:
        place = state.offline.place if state.offline is not None else now.scope.id
    weighty = now.config.is_key(place) or is_whole_estate(now.config, now.scope.id)
    return OpenAlert(
        key=now.scope.id,
        place=place,
        detail=_detail(now, state),
        evidence=() if state.offline is None else (state.offline,),
        severity="yellow" if weighty else None,
    )


def _detail(now: Situation, state: Device) -> Words:
    device = now.config.device_by_id.get(now.scope.id)
    name = device.name if device is not None else Words(zh="设备", en="The device")
    blind = BLIND[device.kind if device is not None else "other"]
    since = state.expected_at if state.heard_at is None else state.heard_at
    when = clock_text(since or now.at, now.config.timezone)
    said = Words(zh=f"{when}起无心跳", en=f"silent since {when}")
    if state.offline is not None:
        when = clock_text(state.offline.time, now.config.timezone)
        said = Words(zh=f"{when}断开连接", en=f"disconnected at {when}")
    elif state.heard_at is None:
        said = Words(zh=f"{when}起等待，从未收到读数", en=f"awaited since {when}, never heard")
    return Words(
        zh=f"{name.zh}，{said.zh}。期间{blind.zh}不可判断。可能断电或断网。请先查电源和网线。"
        "首办：运维。",
        en=f"{name.en} {said.en}. Until it is back, {blind.en} cannot be judged. Perhaps power or "
        "network; check both first. First: maintenance.",
    )


def _causes(now: Situation, told: OpenAlert) -> tuple[tuple[str, str], ...]:
    above = tuple((RULE.id, parent.id) for parent in parents(now.config, told.key))
    return above + by_works(now, told)


RULE = Rule(
    id="device_lost",
    version="1",
    title=Words(zh="设备离线", en="device offline"),
    steps={
        "heard": Words(zh="恢复上报", en="heard again"),
        "offline": Words(zh="断开连接", en="disconnected"),
    },
    inputs=EVERY_TYPE | {"config.activated"},
    scopes=of_device,
    params=DeviceLostParams,
    state=Device,
    step=step,
    severity="blue",
    handler="maintenance",
    delivery="list",
    reads_states=True,
    hears=True,
    rejoin_ms=5 * 60 * MS_PER_S,
    inhibitors=_causes,
)
