"""Settings of the judge of late events, from the environment (prefix SC_)."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from processors.core.kept import BLOCK_EVENTS, KEPT_MAX


class AfterwardsSettings(BaseSettings):
    """When late events are judged, and over how much of the log. All of it is our own judgement."""

    model_config = SettingsConfigDict(env_prefix="SC_", extra="ignore")

    bootstrap: str = Field(default="127.0.0.1:9092", description="Kafka, host:port")
    afterwards_group: str = Field(
        default="smart-community-afterwards", description="consumer group"
    )
    afterwards_port: int = Field(default=0, description="port of /healthz; 0 takes any")
    afterwards_quiet_s: float = Field(
        default=20, gt=0, description="judge when no more came for so long"
    )
    afterwards_wait_max_s: float = Field(
        default=600, gt=0, description="judge after so long even if more is coming"
    )
    afterwards_days: float = Field(
        default=6, gt=0, description="older events than this are not judged"
    )
    afterwards_context_h: float = Field(
        default=24, ge=24, description="how much of the log before the oldest is judged with it"
    )
    afterwards_events_max: int = Field(
        default=KEPT_MAX,
        ge=BLOCK_EVENTS,
        description="events held while judging, some 0.35 KB each; of a longer log the last count",
    )
