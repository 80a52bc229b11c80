"""What all events share: the common fields, plates without letters, and the closed word lists."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from schemas.base import Instant, Model

Direction = Literal["in", "out"]
Method = Literal[
    "card", "face", "fingerprint", "pin", "qr", "bluetooth", "id_card", "plate", "button",
    "remote", "combination", "palm", "unknown",
]  # fmt: skip
DeniedReason = Literal[
    "unknown_credential", "no_permission", "wrong_time", "expired", "blocked", "lost", "wrong_pin",
    "anti_passback", "interlock", "mode", "not_live", "other", "unknown",
]  # fmt: skip
WatchBasis = Literal["wanted", "missing", "protection_order", "case_vehicle", "cloned_plate"]
Scalar = str | int | float | bool | None


class PlateRef(Model):
    """A plate without its letters: keyed hashes of the whole and of its near forms.

    `skeleton` folds what readers confuse (0/O/D/Q, 1/I, 2/Z, 5/S, 8/B); `masked` holds one hash per
    position left out, so two plates that differ in one character share a hash.
    """

    ref: str
    skeleton: str
    masked: tuple[str, ...] = ()


class EventData(Model):
    """What every event carries beside the CloudEvents attributes.

    `device` and `place` are names of the site file, or the device's own id where there is none.
    `observed_at` is when the device saw what it tells, where that is later than the event's `time`:
    a camera that tracks an object tells again and again of what began at `time`.
    `device_time` is the raw text of the device's clock, untouched; `time_from` says whether the
    event's `time` came from it, `corrected_ms` what the gateway added to it because the device's
    clock is measured wrong. `time_doubt` says why the device's time was not believed: it lay after
    its receipt (`future`), or so far before it that the clock has lost its date (`year`).
    `replayed`: the device or its bridge says this is old news.
    `retained`: the broker kept it; it is a state found on subscribing, never a happening.
    `sealed` holds encrypted clear values by field name (`subject`, `person`).
    """

    TYPES: ClassVar[dict[str, type["EventData"]]] = {}
    TYPE: ClassVar[str] = ""

    device: str
    place: str
    received_at: Instant
    observed_at: Instant | None = None
    channel: str | None = None
    direction: Direction | None = None
    device_time: str | None = None
    corrected_ms: int = 0
    time_from: Literal["device", "received"] = "received"
    time_doubt: Literal["future", "year"] | None = None
    replayed: bool = False
    retained: bool = False
    sequence: int | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)
    pictures: tuple[str, ...] = ()
    adapter: str | None = None
    gateway: str | None = None
    native: str | None = None
    sealed: dict[str, str] | None = None

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Enter the class into the table under its `TYPE`."""
        super().__pydantic_init_subclass__(**kwargs)
        if cls.TYPE:
            EventData.TYPES[cls.TYPE] = cls
