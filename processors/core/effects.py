"""What a rule is told, and what it may answer. A rule answers; it never acts."""

from dataclasses import dataclass, field
from sys import intern
from typing import Literal

from processors.core.scope import Scope
from schemas.alerts import Alert, Delivery, Evidence, Handler, Severity
from schemas.base import Words
from schemas.events import Event
from schemas.views import View


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment the rule asked for has come, with nothing more arriving before it.

    `judged` is False if input was missing in the span the deadline watches over: then absence
    proves nothing and the rule must not conclude from it.
    """

    name: str
    at: int
    judged: bool = True


@dataclass(frozen=True, slots=True)
class AlertOpened:
    """Another rule of the same scope, one this rule names in `after`, opened an alert."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found out in one of its scopes, at `at` (ms) and `place`, told to it in another.

    `items` are the readings it rests on. No part of `Input`: only a rule that answers `TellScope`
    is ever told one.
    """

    at: int
    place: str
    items: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, order=True)
class Heard:
    """A live reading of a device was received at `at` (ms) and came too late to be stepped.

    Its clock is behind, or it was long on its way; that the device speaks it proves all the same.
    No part of `Input`: only a rule that `hears` is ever told one, in the device's scope.
    """

    at: int
    device: str


Input = Event | Deadline | AlertOpened
Told = Input | Found
DeviceState = Literal["online", "lost", "unknown"]


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """A situation stands. `key` names it within the rule: place and subject.

    Opening a key that is open already updates it. `identity` replaces the opening event in the
    alert's id for rules that must not depend on which reading came first. `clear_after_ms` is for
    sources that never say that it is over. What is None falls back to the rule's own word.
    """

    key: str
    place: str
    detail: Words
    evidence: tuple[Evidence, ...]
    subject: str | None = None
    severity: Severity | None = None
    handler: Handler | None = None
    also: tuple[Handler, ...] | None = None
    delivery: Delivery | None = None
    roles: tuple[str, ...] = ()
    silent_on_site: bool = False
    identity: str | None = None
    clear_after_ms: int | None = None


@dataclass(frozen=True, slots=True)
class UpdateAlert:
    """More is known of an open alert. Severity and delivery only ever rise."""

    key: str
    evidence: tuple[Evidence, ...] = ()
    detail: Words | None = None
    severity: Severity | None = None
    delivery: Delivery | None = None
    handler: Handler | None = None


@dataclass(frozen=True, slots=True)
class ClearAlert:
    """The situation is over; what people do about it is not."""

    key: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class SetDeadline:
    """Wake me at `at` (ms since the epoch). A name set again replaces the earlier one.

    `since` is where the watched span begins; None means now.
    """

    name: str
    at: int
    since: int | None = None


@dataclass(frozen=True, slots=True)
class CancelDeadline:
    """Do not wake me for that name."""

    name: str


@dataclass(frozen=True, slots=True)
class TellScope:
    """Tell this same rule in another scope, at once: the door what a credential did at it.

    It must lead from one kind of scope to another, never back.
    """

    scope: Scope
    found: Found


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A pattern was half met and ended: at which step, and why. For people who ask why not."""

    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShowDevice:
    """What is known of a device since `at`, for the read models; `last_seen` None: never heard."""

    device: str
    state: DeviceState
    at: int
    last_seen: int | None = None
    not_judged: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Show:
    """A view for the office: what holds now. The last of a key counts."""

    view: View


Effect = (
    OpenAlert
    | UpdateAlert
    | ClearAlert
    | SetDeadline
    | CancelDeadline
    | TellScope
    | NearMiss
    | ShowDevice
    | Show
)


def evidence(step: str, event: Event) -> Evidence:
    """A reading as evidence for a step: what an officer needs of it, not the whole event."""
    data = event.data
    return Evidence(
        step=step, id=event.id, type=event.type, time=event.at, place=intern(data.place),
        device=intern(data.device), subject=event.subject, direction=data.direction,
        confidence=data.confidence, pictures=data.pictures, replayed=data.replayed,
        sealed=data.sealed,
    )  # fmt: skip
