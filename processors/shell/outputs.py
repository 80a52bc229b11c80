"""What came of a batch, as Kafka records: alerts, points, the late, the refused."""

import base64
from collections import defaultdict
from collections.abc import Callable, Iterator

import orjson

from processors.core.estate import Estate
from processors.core.machine import Output
from processors.core.series import cleared_point, device_point, event_points, opened_point
from processors.shell.producer import Record
from schemas.events import Event, pack
from schemas.measurements import Point
from schemas.topics import ALERTS, LATE, POINTS, REJECTED

FindEstate = Callable[[str], Estate]


def records_of(out: Output, partition: int, estate_of: FindEstate) -> list[Record]:
    """The records of one partition's batch; all go to the partition their input came from."""
    return [
        *(Record(ALERTS.name, a.id, a.model_dump_json(exclude_defaults=True).encode(), partition)
          for a in out.alerts.values()),
        *_points(out, partition, estate_of),
        *_late(out.late, partition),
        *(refused(event.id, why, event.to_json(), partition) for event, why in out.refused),
        *(refused(r.key, f"state: {r.reason}", r.raw, partition) for r in out.unreadable),
    ]  # fmt: skip


def _points(out: Output, partition: int, estate_of: FindEstate) -> Iterator[Record]:
    points: list[Point] = []
    for event in (*out.released, *out.late):
        points.extend(event_points(event, estate_of(event.estate).config))
    points.extend(opened_point(alert) for alert in out.opened)
    points.extend(cleared_point(alert) for alert in out.cleared)
    for (estate, _), shown in out.devices.items():
        points.append(device_point(shown, shown.at, estate_of(estate).config))
    if points:
        body = b"[" + b",".join(p.model_dump_json().encode() for p in points) + b"]"
        yield Record(POINTS.name, f"points/{partition}", body, partition)


def _late(late: list[Event], partition: int) -> Iterator[Record]:
    by_estate: dict[str, list[Event]] = defaultdict(list)
    for event in late:
        by_estate[event.estate].append(event)
    for estate, events in by_estate.items():
        for body in pack(events):
            yield Record(LATE.name, estate, body, partition)


def refused(key: str, reason: str, body: bytes, partition: int) -> Record:
    """What the processors could not take in: the reason, and the bytes as they came."""
    plain = {"reason": reason, "path": "$", "stage": "processors",
             "body_base64": base64.b64encode(body).decode()}  # fmt: skip
    return Record(REJECTED.name, key, orjson.dumps(plain), partition)
