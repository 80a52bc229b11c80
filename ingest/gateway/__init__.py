"""The gateway: MQTT in, Kafka out, nothing lost between, and the only clock of the product."""

from ingest.gateway.service import Gateway, run_gateway

__all__ = ["Gateway", "run_gateway"]
