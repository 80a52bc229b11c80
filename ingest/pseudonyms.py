"""What the gateway does to an event before it leaves: people's data sealed, its own name put in.

Pure, given the keys. After this no clear card number, plate, person or name is in the event, and
the id, a plain hash of what the device said (subject included), cannot be used to try all plates
until one fits: it is hashed again under the estate's key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from schemas.base import Words, with_changes
from schemas.event_data import CredentialData, EventData, PlateRef, VehicleData
from schemas.events import Event
from schemas.place import EstateConfig
from schemas.plates import normal_plate
from schemas.sealing import Keys, ScopeKeys, person_context, subject_context
from schemas.sightings import Sighting

LINK_MAX = 1024


@dataclass(slots=True)
class _Changes:
    """New values for an event's attributes and for its data."""

    event: dict[str, Any]
    data: dict[str, Any]
    sealed: dict[str, str]


def protect(
    event: Event, keys: Keys, time: int, data_changes: Mapping[str, Any] = MappingProxyType({})
) -> Event:
    """The event at `time`, without clear personal data; `data_changes` go into its data as is.

    The same event under the same key gives the same bytes, so that a message heard twice does too.
    """
    scope, data = keys.estate(event.estate), event.data
    changes = _Changes({"time": time}, dict(data_changes), {})
    if event.subject is not None:
        _protect_subject(event, event.subject, scope, changes)
    if isinstance(data, CredentialData) and (person := data.person):
        identity = changes.event.get("id", event.id)
        changes.data["person"] = scope.person(person)
        changes.sealed["person"] = scope.seal(person, person_context(identity))
    if data.pictures:
        changes.data["pictures"] = tuple(filter(_is_link, data.pictures))
    if changes.sealed:
        changes.data["sealed"] = changes.sealed
    return _apply(event, changes)


def _protect_subject(event: Event, clear: str, scope: ScopeKeys, changes: _Changes) -> None:
    identity = scope.fingerprint(event.id)
    changes.event["id"] = identity
    if not isinstance(event.data, VehicleData):
        changes.event["subject"] = scope.credential(clear)
    elif normal_plate(clear):
        changes.data["plate"] = plate = scope.plate(clear)
        changes.event["subject"] = plate.ref
    else:
        changes.event["subject"] = None  # Dashes and dots: the reader saw a vehicle and no plate.
        return
    changes.sealed["subject"] = scope.seal(clear, subject_context(identity))


def _apply(event: Event, changes: _Changes) -> Event:
    data: EventData = with_changes(event.data, changes.data) if changes.data else event.data
    return with_changes(event, {**changes.event, "data": data})


def _is_link(picture: str) -> bool:
    """Whether a picture is named and not carried: pictures themselves never go on."""
    return len(picture) <= LINK_MAX and not picture.lower().startswith("data:")


def sighting(clear: Event, left: Event, keys: Keys, config: EstateConfig | None) -> Sighting | None:
    """The city's record of a plate, None where there is none, or where nothing happened just now.

    `clear` is the event as it was read, `left` the same as it leaves; `config` is its estate's.
    Only this record has references that agree between estates, which is why it is a record of its
    own with a life of a day.
    """
    data, text = left.data, clear.subject or ""
    if not isinstance(data, VehicleData) or data.retained or not normal_plate(text):
        return None
    plate = keys.city.plate(text)
    own = config or EstateConfig(estate=left.estate, name=Words(zh=left.estate, en=left.estate))
    return Sighting(
        id=left.id, type=left.type, time=left.at, received_at=data.received_at,
        estate=own.estate, estate_name=own.name, timezone=own.timezone, position=own.position,
        place=data.place, place_name=own.place_name(data.place), device=data.device,
        plate=PlateRef(ref=plate.ref, skeleton=plate.skeleton),
        subject=left.subject, sealed=data.sealed, direction=data.direction,
        confidence=data.confidence, replayed=data.replayed, plate_colour=data.plate_colour,
        plate_type=data.plate_type, vehicle_colour=data.vehicle_colour,
        vehicle_type=data.vehicle_type, pictures=data.pictures,
    )  # fmt: skip
