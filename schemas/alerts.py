"""Alerts: each message is the whole alert, and the highest revision is the one that holds."""

from dataclasses import dataclass
from sys import intern
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field

from schemas.base import Instant, Model, Words
from schemas.event_data import Direction

Severity = Literal["blue", "yellow", "orange", "red"]
Delivery = Literal["push", "list", "statistic"]
Handler = Literal[
    "police", "property", "grid_worker", "maintenance", "care_station", "fire_brigade", "mediator",
    "person", "contact",
]  # fmt: skip
SEVERITIES: tuple[Severity, ...] = ("blue", "yellow", "orange", "red")
EVIDENCE_MAX = 50
Name = Annotated[str, AfterValidator(intern)]
"""One of few names that stand in very many readings: kept once, however often it is read."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reading that an alert rests on, and the step of the rule that it met.

    `estate` and `place_name` are given where the reading is of another estate than the alert.
    """

    # No Model: rules remember readings by the thousand, and a model takes four times the room.
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    step: Name
    id: str
    type: Name
    time: Instant
    place: Name
    device: Name
    subject: str | None = None
    direction: Direction | None = None
    confidence: float | None = None
    pictures: tuple[str, ...] = ()
    replayed: bool = False
    sealed: dict[str, str] | None = None
    estate: str | None = None
    place_name: Words | None = None


class Camera(Model):
    """A camera that sees the alert's place, with its live view and the recording at the time."""

    id: str
    name: Words
    live_url: str | None = None
    recording_url: str | None = None


class Suppression(Model):
    """Why an alert is kept but told to nobody: the cause, and a reason a person can read."""

    by: str
    reason: Words


class Alert(Model):
    """A situation at a place. `cleared_at` ends the detection and never closes a case.

    `id` is a hash of rule, key and opening event; `revision` counts the messages of one id.
    `steps` says in words what each step of the evidence means, so that an alert can be read for as
    long as it is kept, whatever becomes of its rule.
    `incident` is the id of the first alert of the same visit, "" where it stands alone.
    `cleared_reason` says why, where the situation is not known to be over: its rule is gone.
    `key` is rule-wide unique: place and subject. `subject` is a pseudonym, never a clear value.
    """

    id: str
    revision: int
    rule: str
    rule_version: str
    estate: str
    key: str
    severity: Severity
    handler: Handler
    also: tuple[Handler, ...] = ()
    delivery: Delivery
    silent_on_site: bool = False
    subject: str | None = None
    place: str
    place_name: Words
    opened_at: Instant
    updated_at: Instant
    cleared_at: Instant | None = None
    cleared_reason: Words | None = None
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=EVIDENCE_MAX)
    evidence_more: int = 0
    steps: dict[str, Words] = Field(default_factory=dict)
    cameras: tuple[Camera, ...] = ()
    reason: Words
    roles: tuple[str, ...] = ()
    found_afterwards: bool = False
    suppressed: Suppression | None = None
    incident: str = ""
    config: str = ""


class AlertLine(Model):
    """The short form that `backtest` prints and `GET /api/alerts` lists."""

    id: str
    rule: str
    key: str
    severity: Severity
    handler: Handler
    delivery: Delivery
    subject: str | None
    place: str
    opened_at: Instant
    updated_at: Instant
    cleared_at: Instant | None
    evidence: tuple[str, ...]
    reason: Words


def alert_line(alert: Alert) -> AlertLine:
    """The short form of an alert: evidence as event ids in order."""
    fields = {name: getattr(alert, name) for name in AlertLine.model_fields if name != "evidence"}
    return AlertLine(**fields, evidence=tuple(item.id for item in alert.evidence))
