"""Sightings: a plate read at one estate, under the city's keys, with all it takes to judge it.

They alone carry references that agree between estates, and live for a day
(`schemas.topics.SIGHTING_LIFE_MS`). Whoever judges them needs no site file: names, position and
looks travel in them.
"""

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError, field_validator

from schemas.base import Instant, Model, Words
from schemas.device_site import check_zone
from schemas.event_data import Direction, PlateRef
from schemas.events import EventError, explain
from schemas.place import Position


class Sighting(Model):
    """One reading of a plate. `plate` is under the city's keys; `subject` is the estate's own
    reference, and `sealed` the clear plate under the estate's keys, as in the event of the same id.
    """

    id: str
    type: str
    time: Instant
    received_at: Instant
    estate: str
    estate_name: Words
    timezone: str = "Asia/Shanghai"
    position: Position | None = None
    place: str
    place_name: Words
    device: str
    plate: PlateRef
    subject: str | None = None
    sealed: dict[str, str] | None = None
    direction: Direction | None = None
    confidence: float | None = None
    replayed: bool = False
    plate_colour: str | None = None
    plate_type: str | None = None
    vehicle_colour: str | None = None
    vehicle_type: str | None = None
    pictures: tuple[str, ...] = ()

    _zone = field_validator("timezone")(check_zone)


_ADAPTER: TypeAdapter[list[Sighting]] = TypeAdapter(list[Sighting])


def encode_sightings(sightings: Iterable[Sighting]) -> bytes:
    """One envelope: a JSON array, as the events' is."""
    lines = (one.model_dump_json(exclude_defaults=True).encode() for one in sightings)
    return b"[" + b",".join(lines) + b"]"


def decode_sightings(raw: bytes | str) -> list[Sighting]:
    """The sightings of one Kafka value. Raises EventError naming the first fault."""
    try:
        return _ADAPTER.validate_json(raw)
    except ValidationError as error:
        raise EventError(explain(error)) from error
