"""Events on the wire: CloudEvents 1.0 attributes, one data model per type, packed in envelopes.

An envelope is the value of one Kafka record: a JSON array of events of one partition. Packing is
what makes the stream cheap: the cost is per record, not per byte.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b
from typing import Annotated, Any, Literal, Union

from pydantic import Field, SerializeAsAny, TypeAdapter, ValidationError, create_model

from schemas.base import Instant, Model
from schemas.event_data import EventData
from schemas.event_types import event_types

ENVELOPE_EVENTS_MAX = 256
ENVELOPE_BYTES_MAX = 256 * 1024
SPEC = "1.0"


class Event(Model):
    """One fact. `source` is `/ESTATE/DEVICE`; `subject` the credential, plate or person, if any.

    https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
    """

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    time: Instant
    subject: str | None = None
    data: SerializeAsAny[EventData]

    @property
    def at(self) -> int:
        """When what the event tells was seen: `observed_at` where it has one, else `time`.

        Order, watermark and rules go by this; `time` says when the thing told of began.
        """
        observed = self.data.observed_at
        return self.time if observed is None else observed

    @property
    def estate(self) -> str:
        """The estate part of `source`."""
        return self.source.split("/", 2)[1]

    def to_json(self) -> bytes:
        """The event as one line of JSON, without fields that say nothing."""
        return self.__pydantic_serializer__.to_json(self, exclude_defaults=True)


class EventError(ValueError):
    """A message that is no event, with one line on what, where and how to mend it."""


@cache
def event_class(word: str) -> type[Event]:
    """The model of one type. Raises KeyError for a word that is not in the table."""
    data = EventData.TYPES[word]
    fields: dict[str, Any] = {"type": (Literal[word], ...), "data": (data, ...)}
    return create_model(data.__name__ + "Event", __base__=Event, **fields)


@cache
def _adapter() -> TypeAdapter[list[Event]]:
    classes = tuple(event_class(word) for word in event_types())
    union: Any = Annotated[Union[classes], Field(discriminator="type")]  # noqa: UP007
    return TypeAdapter(list[union])


def make_event(word: str, **attributes: Any) -> Event:
    """An event of the type `word`. Raises EventError if the word or a field is not of the table."""
    if word not in EventData.TYPES:
        raise EventError(f"type {word!r} is not in the table; `adapters types` lists it")
    try:
        validator = event_class(word).__pydantic_validator__
        made: Event = validator.validate_python({"specversion": SPEC, "type": word, **attributes})
        return made
    except ValidationError as error:
        raise EventError(explain(error)) from error


def decode(raw: bytes | str) -> list[Event]:
    """The events of one envelope. Raises EventError naming the first fault."""
    try:
        return _adapter().validate_json(raw)
    except ValidationError as error:
        raise EventError(explain(error)) from error


def decode_line(raw: bytes | str) -> Event:
    """One event from one line of JSON. Raises EventError naming the first fault."""
    text = raw.encode() if isinstance(raw, str) else raw
    return decode(b"[" + text.strip() + b"]")[0]


def encode(events: Iterable[Event]) -> bytes:
    """One envelope."""
    return b"[" + b",".join(event.to_json() for event in events) + b"]"


def pack(events: Sequence[Event]) -> Iterable[bytes]:
    """Envelopes of at most 256 events and 256 KB each, in the given order."""
    lines: list[bytes] = []
    size = 0
    for event in events:
        line = event.to_json()
        if lines and (len(lines) >= ENVELOPE_EVENTS_MAX or size + len(line) > ENVELOPE_BYTES_MAX):
            yield b"[" + b",".join(lines) + b"]"
            lines, size = [], 0
        lines.append(line)
        size += len(line) + 1
    if lines:
        yield b"[" + b",".join(lines) + b"]"


def event_id(*parts: object) -> str:
    """The id of a reading, from what the device says of it and from nothing else.

    The parts are the estate, the device's own id, channel, type, device time, sequence and subject:
    never bytes, transport or adapter, so that a re-send and another form of one reading agree.
    """
    text = "\x1f".join(["" if part is None else str(part) for part in parts])
    return blake2b(text.encode(), digest_size=16).hexdigest()


def explain(error: ValidationError) -> str:
    """The first fault of a validation as one line: where, what."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(step) for step in first["loc"]) or "message"
    if first["type"] == "union_tag_invalid":
        # The library's own words would list the whole table.
        return f"{where}: type {first['ctx']['tag']!r} is not in the table (event_types.csv)"
    if first["type"] == "extra_forbidden":
        return f"{where}: is no field of this type; check its spelling or delete it"
    return f"{where}: {first['msg']}"


def rank(word: str) -> int:
    """The cause-before-effect rank of a type."""
    return event_types()[word].rank


def order_key(event: Event) -> tuple[int, int, int, str]:
    """Where an event stands among others: time, cause before effect, device sequence, id."""
    return (event.at, rank(event.type), event.data.sequence or 0, event.id)


def to_line(event: Event) -> str:
    """An event as one line of text, for files and terminals."""
    return event.to_json().decode()
