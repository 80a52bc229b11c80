"""Time series: each measurement with its tags and fields, declared once.

The sink, the dashboards and the tests read this table. No pseudonym is ever a tag, and the finest
tag is a gate or a building; readings inside a building are blurred to a quarter of an hour.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from schemas.base import Instant, Model

FieldKind = Literal["int", "float", "str", "bool"]
NS_PER_MS = 1_000_000
QUARTER_MS = 15 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement: its tags, and its fields with their kinds."""

    name: str
    tags: tuple[str, ...]
    fields: dict[str, FieldKind]
    about: str


MEASUREMENTS = {
    m.name: m
    for m in (
        Measurement(
            "access", ("estate", "place", "result", "direction"), {"count": "int"},
            "credentials judged and people passed, by gate or building",
        ),
        Measurement(
            "vehicles", ("estate", "place", "direction"), {"count": "int", "confidence": "float"},
            "plates read and vehicles through a gate",
        ),
        Measurement(
            "alerts", ("estate", "rule", "severity", "handler", "delivery"),
            {"opened": "int", "cleared": "int", "open_s": "float"},
            "alerts opened and cleared",
        ),
        Measurement(
            "devices", ("estate", "place", "state"), {"count": "int", "device": "str"},
            "devices lost and found again",
        ),
    )
}  # fmt: skip


class Point(Model):
    """One point of a declared measurement; `time_ns` is what makes it idempotent."""

    measurement: str
    tags: dict[str, str]
    fields: dict[str, int | float | str | bool]
    time_ns: int


class BadPoint(ValueError):
    """A point that its measurement does not declare."""


def point_time_ns(at: Instant, event_id: str, *, blur_ms: int = 0) -> int:
    """Event time in nanoseconds plus an offset hashed from the event id.

    Two readings of one instant stay apart, and a replayed one lands on itself. With `blur_ms` the
    time is spread over its whole span, so that a point inside a building tells no minute.
    """
    spread = (blur_ms or 1) * NS_PER_MS
    offset = int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest()) % spread
    start = at - at % blur_ms if blur_ms else at
    return start * NS_PER_MS + offset


_KINDS: dict[FieldKind, type | tuple[type, ...]] = {
    "int": int, "float": (int, float), "str": str, "bool": bool,
}  # fmt: skip


def check_point(point: Point) -> None:
    """Raises BadPoint if the point is not as its measurement declares."""
    declared = MEASUREMENTS.get(point.measurement)
    if declared is None:
        raise BadPoint(f"measurement {point.measurement!r} is not declared")
    if extra := set(point.tags) - set(declared.tags):
        raise BadPoint(f"{point.measurement}: tags {sorted(extra)} are not declared")
    for name, value in point.fields.items():
        kind = declared.fields.get(name)
        if kind is None or not isinstance(value, _KINDS[kind]):
            raise BadPoint(f"{point.measurement}.{name}: {value!r} is not a declared {kind}")
    if not point.fields:
        raise BadPoint(f"{point.measurement}: a point needs a field")
