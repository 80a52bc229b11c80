"""The bridge's figures for Prometheus, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge

PREFIX = "smart_community_bridge"


class BridgeMetrics:
    """Counters and gauges; names end in their unit."""

    def __init__(self) -> None:
        """A fresh registry, so that two bridges in one process do not add up."""
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            f"{PREFIX}_requests", "by make and answer", ["make", "status"], registry=registry
        )
        self.denied = Counter(
            f"{PREFIX}_denied_requests", "wrong name or password", registry=registry
        )
        self.withheld = Counter(
            f"{PREFIX}_withheld_pushes", "people's data left out, by make", ["make"],
            registry=registry,
        )  # fmt: skip
        self.replies = Counter(
            f"{PREFIX}_replies", "answers said on MQTT, by make", ["make"], registry=registry
        )
        self.connected = Gauge(f"{PREFIX}_mqtt_connected", "1 while connected", registry=registry)
        self.pulling = Gauge(
            f"{PREFIX}_pull_connected", "1 while a device answers", ["device"], registry=registry
        )
        self.pulled = Counter(
            f"{PREFIX}_pulled_messages", "from devices that are asked", ["device"],
            registry=registry,
        )  # fmt: skip
        self.dropped = Counter(
            f"{PREFIX}_dropped_parts", "of a pulled stream: strayed pictures, too large",
            ["device"], registry=registry,
        )  # fmt: skip
