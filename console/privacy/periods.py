"""How long what is kept, as people are told it. `deploy.retention` says where and by what. Pure."""

from dataclasses import dataclass
from typing import Literal

from console.cases.once import KEPT_MS as ANSWERS_KEPT_MS
from console.settings import ConsoleSettings
from schemas.topics import ACTS, EVENTS, REJECTED, SIGHTING_LIFE_MS

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
PICTURE_DAYS, SERIES_DAYS, BACKUP_DAYS = 30, 30, 14
"""As shipped; ingest, InfluxDB and `backup` each have a setting of their own."""
Unit = Literal[
    "days", "hours", "days_after_close", "days_after_end", "days_after_clear", "days_after_answer",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """One thing that is kept, for `count` units."""

    what: str
    count: int
    unit: Unit = "days"


def periods(settings: ConsoleSettings) -> tuple[Period, ...]:
    """The periods by these settings."""
    return (
        Period("events", (EVENTS.retention_ms or 0) // DAY_MS),
        Period("sightings", SIGHTING_LIFE_MS // HOUR_MS, "hours"),
        Period("records", settings.record_days, "days_after_clear"),
        Period("evidence", settings.evidence_days, "days_after_close"),
        Period("pictures", PICTURE_DAYS),
        Period("rejected", (REJECTED.retention_ms or 0) // DAY_MS),
        Period("register", settings.register_days, "days_after_end"),
        Period("reports", settings.report_days, "days_after_close"),
        Period("visits", settings.report_days),
        Period("handovers", settings.report_days),
        Period("requests", settings.register_days, "days_after_answer"),
        Period("answers", ANSWERS_KEPT_MS // HOUR_MS, "hours"),
        Period("sessions", settings.session_hours, "hours"),
        Period("audit", settings.audit_days),
        Period("acts", (ACTS.retention_ms or 0) // DAY_MS),
        Period("series", SERIES_DAYS),
        Period("backups", BACKUP_DAYS),
    )
