"""The pure mapping: a message in, events or one rejection out. No clock, no network, no site state.

An adapter's codec says what the device says; here its device is placed, its clock read, its wired
inputs named and its id made. Clear values stay clear: the gateway seals them afterwards.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ingest.catalogue import Adapter, Catalogue
from ingest.message import DeviceTime, Message, Picture, Reading, Rejected, Unreadable
from ingest.registry import Placement, Registry
from schemas.base import MS_PER_S
from schemas.events import Event, EventError, event_id, make_event

REASON_MAX = 300
"""Characters of a reason; a value quoted in it may be as long as a payload."""

HOUR_MS = 3600 * MS_PER_S
FACTORY_OFFSET_MS = 8 * HOUR_MS
"""Dahua devices never told their zone claim a UTC eight hours behind their wall clock."""

_CENTRAL_EUROPE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Mapper:
    """Turns messages into events, with the adapters and the site it was given."""

    catalogue: Catalogue
    registry: Registry

    def read(self, message: Message, adapter: str | None = None) -> list[Event] | Rejected:
        """The events of one message, or why there are none.

        `adapter` forces one by name, or one of a make; otherwise the site, then the topic, then the
        content decides.
        """
        chosen = self._adapter(message, adapter)
        if isinstance(chosen, Rejected):
            return chosen
        name = chosen.spec.name
        try:
            readings = chosen.decode(message)
            return [self._event(message, reading, name) for reading in readings]
        except Unreadable as error:
            return Rejected(_one_line(error.reason), error.path, name)
        except EventError as error:
            return Rejected(_one_line(str(error)), "$", name)
        except (RecursionError, OverflowError, ValueError, LookupError, TypeError, AttributeError):
            return Rejected("has not the shape this adapter knows; see its README", "$", name)

    def _adapter(self, message: Message, name: str | None) -> Adapter | Rejected:
        chosen = self.catalogue.choose(message, name or self.registry.adapter_of(message.topic))
        return Rejected(chosen) if isinstance(chosen, str) else chosen

    def _event(self, message: Message, reading: Reading, adapter: str) -> Event:
        spot = self.registry.place(message.topic, reading.device, reading.channel)
        word = _input_meaning(reading, spot)
        known = resolve_time(reading.time, spot)
        identity = event_id(
            spot.estate, spot.device, reading.channel, word, _identity_time(reading, message),
            reading.sequence, reading.subject, *filter(None, (reading.key,)),
        )  # fmt: skip
        data = {
            "device": spot.device, "place": spot.place, "received_at": message.received_at,
            "channel": reading.channel, "direction": reading.direction or spot.direction,
            "device_time": reading.time.raw if reading.time else None,
            "time_from": "received" if known is None else "device",
            "observed_at": resolve_time(reading.observed, spot),
            "replayed": reading.replayed, "retained": message.retained,
            "sequence": reading.sequence, "confidence": reading.confidence,
            "pictures": tuple(map(_link, reading.pictures)),
            "adapter": adapter, "native": reading.native,
            **reading.fields,
        }  # fmt: skip
        return make_event(
            word, id=identity, source=f"/{spot.estate}/{spot.device}", subject=reading.subject,
            time=message.received_at if known is None else known, data=data,
        )  # fmt: skip


def _link(picture: str | Picture) -> str:
    return picture if isinstance(picture, str) else picture.name


def _one_line(reason: str) -> str:
    """A reason that fits a line, whatever a device wrote into the value it quotes."""
    line = " ".join(reason.split())
    return line if len(line) <= REASON_MAX else line[: REASON_MAX - 1] + "…"


def _identity_time(reading: Reading, message: Message) -> str | int:
    """What tells two readings apart in time: the instant if sure, else the device's own text.

    Forms of one reading may write one instant differently, so a sure instant goes first. A device
    without a clock can only be told apart by when it was heard.
    """
    if reading.time is None:
        return message.received_at
    if reading.time.instant is not None:
        return reading.time.instant
    return reading.time.local.isoformat() if reading.time.local else reading.time.raw


def _input_meaning(reading: Reading, spot: Placement) -> str:
    """What a wired input means, if the site says so; going off becomes the opposite fact."""
    if reading.type not in ("input.activated", "input.cleared"):
        return reading.type
    meant = spot.inputs.get(reading.channel or "")
    if meant is None or reading.type == "input.activated":
        return meant or reading.type
    return _OPPOSITE.get(meant, reading.type)


_OPPOSITE = {
    "loop.occupied": "loop.cleared",
    "door.opened": "door.closed",
    "door.closed": "door.opened",
    "barrier.opened": "barrier.closed",
    "barrier.closed": "barrier.opened",
}


def resolve_time(time: DeviceTime | None, spot: Placement) -> int | None:
    """The instant of a device's clock, or None if it cannot be known.

    The site's named fault goes first; then what is sure; then wall-clock time in the configured
    zone; then what the device claims, unless its claim is one that is known to be wrong.
    """
    if time is None:
        return None
    if spot.clock_fault is not None:
        return _faulty(time, spot)
    if time.instant is not None:
        return time.instant
    if time.local is not None and spot.zone is not None:
        return _in_zone(time, spot.zone)
    return time.maybe if _believable(time) else None


def _faulty(time: DeviceTime, spot: Placement) -> int | None:
    claimed = time.instant if time.instant is not None else time.maybe
    if spot.clock_fault == "lost_offset_sign" or claimed is None or spot.zone is None:
        return claimed if time.local is None or spot.zone is None else _in_zone(time, spot.zone)
    # Both other faults write wall-clock time where UTC should stand: read it back as wall clock.
    seconds, ms = divmod(claimed, MS_PER_S)
    wall = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=spot.zone)
    return round(wall.timestamp()) * MS_PER_S + ms


def _in_zone(time: DeviceTime, zone: ZoneInfo) -> int:
    assert time.local is not None
    return round(time.local.replace(tzinfo=zone).timestamp() * MS_PER_S)


def _believable(time: DeviceTime) -> bool:
    """Whether a claimed UTC can be trusted without a zone to hold it against.

    Known to be wrong are: no distance from the wall clock, the factory's eight hours, a distance
    no zone has, and the winter hour of Central Europe while it has summer there.
    """
    if time.maybe is None or time.local is None:
        return time.maybe is not None
    ahead = round(time.local.replace(tzinfo=UTC).timestamp() * MS_PER_S) - time.maybe
    rounded = round(ahead / MS_PER_S) * MS_PER_S
    if rounded == HOUR_MS and time.local.replace(tzinfo=_CENTRAL_EUROPE).dst():
        return False
    return rounded not in (0, FACTORY_OFFSET_MS) and rounded % (HOUR_MS // 4) == 0
