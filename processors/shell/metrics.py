"""What the processors count, for Prometheus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import Counter, Gauge, Histogram

from processors.core.machine import Output

EVENTS = Counter("sc_processors_events", "Events taken in")
REFUSED = Counter("sc_processors_refused", "Records or events that could not be taken in")
UNREADABLE = Counter("sc_processors_unreadable_states", "States that could not be read")
LATE = Counter("sc_processors_late", "Events too late or replayed, left to the back-test")
ALERTS = Counter("sc_processors_alerts_opened", "Alerts opened", ["rule", "severity", "told"])
NEAR_MISSES = Counter("sc_processors_near_misses", "Patterns half met", ["rule", "step"])
PARTITIONS = Gauge("sc_processors_partitions", "Partitions in hand")
BATCH_S = Histogram(
    "sc_processors_batch_seconds",
    "From a batch to its acknowledgement",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
FOUND_AFTERWARDS = Counter("sc_found_afterwards", "Alerts that only late events made")
NOT_JUDGED = Counter("sc_not_judged_afterwards", "Late events of logs too long to be judged whole")
SIGHTINGS = Counter("sc_processors_sightings", "Sightings judged across estates")
SIGHTINGS_HELD = Gauge("sc_processors_sightings_held", "Sightings remembered, none over a day")
POINTS = Counter("sc_sink_points", "Points written")
BAD_POINTS = Counter("sc_sink_bad_points", "Points refused and set aside")


@asynccontextmanager
async def timed() -> AsyncIterator[None]:
    """Observe how long a batch takes."""
    with BATCH_S.time():
        yield


def count(out: Output) -> None:
    """Count what came of a batch."""
    LATE.inc(len(out.late))
    REFUSED.inc(len(out.refused))
    UNREADABLE.inc(len(out.unreadable))
    for alert in out.opened:
        told = "suppressed" if alert.suppressed else alert.delivery
        ALERTS.labels(alert.rule, alert.severity, told).inc()
    for missed in out.near_misses:
        NEAR_MISSES.labels(missed.rule, missed.step).inc()
