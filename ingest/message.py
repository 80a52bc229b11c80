"""What goes into the mapping and what comes out of a codec.

A `Message` is what the broker handed over. A codec turns it into `Reading`s, make-neutral but not
yet placed or timed, or into one `Rejected`. Nothing here knows the clock or the site.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from schemas.event_data import Direction

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from ingest.quick import dataclass

PictureKind = Literal["scene", "vehicle", "plate", "person", "face"]


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message. `received_at` is the gateway's clock in milliseconds since the epoch."""

    topic: str
    payload: bytes
    received_at: int
    retained: bool = False


@dataclass(frozen=True, slots=True)
class DeviceTime:
    """What a device's clock says, as far as it can be known.

    `instant` is sure (an offset or a true UTC stood in the message), in ms since the epoch.
    `local` is wall-clock time without a zone. `maybe` is an instant the device claims but that
    makes of its kind are known to get wrong; it counts only if nothing better does.
    """

    raw: str
    instant: int | None = None
    local: datetime | None = None
    maybe: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a message carries, as it stands there: bytes of a part, or base64 text.

    `name` is the device's own, or what it shows. A face is kept only where the site allows it.
    """

    name: str
    kind: PictureKind
    content: bytes | str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one device says, once. `device` is its own name for itself, None if only the connection
    knows. `channel` is the door, lane, reader or picture channel as the device counts it.
    `observed` is when the device saw it, where `time` is when what it tells of began.
    `pictures` are those the message carries, and links to those it only names.
    `fields` are the type's own data fields (see schemas/event_data.py). `key` goes into the id and
    nowhere else: what the device itself calls the object or record, where several can share one
    instant on one channel (two people first seen in the same frame). `moment` stands for the time
    in the id where forms of one happening carry different times (a passage new, updated, lost).
    """

    type: str
    device: str | None = None
    time: DeviceTime | None = None
    channel: str | None = None
    sequence: int | None = None
    subject: str | None = None
    direction: Direction | None = None
    confidence: float | None = None
    replayed: bool = False
    native: str | None = None
    pictures: tuple[str | Picture, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    observed: DeviceTime | None = None
    moment: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that is not understood: why (what and how to mend), and where in the payload."""

    reason: str
    path: str = ""
    adapter: str | None = None


def in_message(reason: str, path: str) -> str:
    """A reason and where it stands, so that nobody looks for the place in another file."""
    return f"{reason} (in the message: {path})" if path not in ("", "$") else reason


class Unreadable(Exception):
    """Raised inside a codec to leave it at once; the mapping turns it into `Rejected`."""

    def __init__(self, reason: str, path: str = "") -> None:
        """`reason` is one line; `path` is where in the payload, for example `$.info.time`."""
        super().__init__(reason)
        self.reason = reason
        self.path = path


Codec = Callable[[Message], list[Reading]]
"""A codec: pure, raises only `Unreadable`. An empty list means: understood, and nothing to tell."""
