"""What a handful of Kafka records says: alerts, views, how far we read, and what we could not read.

Pure. A record that cannot be read (a newer version wrote it, say) is kept with its reason and read
again after the next start; nothing is skipped in silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import ValidationError

from console.feed import highest
from schemas.alerts import Alert
from schemas.events import EventError, explain
from schemas.topics import ALERTS, VIEWS
from schemas.views import View, decode_view

Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record. `timestamp` is the wall clock of its writing in ms."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Position:
    """How far a partition was read: the next offset, and the last record's timestamp in ms.

    The timestamp tells the log we read from another one of the same name.
    """

    offset: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class SeenView:
    """A view and the wall clock of its writing in ms; None is a view that was taken back."""

    view: View | None
    written_at: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that says nothing to us, and why."""

    record: Record
    reason: str


@dataclass(slots=True)
class Batch:
    """All that some records say, the last word of each key only."""

    alerts: list[Alert] = field(default_factory=list)
    views: dict[str, SeenView] = field(default_factory=dict)
    positions: dict[Partition, Position] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)


def read_alert(value: bytes | str) -> Alert:
    """The alert of a Kafka value. Raises EventError naming the first fault."""
    try:
        return Alert.model_validate_json(value)
    except ValidationError as error:
        raise EventError(explain(error)) from error


def read_batch(records: Iterable[Record]) -> Batch:
    """The batch of some records in the order of their partitions."""
    batch = Batch()
    for record in records:
        try:
            _read(record, batch)
        except EventError as error:
            batch.unreadable.append(Unreadable(record, str(error)))
        place = (record.topic, record.partition)
        batch.positions[place] = Position(record.offset + 1, record.timestamp)
    batch.alerts = highest(batch.alerts)
    return batch


def _read(record: Record, batch: Batch) -> None:
    if record.topic == ALERTS.name and record.value is not None:
        batch.alerts.append(read_alert(record.value))
    elif record.topic == VIEWS.name:
        view = None if record.value is None else decode_view(record.value)
        batch.views[_text(record.key)] = SeenView(view, record.timestamp)


def _text(key: bytes) -> str:
    """A key as a text that every database takes: PostgreSQL knows no zero character."""
    return key.decode(errors="replace").replace("\0", "\ufffd")
