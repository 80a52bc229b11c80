"""The HTTP push receiver: what devices without MQTT post, MQTT carries on."""

from ingest.push.service import run_push

__all__ = ["run_push"]
