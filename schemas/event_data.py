"""One data model per fact. The class says the fact, its docstring the meaning.

Every model carries the common fields of `EventData`; the closed table (`event_types.csv`) and
these classes cover each other exactly, which a test holds.
"""

from typing import Any, ClassVar, Literal

from pydantic import Field

from schemas.base import Instant
from schemas.event_fields import (
    DeniedReason,
    Direction,
    EventData,
    Method,
    PlateRef,
    Scalar,
    WatchBasis,
)

__all__ = ["DeniedReason", "Direction", "EventData", "Method", "PlateRef", "Scalar", "WatchBasis"]
# What all facts share is looked for here as well.


RegisterRecord = Literal[
    "permit", "credential", "pass", "away_note", "consent", "dwelling", "works", "patrol",
]  # fmt: skip
DwellingUse = Literal["own", "let", "vacant", "commercial", "unknown"]


class CredentialData(EventData):
    """Common to all that happens at a reader.

    `is_holder` is the device's own verdict whether the person is the one the credential was given
    to; nothing here ever compares faces.
    """

    method: Method = "unknown"
    reader: str | None = None
    person: str | None = None
    is_holder: bool | None = None


class AccessPresented(CredentialData):
    """A credential was shown; the device does not say what came of it."""

    TYPE: ClassVar[str] = "access.presented"


class AccessGranted(CredentialData):
    """A credential was accepted. Nobody need have gone through."""

    TYPE: ClassVar[str] = "access.granted"
    credential_class: str | None = None


class AccessDenied(CredentialData):
    """A credential was refused, for a reason of the closed list."""

    TYPE: ClassVar[str] = "access.denied"
    reason: DeniedReason = "unknown"


class AccessDuress(CredentialData):
    """A code or finger that means: I am being forced."""

    TYPE: ClassVar[str] = "access.duress"


class ExitRequested(EventData):
    """A button or motion sensor inside asked for the way out."""

    TYPE: ClassVar[str] = "exit.requested"


class DoorUnlocked(EventData):
    """The lock was released."""

    TYPE: ClassVar[str] = "door.unlocked"


class DoorLocked(EventData):
    """The lock closed again."""

    TYPE: ClassVar[str] = "door.locked"


class DoorOpened(EventData):
    """The contact says that the leaf opened."""

    TYPE: ClassVar[str] = "door.opened"


class DoorClosed(EventData):
    """The contact says that the leaf closed."""

    TYPE: ClassVar[str] = "door.closed"


class DoorForced(EventData):
    """The device itself judged the opening to be forced."""

    TYPE: ClassVar[str] = "door.forced"


class DoorHeld(EventData):
    """The device itself judged the door to stand open too long."""

    TYPE: ClassVar[str] = "door.held"


class PersonPassed(EventData):
    """One person went through."""

    TYPE: ClassVar[str] = "person.passed"


class PersonCounted(EventData):
    """Running totals of a people counter; not a person. `count` where it does not tell the way."""

    TYPE: ClassVar[str] = "person.counted"
    entered: int | None = None
    exited: int | None = None
    count: int | None = None


class BarrierOpened(EventData):
    """The arm is up; `method` is what raised it, where the device says so."""

    TYPE: ClassVar[str] = "barrier.opened"
    method: Method | None = None


class BarrierClosed(EventData):
    """The arm is down."""

    TYPE: ClassVar[str] = "barrier.closed"


class BarrierForced(EventData):
    """The arm was struck or lifted by hand."""

    TYPE: ClassVar[str] = "barrier.forced"


class LoopOccupied(EventData):
    """A vehicle stands on the loop."""

    TYPE: ClassVar[str] = "loop.occupied"


class LoopCleared(EventData):
    """The loop is free."""

    TYPE: ClassVar[str] = "loop.cleared"


class VehicleData(EventData):
    """Common to all readings of a vehicle; the clear plate is the event's subject until sealed."""

    plate: PlateRef | None = None
    plate_colour: str | None = None
    plate_type: str | None = None
    vehicle_type: str | None = None
    vehicle_colour: str | None = None
    lane: str | None = None
    list_name: str | None = None


class PlateRead(VehicleData):
    """A plate was read."""

    TYPE: ClassVar[str] = "plate.read"


class VehicleEntered(VehicleData):
    """A vehicle came in."""

    TYPE: ClassVar[str] = "vehicle.entered"


class VehicleExited(VehicleData):
    """A vehicle went out."""

    TYPE: ClassVar[str] = "vehicle.exited"


class VehicleSeen(VehicleData):
    """A vehicle whose plate could not be read."""

    TYPE: ClassVar[str] = "vehicle.seen"


class VehicleCounted(EventData):
    """Running totals of a vehicle counter."""

    TYPE: ClassVar[str] = "vehicle.counted"
    entered: int | None = None
    exited: int | None = None
    count: int | None = None


class InputActivated(EventData):
    """A wired input went on; the site file says what hangs on it."""

    TYPE: ClassVar[str] = "input.activated"


class InputCleared(EventData):
    """A wired input went off."""

    TYPE: ClassVar[str] = "input.cleared"


class CameraData(EventData):
    """Common to what a camera's analytics report; `track` joins readings of one object."""

    object: str | None = None
    track: str | None = None
    zone: str | None = None


class MotionStarted(CameraData):
    """Motion in the picture."""

    TYPE: ClassVar[str] = "motion.started"


class MotionEnded(CameraData):
    """The motion is over."""

    TYPE: ClassVar[str] = "motion.ended"


class LineCrossed(CameraData):
    """Something crossed a drawn line; `crossing` is the device's own word for the way."""

    TYPE: ClassVar[str] = "line.crossed"
    crossing: str | None = None


class LineCrossingEnded(CameraData):
    """The camera takes a crossing back to rest."""

    TYPE: ClassVar[str] = "line.crossing_ended"


class ZoneEntered(CameraData):
    """Something is in a drawn zone."""

    TYPE: ClassVar[str] = "zone.entered"


class ZoneLeft(CameraData):
    """It left the zone."""

    TYPE: ClassVar[str] = "zone.left"


class ObjectSeen(CameraData):
    """An object of a known kind is in the picture."""

    TYPE: ClassVar[str] = "object.seen"
    label: str | None = None
    zones: tuple[str, ...] = ()


class ObjectLeft(CameraData):
    """The object is gone."""

    TYPE: ClassVar[str] = "object.left"
    zones: tuple[str, ...] = ()


class ObjectCounted(CameraData):
    """How many stand in a zone now."""

    TYPE: ClassVar[str] = "object.counted"
    count: int | None = None


class ObjectFell(CameraData):
    """Something fell past a facade."""

    TYPE: ClassVar[str] = "object.fell"


class LoiteringStarted(CameraData):
    """The camera itself says that somebody loiters."""

    TYPE: ClassVar[str] = "loitering.started"


class LoiteringEnded(CameraData):
    """The camera takes it back."""

    TYPE: ClassVar[str] = "loitering.ended"


class FaceSeen(CameraData):
    """A face was captured; no picture of it is kept."""

    TYPE: ClassVar[str] = "face.seen"


class FaceRecognized(CameraData):
    """The device recognised a person enrolled on it."""

    TYPE: ClassVar[str] = "face.recognized"


class FireDetected(CameraData):
    """Fire, smoke or gas."""

    TYPE: ClassVar[str] = "fire.detected"
    hazard: Literal["fire", "smoke", "gas", "heat", "unknown"] = "unknown"


class FireLaneOccupied(CameraData):
    """A vehicle stands where fire engines must pass."""

    TYPE: ClassVar[str] = "fire_lane.occupied"


class CameraBlinded(CameraData):
    """Covered, turned away or out of focus."""

    TYPE: ClassVar[str] = "camera.blinded"


class CameraRestored(CameraData):
    """It sees again."""

    TYPE: ClassVar[str] = "camera.restored"


class CameraVideoLost(CameraData):
    """A channel has no signal."""

    TYPE: ClassVar[str] = "camera.video_lost"


class DeviceTampered(EventData):
    """A housing was opened, or a panel's alarm zone tripped (`zone`)."""

    TYPE: ClassVar[str] = "device.tampered"
    zone: str | None = None


class DoorbellRung(EventData):
    """Somebody rang; `answered` is None while nobody can know."""

    TYPE: ClassVar[str] = "doorbell.rung"
    answered: bool | None = None


class HelpRequested(EventData):
    """A help or SOS button was pressed.

    `silent`: it is a panic button, for somebody under threat; nothing may ring on site.
    """

    TYPE: ClassVar[str] = "help.requested"
    silent: bool = False


class DeviceOnline(EventData):
    """A device announced itself."""

    TYPE: ClassVar[str] = "device.online"


class DeviceOffline(EventData):
    """A device said goodbye, or its last will did."""

    TYPE: ClassVar[str] = "device.offline"


class DeviceHeartbeat(EventData):
    """A device is alive."""

    TYPE: ClassVar[str] = "device.heartbeat"


class DeviceClockSet(EventData):
    """A device's clock was changed."""

    TYPE: ClassVar[str] = "device.clock_set"


class DeviceDescribed(EventData):
    """A device says what it is."""

    TYPE: ClassVar[str] = "device.described"
    description: dict[str, Scalar] = Field(default_factory=dict)


class DeviceStateReported(EventData):
    """A state that holds; nothing happened just now."""

    TYPE: ClassVar[str] = "device.state_reported"
    state: dict[str, Scalar] = Field(default_factory=dict)


class DeviceOperated(EventData):
    """Somebody used a device's own menu or console."""

    TYPE: ClassVar[str] = "device.operated"


class MeterRead(EventData):
    """A reading of a meter in a home enrolled in care."""

    TYPE: ClassVar[str] = "meter.read"
    quantity: Literal["water_m3", "power_kwh", "motion"] = "motion"
    value: float = 0.0


class ReportFiled(EventData):
    """A person reported something. `dwelling` is where it troubles people, `against` where it comes
    from, both as places; None where the report does not say.
    """

    TYPE: ClassVar[str] = "report.filed"
    category: str = "other"
    dwelling: str | None = None
    against: str | None = None


class RegisterChanged(EventData):
    """The register changed.

    A permit is for a vehicle (`holder`), a pass for a visitor; a credential belongs to a `dwelling`
    and has a class; an away note or a consent to be looked after is a dwelling's, with
    `silent_max_s` as agreed; a dwelling has its registered use and count of people; `works` are
    under way at the event's place, and a patrol is due there, from `valid_from` to `valid_to`.
    The event's subject is the credential's reference, where there is one.
    """

    TYPE: ClassVar[str] = "register.changed"
    record: RegisterRecord = "permit"
    change: Literal["set", "ended"] = "set"
    dwelling: str | None = None
    use: DwellingUse | None = None
    people: int | None = None
    silent_max_s: int | None = None
    holder: PlateRef | None = None
    credential_class: str | None = None
    valid_from: Instant | None = None
    valid_to: Instant | None = None
    stay_max_s: int | None = None


class WatchChanged(EventData):
    """A watch entry begins, changes or ends. The event's subject is what is looked for (a ref)."""

    TYPE: ClassVar[str] = "watch.changed"
    entry: str = ""
    change: Literal["set", "ended"] = "set"
    looks_for: Literal["plate", "credential", "face"] = "plate"
    plate: PlateRef | None = None
    severity: Literal["orange", "red"] = "orange"
    case_number: str = ""
    basis: Literal["wanted", "missing", "protection_order", "case_vehicle", "cloned_plate"] = (
        "wanted"
    )
    owner: str = ""
    approver: str = ""
    roles: tuple[str, ...] = ()
    score_min: float = Field(default=0.9, ge=0, le=1)
    valid_from: Instant | None = None
    valid_to: Instant | None = None


class ConfigActivated(EventData):
    """A version of an estate's configuration takes effect from this event on.

    The whole configuration travels in it (`schemas.place.EstateConfig` as JSON), so that the log
    alone is enough to judge again.
    """

    TYPE: ClassVar[str] = "config.activated"
    hash: str = ""
    config: dict[str, Any] = Field(default_factory=dict)


class ClockTicked(EventData):
    """The gateway's clock, once a second; `since` says since when input is known to be complete.

    A gateway whose session is gone writes, before anything else, a tick with the span it may have
    missed: from `gap_from` (the last tick it remembers; None: this event's time) to `gap_until`
    (the new subscription). Absence in that span is not judged, but for what the log's own watermark
    had passed when this event came.
    """

    TYPE: ClassVar[str] = "clock.ticked"
    since: Instant | None = None
    gap_from: Instant | None = None
    gap_until: Instant | None = None
