"""The gateway's figures for Prometheus, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge

PREFIX = "smart_community_ingest"


class GatewayMetrics:
    """Counters and gauges; names end in their unit."""

    def __init__(self) -> None:
        """A fresh registry, so that two gateways in one process do not add up."""
        self.registry = registry = CollectorRegistry()
        self.received = Counter(
            f"{PREFIX}_messages", "MQTT messages heard, ticks included", registry=registry
        )
        self.repeated = Counter(
            f"{PREFIX}_repeated_messages", "messages that came again", registry=registry
        )
        self.events = Counter(f"{PREFIX}_events", "events written", registry=registry)
        self.rejected = Counter(
            f"{PREFIX}_rejected_messages", "messages not understood", ["adapter"], registry=registry
        )
        self.understood = Counter(
            f"{PREFIX}_understood_messages", "messages that became events", registry=registry
        )
        self.silent = Counter(
            f"{PREFIX}_silent_messages", "understood, with nothing to tell", registry=registry
        )
        self.pictures = Counter(
            f"{PREFIX}_pictures", "pictures that came, by what became of them", ["outcome"],
            registry=registry,
        )  # fmt: skip
        self.picture_bytes = Gauge(
            f"{PREFIX}_picture_bytes", "pictures on disk at the last look", registry=registry
        )
        self.acked = Counter(
            f"{PREFIX}_acknowledged_messages", "messages acknowledged", registry=registry
        )
        self.retries = Counter(
            f"{PREFIX}_kafka_retries", "writes that Kafka did not confirm", registry=registry
        )
        self.stalls = Counter(
            f"{PREFIX}_stalls", "times the broker was let go for want of Kafka", registry=registry
        )
        self.held = Gauge(f"{PREFIX}_held_messages", "heard and not done with", registry=registry)
        self.connected = Gauge(f"{PREFIX}_mqtt_connected", "1 while connected", registry=registry)
        self.site_faults = Gauge(
            f"{PREFIX}_site_faults", "faults in the site's files; the last good ones stand",
            registry=registry,
        )  # fmt: skip
        self.unregistered = Gauge(
            f"{PREFIX}_unregistered_devices", "devices heard that no site names", registry=registry
        )
        self.faces = Gauge(
            f"{PREFIX}_faces_enrolled", "faces that the site's devices know", registry=registry
        )
        self.tick_age = Gauge(
            f"{PREFIX}_tick_age_seconds", "since our last tick came back", registry=registry
        )
        self.skew = Gauge(
            f"{PREFIX}_clock_correction_seconds",
            "added to a device's times; devices whose clock is right are not named",
            ["device"],
            registry=registry,
        )
