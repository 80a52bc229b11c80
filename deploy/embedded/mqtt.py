"""The MQTT broker of the embedded stack: rumqttd, from the wheel `iotcore`, in this process.

It hears loopback only; devices come through the gate. It holds everything in memory: a kill of it
loses what it had not handed over, its retained messages and its sessions.
"""

import json
import logging
from collections.abc import Callable
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

HOST = "127.0.0.1"
CONFIG = "rumqttd.toml"
PAYLOAD_BYTES_MAX = 16 * 1024 * 1024
# How much may wait for a client that is away, per subscription: the oldest segment goes when the
# last is full.
SEGMENT_BYTES = 16 * 1024 * 1024
SEGMENTS = 8
INFLIGHT_MAX = 2_000


class MqttSettings(BaseSettings):
    """The broker's loopback ports."""

    model_config = SettingsConfigDict(env_prefix="SC_", frozen=True, extra="ignore")

    data: Path = Field(default=Path("data"), description="folder for the broker's configuration")
    mqtt_port: int = Field(default=1884, description="loopback port, MQTT 3.1.1")
    mqtt5_port: int = Field(default=1885, description="loopback port, MQTT 5")


def configuration(settings: MqttSettings) -> str:
    """The broker's TOML. https://github.com/bytebeamio/rumqtt, rumqttd/rumqttd.toml."""
    return "\n".join(
        [
            "id = 0",
            "[router]",
            "id = 0",
            "max_connections = 10010",
            "max_outgoing_packet_count = 200",
            f"max_segment_size = {SEGMENT_BYTES}",
            f"max_segment_count = {SEGMENTS}",
            *_listener("v4.1", settings.mqtt_port),
            *_listener("v5.1", settings.mqtt5_port),
            "",
        ]
    )


def _listener(name: str, port: int) -> list[str]:
    return [
        f"[{name}]",
        f"name = {json.dumps(name)}",
        f'listen = "{HOST}:{port}"',
        "next_connection_delay_ms = 1",
        f"[{name}.connections]",
        "connection_timeout_ms = 60000",
        f"max_payload_size = {PAYLOAD_BYTES_MAX}",
        f"max_inflight_count = {INFLIGHT_MAX}",
        "dynamic_filters = true",
    ]


def run_mqtt(settings: MqttSettings, load: "Callable[[], type] | None" = None) -> None:
    """Run the broker until the process is ended. Raises RuntimeError when it cannot start."""
    folder = settings.data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / CONFIG
    path.write_text(configuration(settings), encoding="utf-8")
    # rumqttd writes a line for every packet, marked as an error.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    broker = (load or _load)()(config_path=str(path))
    broker.check_ports()
    broker.run_forever()


def _load() -> type:
    from iotcore.iotcore import IotCoreBroker

    return IotCoreBroker
