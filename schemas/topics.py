"""Kafka topics: names, keys and how long each is kept. Our installer creates them, Faust none."""

from dataclasses import dataclass

PARTITIONS = 12
APP = "smart-community-processors"
SEGMENTS = 7
"""A period is cut into so many parts: a record is gone at the latest one part after its time."""
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. `retention_ms` None means compacted: the last value of each key is kept."""

    name: str
    key: str
    retention_ms: int | None
    record_bytes_max: int = 4 * 1024 * 1024

    @property
    def settings(self) -> dict[str, str]:
        """The topic's settings as Kafka names them."""
        common = {"max.message.bytes": str(self.record_bytes_max)}
        if self.retention_ms is None:
            return common | {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1"}
        # Kafka deletes whole segments, and a quiet topic's would be open for another week.
        return common | {
            "cleanup.policy": "delete", "retention.ms": str(self.retention_ms),
            "segment.ms": str(self.retention_ms // SEGMENTS),
        }  # fmt: skip


EVENTS = Topic("community.events", "estate", 7 * _DAY_MS)
SIGHTING_LIFE_MS = _DAY_MS
"""How long a plate's key under the city's keys lives at most, wherever it stands."""
SIGHTINGS = Topic("community.sightings", "plate skeleton under the city key", 20 * _HOUR_MS)
"""With the last part of its period, Kafka's look every five minutes and its minute to delete, a
record is gone within `SIGHTING_LIFE_MS`."""
ALERTS = Topic("community.alerts", "alert id", None)
VIEWS = Topic("community.views", "view and place", None)
POINTS = Topic("community.points", "series", 7 * _DAY_MS)
LATE = Topic("community.late", "estate", 7 * _DAY_MS)
REJECTED = Topic("community.rejected", "device", 7 * _DAY_MS)
ACTS = Topic("community.acts", "alert or list id", 3 * 365 * _DAY_MS)
STATE = Topic(f"{APP}-state-changelog", "scope", None)

ALL_TOPICS = (EVENTS, SIGHTINGS, ALERTS, VIEWS, POINTS, LATE, REJECTED, ACTS, STATE)
