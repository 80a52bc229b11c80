"""Settings of the processors and of the sink, from the environment (prefix SC_)."""

from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.topics import APP, PARTITIONS


class ProcessorSettings(BaseSettings):
    """How the processors run. Times in seconds."""

    model_config = SettingsConfigDict(env_prefix="SC_", extra="ignore")

    bootstrap: str = Field(default="127.0.0.1:9092", description="Kafka, host:port")
    group: str = Field(default=APP, description="consumer group and name of the state topic")
    partitions: int = Field(default=PARTITIONS, gt=0, description="partitions of every topic")
    process_port: int = Field(default=0, description="port of /healthz and /metrics; 0 takes any")
    session_timeout_s: float = Field(default=10, gt=0, description="a dead worker is missed after")
    commit_interval_s: float = Field(default=0.5, gt=0, description="between offset commits")
    fetch_wait_ms: int = Field(
        default=100, gt=0, description="how long the broker may hold a fetch"
    )
    batch_records: int = Field(default=64, gt=0, description="records stepped before a checkpoint")
    batch_within_s: float = Field(default=0.01, gt=0, description="how long a batch may gather")
    ready_within_s: float = Field(default=120, gt=0, description="no readiness by then: restart")
    stuck_after_s: float = Field(default=60, gt=0, description="no progress with lag: restart")
    memory_max_mb: int = Field(default=2048, gt=0, description="above it the process restarts")
    city_group: str = Field(
        default="smart-community-city", description="consumer group of the stage across estates"
    )
    city_rules: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description='settings of rules across estates, as JSON: {"cloned_plate": {"apart_s": 90}}',
    )


class SinkSettings(BaseSettings):
    """Where the time series go."""

    model_config = SettingsConfigDict(env_prefix="SC_", extra="ignore")

    bootstrap: str = Field(default="127.0.0.1:9092", description="Kafka, host:port")
    sink_group: str = Field(default="smart-community-sink", description="consumer group")
    sink_port: int = Field(default=0, description="port of /healthz and /metrics; 0 takes any")
    influx_url: str = Field(default="", description="InfluxDB; empty: points go to the file below")
    influx_token: str = Field(default="", description="a token that may write the bucket")
    influx_org: str = Field(default="community", description="organisation")
    influx_bucket: str = Field(default="raw", description="bucket of raw points, kept 30 days")
    data: Path = Field(
        default=Path("data"), description="folder of the SQLite file without InfluxDB"
    )
    sink_batch: int = Field(default=5000, gt=0, description="points written at once")
    sink_retry_max_s: float = Field(default=30, gt=0, description="longest pause between tries")
