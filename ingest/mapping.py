"""The pure mapping: a message in, events or one rejection out. No clock, no network, no site state.

An adapter's codec says what the device says; here its device is placed, its clock read, its wired
inputs named, its pictures taken out and its id made. Clear values stay clear: the gateway seals
them afterwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.bombs import named
from ingest.catalogue import Adapter, Catalogue
from ingest.device_clock import resolve_time
from ingest.message import Message, Picture, Reading, Rejected, Unreadable
from ingest.pictures import Missed, TakenPicture, holds_only_pictures, take
from ingest.registry import Placement, Registry
from schemas.events import Event, EventError, event_id, make_event
from schemas.pictures import day_of, linked_name

REASON_MAX = 300
"""Characters of a reason; a value quoted in it may be as long as a payload."""


@dataclass(slots=True)
class Mapped:
    """What one message became: its events, and the pictures they link, to be stored before them.

    `missed` says of each picture that was not taken why; no event links it.
    """

    events: list[Event] = field(default_factory=list)
    pictures: list[TakenPicture] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapper:
    """Turns messages into events, with the adapters and the site it was given."""

    catalogue: Catalogue
    registry: Registry

    def read(self, message: Message, adapter: str | None = None) -> list[Event] | Rejected:
        """The events of one message, or why there are none: `map` without the pictures."""
        found = self.map(message, adapter)
        return found if isinstance(found, Rejected) else found.events

    def map(self, message: Message, adapter: str | None = None) -> Mapped | Rejected:
        """What one message becomes, or why nothing does.

        `adapter` forces one by name, or one of a make; otherwise the site, then the topic, then the
        content decides. A picture that came alone is understood, and has nothing to tell.
        """
        found = self._map(message, adapter)
        if isinstance(found, Rejected):
            if holds_only_pictures(message.payload):
                return Mapped(missed=["without_event"])
            if bomb := named(message.payload):
                return Rejected(bomb, "$", found.adapter)
        return found

    def _map(self, message: Message, adapter: str | None) -> Mapped | Rejected:
        chosen = self._adapter(message, adapter)
        if isinstance(chosen, Rejected):
            return chosen
        name, mapped = chosen.spec.name, Mapped()
        try:
            for reading in chosen.decode(message):
                mapped.events.append(self._event(message, reading, name, mapped))
            return mapped
        except Unreadable as error:
            return Rejected(_one_line(error.reason), error.path, name)
        except EventError as error:
            return Rejected(_one_line(str(error)), "$", name)
        except (RecursionError, OverflowError, ValueError, LookupError, TypeError, AttributeError):
            return Rejected("has not the shape this adapter knows; see its README", "$", name)

    def readings(self, message: Message) -> list[Reading]:
        """What the message's codec reads, before it is placed; nothing if no adapter claims it.

        Raises whatever the codec does.
        """
        chosen = self._adapter(message, None)
        return [] if isinstance(chosen, Rejected) else chosen.decode(message)

    def _adapter(self, message: Message, name: str | None) -> Adapter | Rejected:
        chosen = self.catalogue.choose(message, name or self.registry.adapter_of(message.topic))
        return Rejected(chosen) if isinstance(chosen, str) else chosen

    def _event(self, message: Message, reading: Reading, adapter: str, mapped: Mapped) -> Event:
        spot = self.registry.place(message.topic, reading.device, reading.channel)
        word = _input_meaning(reading, spot)
        known = resolve_time(reading.time, spot)
        identity = event_id(
            spot.estate, spot.device, reading.channel, word, _identity_time(reading, message),
            reading.sequence, reading.subject, *filter(None, (reading.key,)),
        )  # fmt: skip
        links: tuple[str, ...] = ()
        if reading.pictures:
            links = tuple(dict.fromkeys(_links(reading.pictures, message, spot, mapped)))
        data = {
            "device": spot.device, "place": spot.place, "received_at": message.received_at,
            "channel": reading.channel, "direction": reading.direction or spot.direction,
            "device_time": reading.time.raw if reading.time else None,
            "time_from": "received" if known is None else "device",
            "observed_at": resolve_time(reading.observed, spot),
            "replayed": reading.replayed, "retained": message.retained,
            "sequence": reading.sequence, "confidence": reading.confidence,
            "pictures": links,
            "adapter": adapter, "native": reading.native,
            **reading.fields,
        }  # fmt: skip
        return make_event(
            word, id=identity, source=f"/{spot.estate}/{spot.device}", subject=reading.subject,
            time=message.received_at if known is None else known, data=data,
        )  # fmt: skip


def _links(
    pictures: Iterable[str | Picture], message: Message, spot: Placement, mapped: Mapped
) -> Iterable[str]:
    """The links that stay: those a device gave, and those to pictures taken into `mapped`."""
    for picture in pictures:
        if isinstance(picture, str):
            if linked_name(picture) is None:  # A device cannot know the names that we give.
                yield picture
            continue
        found = _taken(picture, message, spot)
        if isinstance(found, TakenPicture):
            mapped.pictures.append(found)
            yield found.link
        else:
            mapped.missed.append(found)


def _taken(picture: Picture, message: Message, spot: Placement) -> TakenPicture | Missed:
    if message.retained:
        return "retained"
    return take(picture, spot.estate, day_of(message.received_at), close_ups=spot.close_ups)


def _one_line(reason: str) -> str:
    """A reason that fits a line, whatever a device wrote into the value it quotes."""
    line = " ".join(reason.split())
    return line if len(line) <= REASON_MAX else line[: REASON_MAX - 1] + "…"


def _identity_time(reading: Reading, message: Message) -> str | int:
    """What tells two readings apart in time: the instant if sure, else the device's own text.

    Forms of one reading may write one instant differently, so a sure instant goes first. A device
    without a clock can only be told apart by when it was heard. What the device itself calls the
    happening goes before all of them.
    """
    if reading.moment is not None:
        return reading.moment
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
