"""The push receiver's figures for Prometheus, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge

PREFIX = "smart_community_push"


class PushMetrics:
    """Counters and gauges; names end in their unit."""

    def __init__(self) -> None:
        """A fresh registry, so that two receivers in one process do not add up."""
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            f"{PREFIX}_requests", "by make and answer", ["make", "status"], registry=registry
        )
        self.denied = Counter(
            f"{PREFIX}_denied_requests", "wrong name or password", registry=registry
        )
        self.connected = Gauge(f"{PREFIX}_mqtt_connected", "1 while connected", registry=registry)
