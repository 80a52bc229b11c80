"""The bridge: what devices without MQTT push, or tell only when asked, MQTT carries on."""

from ingest.bridge.service import run_bridge

__all__ = ["run_bridge"]
